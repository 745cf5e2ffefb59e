"""The verbs of tenants and clouds on pages, by the API and on the command line."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils.html import escape
from rest_framework.test import APIClient

from dashboard.cli import command_line
from dashboard.hosts_app.models import Cloud
from dashboard.hosts_app.verbs.base import cloud_verbs
from dashboard.jobs.models import Job
from dashboard.jobs.states import JobState
from dashboard.migrations_app.maintenance.starting import KIND
from dashboard.migrations_app.models import Tenant, TenantMaintenance
from dashboard.migrations_app.verbs.base import tenant_verbs
from tests.support import rows

MAINTENANCE = [verb for verb in tenant_verbs() if verb.kind == KIND]

pytestmark = pytest.mark.django_db


@pytest.fixture
def tenant(settings) -> Tenant:
    settings.PUMPHOUSE_CONFIG = ""
    old, _ = rows.two_clouds()
    return rows.tenant_of(old)


@pytest.fixture
def pages() -> Client:
    client = Client()
    client.force_login(rows.user_with("operator"))
    return client


@pytest.fixture
def api(pages: Client) -> APIClient:
    client = APIClient()
    client.force_login(User.objects.get(username="operator"))
    return client


def nothing(tenant: Tenant) -> None:
    """Leave the tenant as it is."""


def busy(tenant: Tenant) -> None:
    rows.job_of(rows.plan_of(tenant, Cloud.objects.get(name="new")), JobState.RUNNING)


def held(tenant: Tenant) -> None:
    rows.maintenance_of(tenant)


def refused(address: str, arguments: list[str], refusal, pages, api, capsys) -> None:
    """Assert that page, API and command line refuse it in the same sentence."""
    told = pages.post(address[0], follow=True).content.decode()
    assert escape(refusal.sentence) in told and escape(refusal.fix) in told
    answer = api.post(address[1])
    assert answer.status_code == 409
    assert answer.json() | {"address": ""} == {
        "error": refusal.sentence,
        "fix": refusal.fix,
        "address": "",
    }
    assert command_line.run(arguments) == 2
    assert refusal.sentence in capsys.readouterr().err


@pytest.mark.parametrize("situation", [nothing, busy, held])
@pytest.mark.parametrize("verb", MAINTENANCE, ids=lambda verb: verb.name)
def test_all_surfaces_do_or_refuse_the_same_to_a_tenant(
    verb, situation, tenant, pages, api, capsys
):
    situation(tenant)
    addresses = f"{tenant.get_absolute_url()}{verb.page}/", f"/api/tenants/{tenant.pk}/{verb.path}/"
    arguments = [*verb.command.split(), tenant.name, "--cloud", tenant.cloud.name, "--detach"]
    count = Job.objects.count()
    if refusal := verb.why_not(tenant):
        refused(addresses, arguments, refusal, pages, api, capsys)
        assert Job.objects.count() == count
        return
    for start in (
        lambda: pages.post(addresses[0]).status_code == 302,
        lambda: api.post(addresses[1]).status_code == 202,
        lambda: command_line.run(arguments) == 0,
    ):
        assert start()
        job = Job.objects.latest("pk")
        assert job.kind == "tenant_maintenance"
        assert {"enter": "enter_maintenance", "leave": "leave_maintenance"}[
            job.params["to"]
        ] == verb.name
        job.delete()
        TenantMaintenance.objects.all().delete()
        situation(tenant)


@pytest.mark.parametrize(
    ("situation", "offered"),
    [(nothing, "enter_maintenance"), (held, "leave_maintenance"), (busy, "enter_maintenance")],
)
def test_the_page_shows_the_one_verb_that_applies(situation, offered, tenant, pages):
    situation(tenant)
    shown = pages.get(tenant.get_absolute_url()).content.decode()
    assert [verb.name for verb in MAINTENANCE if f'id="{verb.name}"' in shown] == [offered]
    assert (f'id="{offered}" disabled' in shown) == (situation is busy)


def test_every_option_of_maintenance_is_on_every_surface(tenant, pages, schema):
    enter = next(verb for verb in tenant_verbs() if verb.name == "enter_maintenance")
    shown = pages.get(tenant.get_absolute_url()).content.decode()
    body = schema["components"]["schemas"]["EnterMaintenance"]["properties"]
    for option in enter.options:
        assert f'name="{option.name}"' in shown
        assert option.name in body
    given = ["--keep", "carol", "--keep", "dave", "--lock-servers", "--role", "reader"]
    arguments = ["maintenance", "on", "demo", "--cloud", "old", "--detach", *given]
    assert command_line.run(arguments) == 0
    assert TenantMaintenance.objects.get().options == {
        "keep": ["carol", "dave"],
        "hardening": ["lock_servers"],
        "role": "reader",
    }


def test_the_words_of_before_are_still_understood(tenant, api):
    body = {"rungs": ["clamp_quotas", "lock_servers"]}
    answer = api.post(f"/api/tenants/{tenant.pk}/enter-maintenance/", body, format="json")
    assert answer.status_code == 202, answer.json()
    assert TenantMaintenance.objects.get().options["hardening"] == ["lock_servers", "freeze_quotas"]


def test_the_flags_of_before_are_still_understood(tenant):
    arguments = ["maintenance", "on", "demo", "--cloud", "old", "--detach", "--clamp-quotas"]
    assert command_line.run(arguments) == 0
    assert TenantMaintenance.objects.get().options["hardening"] == ["freeze_quotas"]


@pytest.mark.parametrize("state", [Cloud.State.REACHABLE, Cloud.State.VANISHED])
@pytest.mark.parametrize("verb", cloud_verbs(), ids=lambda verb: verb.name)
def test_all_surfaces_do_or_refuse_the_same_to_a_cloud(verb, state, tenant, pages, api, capsys):
    cloud = tenant.cloud
    Cloud.objects.filter(pk=cloud.pk).update(state=state)
    cloud.refresh_from_db()
    addresses = f"{cloud.get_absolute_url()}{verb.path}/", f"/api/clouds/{cloud.name}/{verb.path}/"
    arguments = [verb.path, cloud.name, "--detach"]
    shown = pages.get(cloud.get_absolute_url()).content.decode()
    refusal = verb.why_not(cloud)
    assert (f'id="{verb.name}" disabled' in shown) == bool(refusal)
    if refusal:
        refused(addresses, arguments, refusal, pages, api, capsys)
        assert not Job.objects.exists()
        return
    for start in (
        lambda: pages.post(addresses[0]).status_code == 302,
        lambda: api.post(addresses[1]).status_code == 202,
        lambda: command_line.run(arguments) == 0,
    ):
        assert start()
        assert Job.objects.get().kind == verb.name
        Job.objects.all().delete()


def test_a_viewer_is_offered_nothing(tenant):
    client = Client()
    client.force_login(rows.user_with("viewer"))
    for row, verbs in ((tenant, tenant_verbs()), (tenant.cloud, cloud_verbs())):
        shown = client.get(row.get_absolute_url()).content.decode()
        assert not [verb.name for verb in verbs if f'id="{verb.name}"' in shown]
        for verb in verbs:
            answer = client.post(f"{row.get_absolute_url()}{verb.page_path}/")
            assert answer.status_code == 403
