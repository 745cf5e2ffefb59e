"""Addresses of the pages about tenants and plans."""

from django.urls import path, re_path

from dashboard.migrations_app.verbs.base import plan_verbs
from dashboard.migrations_app.views import clouds, home, maintenance, plan_files, plans, tenants
from dashboard.migrations_app.views.plan_actions import address_name
from dashboard.migrations_app.views.plan_verbs import plan_verb_view

TAB = r"(?P<tab>items|findings|losses|choices|differences|ledger)"

urlpatterns = [
    path("", home.home, name="home"),
    path("clouds/<slug:name>/discover/", clouds.discover, name="cloud-discover"),
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
    *(
        path(
            f"plans/<int:plan_id>/{verb.path}/",
            plan_verb_view(verb),
            name=address_name(verb),
        )
        for verb in plan_verbs()
    ),
]
