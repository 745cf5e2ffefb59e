"""Saved mappings by API, on the command line, and by name in the file of a campaign."""

from typing import Any

import pytest

from dashboard.campaigns.models import Campaign
from dashboard.campaigns.planning.csv_files import read_csv, write_csv
from dashboard.campaigns.planning.drawing import draw_up
from dashboard.errors import BadInput, NotFound
from dashboard.hosts_app.models import Cloud
from dashboard.migrations_app.models import Plan, SavedMappings
from dashboard.migrations_app.planning.saved import with_saved
from tests.support import rows
from tests.support.api_clients import as_role
from tests.support.commands import run

pytestmark = pytest.mark.django_db

MAPPINGS = {"network:public": "ext-net", "flavor:big": "large"}
OPTIONS = {"capture": "suspend", "addresses": "new"}


@pytest.fixture
def saved() -> SavedMappings:
    return SavedMappings.objects.create(name="usual", choices=MAPPINGS, options=OPTIONS)


@pytest.fixture
def clouds() -> tuple[Cloud, Cloud]:
    old, new = rows.two_clouds()
    for name in ("wiki", "shop"):
        rows.tenant_of(old, name)
    return old, new


def body(**more: Any) -> dict[str, Any]:
    return {"source": "old", "destination": "new", "tenant": "wiki", **more}


def test_what_is_given_wins_over_what_is_saved(saved) -> None:
    choices, options = with_saved("usual", {"flavor:big": "huge"}, {"capture": "stop"})
    assert choices == {"network:public": "ext-net", "flavor:big": "huge"}
    assert options == {"capture": "stop", "addresses": "new"}
    assert with_saved("", {"flavor:big": "huge"}, {}) == ({"flavor:big": "huge"}, {})
    with pytest.raises(NotFound, match=r"no saved mappings 'other'.*There are: usual"):
        with_saved("other", {}, {})


def test_the_api_saves_those_of_a_plan_and_plans_with_them(clouds) -> None:
    plan = rows.plan_of(clouds[0].tenants.get(name="shop"), clouds[1])
    Plan.objects.filter(pk=plan.pk).update(choices=MAPPINGS, options=OPTIONS)
    client = as_role("operator")
    made = client.post(f"/api/plans/{plan.pk}/save-mappings/", {"name": "usual"}, format="json")
    assert (made.status_code, made.json()["choices"]) == (201, MAPPINGS)
    assert made.json()["created_by"] == "operator"
    [listed] = client.get("/api/mappings/?name=usual").json()["results"]
    assert listed == client.get(f"/api/mappings/{made.json()['id']}/").json() == made.json()
    sent = body(saved="usual", choices={"flavor:big": "huge"}, options={"addresses": "keep"})
    answer = client.post("/api/plans/", sent, format="json")
    later = Plan.objects.get(pk=answer.json()["plan"])
    assert later.choices == {**MAPPINGS, "flavor:big": "huge"}
    assert later.options["capture"] == "suspend"
    assert client.delete(f"/api/mappings/{made.json()['id']}/").status_code == 204
    assert client.post("/api/plans/", sent, format="json").status_code == 404


def test_the_api_takes_them_for_tenants_of_a_campaign(clouds, saved) -> None:
    tenants = [{"tenant": "wiki", "saved": "usual"}, {"tenant": "shop"}]
    wanted = {"name": "drain", "source": "old", "destination": "new"}
    wave = {"name": "all", "tenants": tenants}
    answer = as_role("operator").post("/api/campaigns/", {**wanted, "waves": [wave]}, format="json")
    assert answer.status_code == 201
    wiki, shop = Campaign.objects.get(pk=answer.json()["id"]).tenants.order_by("ordinal")
    assert (wiki.choices, shop.choices) == (MAPPINGS, {})
    assert (wiki.options["capture"], shop.options["capture"]) == ("suspend", "stop")


def test_a_line_of_a_campaigns_file_names_them(clouds, saved) -> None:
    text = (
        "wave,tenant,saved,map,addresses\nall,wiki,usual,,\nall,shop,usual,flavor:big=huge,keep\n"
    )
    drawing = read_csv(text, name="drain", source=clouds[0], destination=clouds[1], hosts="never")
    campaign = draw_up(drawing)
    wiki, shop = campaign.tenants.order_by("ordinal")
    assert (wiki.choices, wiki.options["addresses"]) == (MAPPINGS, "new")
    assert shop.choices == {**MAPPINGS, "flavor:big": "huge"}
    assert (shop.options["addresses"], shop.options["capture"]) == ("keep", "suspend")
    saved.delete()
    again = write_csv(campaign)
    assert "flavor:big=large" in again and "usual" not in again
    read_csv(again, name="again", source=clouds[0], destination=clouds[1], hosts="never")
    with pytest.raises(BadInput, match="line 2, column saved: There are no saved mappings"):
        read_csv(text, name="drain", source=clouds[0], destination=clouds[1], hosts="never")


def test_commands_save_list_and_delete_them(clouds, capsys) -> None:
    plan = rows.plan_of(clouds[0].tenants.get(name="shop"), clouds[1])
    Plan.objects.filter(pk=plan.pk).update(choices=MAPPINGS)
    assert run("mappings", "save", str(plan.pk), "usual") == 0
    assert run("mappings", "list") == 0
    assert "network:public=ext-net; flavor:big=large" in capsys.readouterr().out
    assert run("mappings", "save", "7777", "usual") == 2
    assert run("mappings", "delete", "other") == 2
    assert "There are: usual." in capsys.readouterr().err
    assert run("mappings", "delete", "usual") == 0
    assert not SavedMappings.objects.exists()


def test_a_viewer_saves_and_deletes_nothing(clouds, saved) -> None:
    plan = rows.plan_of(clouds[0].tenants.get(name="shop"), clouds[1])
    client = as_role("viewer")
    assert client.post(f"/api/plans/{plan.pk}/save-mappings/", {"name": "own"}).status_code == 403
    assert client.delete(f"/api/mappings/{saved.pk}/").status_code == 403
    assert [each.name for each in SavedMappings.objects.all()] == ["usual"]
