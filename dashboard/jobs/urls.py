"""Addresses of the pages about jobs."""

from django.urls import path, re_path

from dashboard.jobs.verbs.base import server_verbs
from dashboard.jobs.views import action_views, bundles, reports, servers
from dashboard.jobs.views import jobs as views
from dashboard.jobs.views.verb_pages import verb_paths

SERVER = "jobs/<int:job_id>/servers/<int:step_id>/"
TAB = r"(?P<tab>failures|servers|steps|timeline|graph|log)"

urlpatterns = [
    path("jobs/", views.job_list, name="jobs"),
    path("jobs/strip/", views.strip, name="job-strip"),
    path("jobs/<int:job_id>/", views.job_page, name="job"),
    re_path(rf"^jobs/(?P<job_id>[0-9]{{1,18}})/{TAB}/$", views.job_page, name="job-tab"),
    re_path(rf"^jobs/(?P<job_id>[0-9]{{1,18}})/{TAB}/live/$", views.job_live, name="job-live"),
    path(SERVER, servers.server_page, name="job-server"),
    *verb_paths(SERVER, server_verbs(), servers.server_or_404, kind="job-server"),
    path("jobs/<int:job_id>/brief/", views.job_brief, name="job-brief"),
    path("jobs/<int:job_id>/log.txt", views.job_log_file, name="job-log-file"),
    path("jobs/<int:job_id>/servers.csv", views.job_servers_file, name="job-servers-file"),
    path("jobs/<int:job_id>/bundle.zip", bundles.job_bundle, name="job-bundle"),
    path("jobs/<int:job_id>/report/", reports.report_page, name="job-report"),
    path("jobs/<int:job_id>/report.json", reports.report_json, name="job-report-json"),
    path("jobs/<int:job_id>/cancel/", action_views.cancel, name="job-cancel"),
    path("jobs/<int:job_id>/dismiss/", action_views.dismiss, name="job-dismiss"),
    path("jobs/<int:job_id>/resume/", action_views.resume, name="job-resume"),
    path("jobs/<int:job_id>/hold/", action_views.hold, name="job-hold"),
    path("jobs/<int:job_id>/servers-at-once/", action_views.servers_at_once, name="job-at-once"),
    path("jobs/<int:job_id>/release/", action_views.release, name="job-release"),
    path("jobs/<int:job_id>/retry/", action_views.retry_all, name="job-retry"),
    path("steps/<int:step_id>/retry/", action_views.retry, name="step-retry"),
    path("steps/<int:step_id>/skip/", action_views.skip, name="step-skip"),
]
