"""Maintenance on the pages and in the API."""

from django.test import Client

from dashboard.jobs.models import Job
from dashboard.jobs.states import JobState
from dashboard.migrations_app.models import (
    TenantMaintenance,
)
from tests.support import rows
from tests.support.maintenances import maintenance_of


def test_the_pages_show_since_when_and_let_an_operator_leave(tenant, client: Client):
    maintenance = maintenance_of(tenant.cloud, tenant.project_id)
    maintenance.entered_by = rows.user_with("operator")
    maintenance.notes = ["member of user heir is inherited."]
    maintenance.save()
    client.force_login(maintenance.entered_by)
    page = client.get(tenant.get_absolute_url()).content.decode()
    for words in ("In maintenance", "started by operator", "heir is inherited", "Leave"):
        assert words in page
    address = f"{tenant.get_absolute_url()}maintenance/leave/"
    assert client.post(address).status_code == 302
    assert Job.objects.get().params["to"] == "leave"


def test_a_viewer_sees_the_banner_and_no_button(tenant, client: Client):
    maintenance_of(tenant.cloud, tenant.project_id)
    client.force_login(rows.user_with("viewer"))
    page = client.get(tenant.get_absolute_url()).content.decode()
    assert "In maintenance" in page
    assert "Leave maintenance" not in page
    assert client.post(f"{tenant.get_absolute_url()}maintenance/leave/").status_code == 403


def test_the_page_starts_what_its_form_says(tenant, client: Client):
    client.force_login(rows.user_with("operator"))
    form = {"keep": "carol, dave", "hardening": ["lock_servers"]}
    client.post(f"{tenant.get_absolute_url()}maintenance/enter/", form)
    options = TenantMaintenance.objects.get().options
    assert options == {"keep": ["carol", "dave"], "hardening": ["lock_servers"], "role": ""}


def test_the_api_enters_shows_and_leaves(tenant, client: Client):
    client.force_login(rows.user_with("operator"))
    address = f"/api/tenants/{tenant.pk}/"
    assert client.get(f"{address}maintenance/").status_code == 404
    body = {"hardening": ["freeze_quotas"]}
    entered = client.post(f"{address}enter-maintenance/", body, content_type="application/json")
    assert entered.status_code == 202
    again = client.post(f"{address}enter-maintenance/", {}, content_type="application/json")
    assert again.status_code == 409
    shown = client.get(f"{address}maintenance/").json()
    assert (shown["state"], shown["options"]["hardening"]) == ("entering", ["freeze_quotas"])
    Job.objects.update(state=JobState.FAILED, active_subject=None)
    assert client.post(f"{address}leave-maintenance/").status_code == 202


def test_the_api_refuses_a_viewer(tenant, client: Client):
    client.force_login(rows.user_with("viewer"))
    assert client.post(f"/api/tenants/{tenant.pk}/enter-maintenance/").status_code == 403
