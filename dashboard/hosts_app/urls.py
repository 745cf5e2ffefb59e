"""Addresses of the pages about clouds and hosts."""

from django.urls import path

from dashboard.hosts_app.verbs.base import cloud_verbs
from dashboard.hosts_app.views import clouds as views
from dashboard.hosts_app.views import environments as environment_pages
from dashboard.hosts_app.views import host_plans as host_plan_pages
from dashboard.hosts_app.views import hosts as host_pages
from dashboard.jobs.views.verb_pages import verb_paths

CLOUD = "clouds/<slug:name>/"

urlpatterns = [
    path("clouds/", views.cloud_list, name="clouds"),
    path("clouds/read/", views.read_configuration, name="clouds-read"),
    path("environments/discover/", views.discover_environments, name="environments-discover"),
    path(
        "environments/<int:environment_id>/", environment_pages.open_environment, name="environment"
    ),
    path(
        "environments/<int:environment_pk>/duplicate/",
        environment_pages.duplicate,
        name="environment-duplicate",
    ),
    path(
        "environment-plans/<int:plan_id>/",
        environment_pages.environment_plan_page,
        name="environment-plan",
    ),
    path(CLOUD, views.cloud_page, name="cloud"),
    path("clouds/<slug:name>/limits/", views.limits, name="cloud-limits"),
    *verb_paths(CLOUD, cloud_verbs(), views.cloud_or_404, kind="cloud"),
    path(
        "clouds/<slug:name>/delete-environment/",
        views.delete_environment,
        name="environment-delete",
    ),
    path("hosts/", host_pages.all_hosts, name="all-hosts"),
    path("clouds/<slug:name>/hosts/", host_pages.host_list, name="hosts"),
    path("clouds/<slug:name>/hosts-refresh/", host_pages.refresh, name="hosts-refresh"),
    path("clouds/<slug:name>/hosts-plan/", host_pages.plan_other, name="hosts-plan"),
    path("clouds/<slug:name>/hosts/<str:host>/", host_pages.host_page, name="host"),
    path(
        "clouds/<slug:name>/hosts/<str:host>/maintenance/",
        host_pages.maintenance,
        name="host-maintenance",
    ),
    path(
        "clouds/<slug:name>/hosts/<str:host>/plan/<slug:action>/",
        host_pages.plan_action,
        name="host-plan-new",
    ),
    path("host-plans/<int:plan_id>/", host_plan_pages.host_plan_page, name="host-plan"),
]
