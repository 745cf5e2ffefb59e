"""Plans go into the archive and come out of it by API and command line, as on the page."""

import pytest

from dashboard.migrations_app.models import Plan
from tests.support import rows
from tests.support.api_clients import as_role
from tests.support.commands import run

pytestmark = pytest.mark.django_db


@pytest.fixture
def plans() -> list[Plan]:
    old, new = rows.two_clouds()
    return [rows.plan_of(rows.tenant_of(old, name), new) for name in ("shop", "wiki")]


def archived() -> set[str]:
    found = Plan.objects.exclude(archived_at=None)
    return set(found.values_list("tenant_name", flat=True))


def test_by_api(plans) -> None:
    client, address = as_role("operator"), f"/api/plans/{plans[0].pk}/"
    assert client.post(f"{address}archive/").json()["archived_at"]
    first = Plan.objects.get(pk=plans[0].pk).archived_at
    client.post(f"{address}archive/")
    assert Plan.objects.get(pk=plans[0].pk).archived_at == first, "it is there since the first time"
    for value, names in (("true", ["shop"]), ("false", ["wiki"])):
        found = client.get("/api/plans/", {"archived": value}).json()["results"]
        assert [plan["tenant_name"] for plan in found] == names
    assert client.post(f"{address}unarchive/").json()["archived_at"] is None
    assert not archived()


def test_by_command(plans, capsys) -> None:
    numbers = [str(plan.pk) for plan in plans]
    assert run("archive", *numbers) == 0
    assert f"Archived: {', '.join(numbers)}." in capsys.readouterr().out
    assert archived() == {"shop", "wiki"}
    assert run("archive", numbers[1], "--out") == 0
    assert archived() == {"shop"}


def test_none_is_archived_while_one_is_under_way(plans, capsys) -> None:
    Plan.objects.filter(pk=plans[1].pk).update(state=Plan.State.EXECUTING)
    answer = as_role("operator").post(f"/api/plans/{plans[1].pk}/archive/")
    assert (answer.status_code, "is under way" in answer.json()["error"]) == (409, True)
    assert run("archive", *(str(plan.pk) for plan in plans)) == 2
    assert f"Plan {plans[1].pk} is under way." in capsys.readouterr().err
    assert run("archive", str(plans[0].pk), "7777") == 2
    assert "There is no plan 7777." in capsys.readouterr().err
    assert not archived()


def test_a_viewer_archives_nothing(plans) -> None:
    assert as_role("viewer").post(f"/api/plans/{plans[0].pk}/archive/").status_code == 403
    assert not archived()
