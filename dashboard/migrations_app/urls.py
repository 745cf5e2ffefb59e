"""Addresses of the pages about tenants and plans."""

from django.urls import path, re_path

from dashboard.migrations_app.views import home, maintenance, plan_files, plans, tenants, verbs

TAB = r"(?P<tab>items|findings|losses|choices|differences|ledger)"

urlpatterns = [
    path("", home.home, name="home"),
    path("clouds/<slug:name>/discover/", verbs.discover, name="cloud-discover"),
    path("tenants/", tenants.tenant_list, name="tenants"),
    path("tenants/<slug:cloud_name>/<str:project_id>/", tenants.tenant_page, name="tenant"),
    path("tenants/<slug:cloud_name>/<str:project_id>/plan/", tenants.new_plan, name="plan-new"),
    path(
        "tenants/<slug:cloud_name>/<str:project_id>/maintenance/enter/",
        maintenance.enter,
        name="tenant-enter-maintenance",
    ),
    path(
        "tenants/<slug:cloud_name>/<str:project_id>/maintenance/leave/",
        maintenance.leave,
        name="tenant-leave-maintenance",
    ),
    path("plans/<int:plan_id>/", plans.plan_page, name="plan"),
    re_path(rf"^plans/(?P<plan_id>\d+)/{TAB}/$", plans.plan_page, name="plan-tab"),
    path("plans/<int:plan_id>/again/", plans.plan_again, name="plan-again"),
    path("plans/<int:plan_id>/export/", plan_files.export, name="plan-export"),
    path("plans/import/", plan_files.import_file, name="plan-import"),
    path("plans/<int:plan_id>/preflight/", verbs.preflight, name="plan-preflight"),
    path("plans/<int:plan_id>/execute/", verbs.execute, name="plan-execute"),
    path("plans/<int:plan_id>/verify/", verbs.verify, name="plan-verify"),
    path("plans/<int:plan_id>/rollback/", verbs.rollback, name="plan-rollback"),
    path("plans/<int:plan_id>/finalize/", verbs.finalize, name="plan-finalize"),
]
