"""Addresses of the pages about tenants and plans."""

from django.urls import path, re_path

from dashboard.jobs.views.verb_pages import verb_paths
from dashboard.migrations_app.verbs.base import plan_verbs, tenant_verbs
from dashboard.migrations_app.views import (
    home,
    plan_files,
    plan_list,
    plan_servers,
    plans,
    selected,
    tenant_files,
    tenants,
)

PLAN = "plans/<int:plan_id>/"
TENANT = "tenants/<slug:cloud_name>/<str:project_id>/"
TAB = r"(?P<tab>servers|items|findings|losses|choices|differences|ledger)"

urlpatterns = [
    path("", home.home, name="home"),
    path("tenants/", tenants.tenant_list, name="tenants"),
    path("tenants/selected/plan/", selected.plan_selected, name="selected-plan"),
    *(
        path(f"tenants/selected/{verb}/", selected.do_selected, {"verb": verb}, f"selected-{verb}")
        for verb in selected.VERBS
    ),
    path(TENANT, tenants.tenant_page, name="tenant"),
    path(f"{TENANT}plan/", tenants.new_plan, name="plan-new"),
    path(f"{TENANT}files/", tenant_files.download, name="tenant-files"),
    path(f"{TENANT}plan-from-files/", tenant_files.upload, name="plan-from-files"),
    *verb_paths(TENANT, tenant_verbs(), tenants.tenant_or_404, kind="tenant"),
    path("plans/", plan_list.plan_list, name="plans"),
    path("plans.csv", plan_list.plan_list_file, name="plans-file"),
    path("plans/archive/", plan_list.archive_plans, name="plans-archive"),
    path("plans/delete-mappings/", plan_list.delete_mappings, name="mappings-delete"),
    path(f"{PLAN}save-mappings/", plan_list.save_plan_mappings, name="plan-save-mappings"),
    path(PLAN, plans.plan_page, name="plan"),
    re_path(rf"^plans/(?P<plan_id>[0-9]{{1,18}})/{TAB}/$", plans.plan_page, name="plan-tab"),
    path(f"{PLAN}dismiss/", plans.dismiss_plan, name="plan-dismiss"),
    path(f"{PLAN}servers/rows/", plan_servers.plan_servers, name="plan-servers"),
    path(f"{PLAN}again/", plans.plan_again, name="plan-again"),
    path(f"{PLAN}leave-out/", plans.leave_out, name="plan-leave-out"),
    path(f"{PLAN}choose/", plans.choose, name="plan-choose"),
    path(f"{PLAN}accept/", plans.accept_differences, name="plan-accept"),
    path(f"{PLAN}withdraw/", plans.withdraw_acceptances, name="plan-withdraw"),
    path(f"{PLAN}export/", plan_files.export, name="plan-export"),
    path("plans/import/", plan_files.import_file, name="plan-import"),
    *verb_paths(PLAN, plan_verbs(), plans.plan_or_404, kind="plan"),
]
