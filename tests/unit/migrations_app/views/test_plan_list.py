"""The list of plans: its archive, its CSV file, and saved mappings."""

import csv

import pytest
from django.test import Client

from dashboard.hosts_app.models import Cloud
from dashboard.migrations_app.models import Plan, SavedMappings
from tests.support import rows

pytestmark = pytest.mark.django_db


def planned(clouds: tuple[Cloud, Cloud], name: str, state: Plan.State = Plan.State.READY) -> Plan:
    return rows.plan_of(rows.tenant_of(clouds[0], name), clouds[1], state=state)


def shown(client: Client, query: str = "") -> set[str]:
    return {plan.tenant_name for plan in client.get(f"/plans/{query}").context["page"]}


def test_archived_plans_are_apart_until_they_are_taken_out(client, clouds) -> None:
    plans = [planned(clouds, name) for name in ("shop", "wiki")]
    client.post("/plans/archive/", {"plan": [plans[0].pk]})
    assert (shown(client), shown(client, "?kind=archive")) == ({"wiki"}, {"shop"})
    assert shown(client, "?kind=all") == {"shop", "wiki"}
    client.post("/plans/archive/", {"plan": [plans[0].pk], "out": "yes"})
    assert shown(client) == {"shop", "wiki"}


def test_what_is_under_way_is_not_archived(client, clouds) -> None:
    plan = planned(clouds, "shop", Plan.State.EXECUTING)
    told = client.post("/plans/archive/", {"plan": [plan.pk]}, follow=True).content.decode()
    assert f"Plan {plan.pk} is under way." in told
    assert shown(client) == {"shop"}


def test_the_file_has_the_plans_that_the_list_shows(client, clouds) -> None:
    planned(clouds, "=shop")
    planned(clouds, "wiki", Plan.State.EXECUTED)
    told = client.get("/plans.csv?state=ready").getvalue().decode()
    [row] = csv.DictReader(told.splitlines())
    assert (row["tenant"], row["state"], row["destination"]) == ("'=shop", "ready", "new")
    assert client.get("/plans.csv?state=waiting").getvalue().decode().count("\n") == 1


def test_saved_mappings_are_what_a_later_plan_takes(client, clouds) -> None:
    plan = planned(clouds, "shop")
    network = plan.items.filter(type="network").first()
    assert network is not None
    plan.choices = {"network:public": "ext-net", f"network:{network.source_id}": "skip"}
    plan.options = {**plan.options, "capture": "stop"}
    plan.save()
    client.post(f"/plans/{plan.pk}/save-mappings/", {"name": "usual"})
    saved = SavedMappings.objects.get()
    assert saved.choices == {"network:public": "ext-net"}
    assert "usual" in client.get("/plans/").content.decode()
    other = rows.tenant_of(clouds[0], "wiki")
    sent = {"destination": clouds[1].pk, "saved": saved.pk, "choices": "flavor:big = large"}
    assert client.post(f"{other.get_absolute_url()}plan/", sent).status_code == 302
    later = Plan.objects.get(tenant_name="wiki")
    assert later.choices == {"network:public": "ext-net", "flavor:big": "large"}
    assert later.options["capture"] == "stop"


def test_saved_mappings_need_a_name_and_can_be_deleted(client, clouds) -> None:
    plan = planned(clouds, "shop")
    told = client.post(f"/plans/{plan.pk}/save-mappings/", {"name": " "}, follow=True)
    assert "have a name of 1 to 80 characters" in told.content.decode()
    saved = SavedMappings.objects.create(name="usual")
    client.post("/plans/delete-mappings/", {"saved": saved.pk})
    assert not SavedMappings.objects.exists()
