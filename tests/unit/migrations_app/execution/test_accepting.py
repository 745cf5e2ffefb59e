"""Accepting a difference from the pages, the API and the command line."""

import json
from collections.abc import Callable

import pytest
from django.test import Client
from rest_framework.test import APIClient

from dashboard.cli import command_line
from dashboard.errors import BadInput, Conflict, NotFound, WrongState
from dashboard.jobs.models import Job
from dashboard.jobs.requester import CLI
from dashboard.jobs.states import JobState
from dashboard.migrations_app.execution.acceptances import acceptances_of
from dashboard.migrations_app.execution.accepting import accept, difference_numbered, withdraw
from dashboard.migrations_app.execution.verify import count_unexpected
from dashboard.migrations_app.models import Plan, PlanDifference
from dashboard.migrations_app.planning.files import export_plan
from tests.support import rows
from tests.support.plan_situations import change, differing

pytestmark = pytest.mark.django_db

WHY = "The guest was stopped on purpose."


@pytest.fixture
def plan(settings) -> Plan:
    settings.PUMPHOUSE_CONFIG = ""
    old, new = rows.two_clouds()
    plan = rows.plan_of(rows.tenant_of(old), new)
    differing(plan)
    Job.objects.update(active_subject=None)
    plan.differences.update(job=Job.objects.latest("pk"))
    return plan


def found(plan: Plan, *, expected: bool = False) -> PlanDifference:
    return plan.differences.get(expected=expected)


def on_page(role: str, plan: Plan, reason: str) -> bool:
    client = Client()
    client.force_login(rows.user_with(role))
    form = {"difference": found(plan).pk, "reason": reason}
    return client.post(f"/plans/{plan.pk}/accept/", form).status_code == 302


def by_api(role: str, plan: Plan, reason: str) -> bool:
    client = APIClient()
    client.force_authenticate(rows.user_with(role))
    address = f"/api/differences/{found(plan).pk}/accept/"
    return client.post(address, {"reason": reason}, format="json").status_code == 200


def by_command(_role: str, plan: Plan, reason: str) -> bool:
    return command_line.run(["accept", str(found(plan).pk), "--reason", reason]) == 0


SURFACES = pytest.mark.parametrize(
    ("surface", "name"),
    [(on_page, "operator"), (by_api, "operator"), (by_command, "the command line")],
    ids=["page", "api", "command"],
)


@SURFACES
def test_who_accepted_it_when_and_why_is_stored_and_logged(plan, surface: Callable, name: str):
    assert surface("operator", plan, WHY)
    accepted = found(plan).acceptance
    assert accepted and (accepted.accepted_by, accepted.reason) == (name, WHY)
    assert accepted.accepted_at and count_unexpected(plan) == 0
    line = f"Accepted by {name}: server server-1: power_state: {WHY}"
    assert line in found(plan).job.log.values_list("message", flat=True)


@SURFACES
def test_without_a_reason_nothing_is_accepted(plan, surface: Callable, name: str):
    surface("operator", plan, " ")
    assert count_unexpected(plan) == 1


@pytest.mark.parametrize("surface", [on_page, by_api])
def test_a_viewer_may_not_accept(plan, surface: Callable):
    surface("viewer", plan, WHY)
    assert count_unexpected(plan) == 1


def test_bad_input_is_exit_code_2_and_4xx_with_a_sentence(plan, capsys):
    assert command_line.run(["accept", "999", "--reason", WHY]) == 2
    assert "There is no difference 999" in capsys.readouterr().err
    number = str(found(plan, expected=True).pk)
    assert command_line.run(["accept", number, "--reason", WHY]) == 2
    assert "announced the difference in tags" in capsys.readouterr().err
    client = APIClient()
    client.force_authenticate(rows.user_with("operator"))
    assert client.post("/api/differences/999/accept/", {"reason": WHY}).status_code == 404
    answer = client.post(f"/api/differences/{number}/accept/", {"reason": WHY})
    assert answer.status_code == 409 and "announced" in answer.content.decode()


def test_the_command_takes_an_acceptance_back_until_the_move_is_final(plan, capsys):
    by_command("", plan, WHY)
    number = str(found(plan).pk)
    assert command_line.run(["accept", number, "--withdraw"]) == 0
    assert found(plan).acceptance is None and count_unexpected(plan) == 1
    assert command_line.run(["accept", number, "--withdraw"]) == 2
    assert "Nobody has accepted the difference" in capsys.readouterr().err
    assert command_line.run(["accept", number, "--withdraw", "--reason", WHY]) == 2


def test_what_is_accepted_already_or_final_or_in_work_is_refused(plan):
    accept([found(plan)], reason=WHY, requester=CLI)
    with pytest.raises(BadInput, match="the command line has already accepted this difference"):
        accept([difference_numbered(found(plan).pk)], reason=WHY, requester=CLI)
    change(plan, state=Plan.State.FINALIZED)
    with pytest.raises(BadInput, match="is final"):
        accept([difference_numbered(found(plan).pk)], reason=WHY, requester=CLI)
    rows.job_of(plan, JobState.RUNNING)
    with pytest.raises(Conflict):
        accept([difference_numbered(found(plan).pk)], reason=WHY, requester=CLI)
    with pytest.raises(NotFound):
        difference_numbered(999)


def test_reports_and_exports_say_who_accepted_it_and_why(plan, capsys):
    by_command("", plan, WHY)
    assert f"accepted by the command line: {WHY}" in " ".join(capsys.readouterr().out.split())
    assert f"server server-1, power_state: {WHY}" in export_plan(plan)
    viewer, client = rows.user_with("viewer"), APIClient()
    client.force_authenticate(viewer)
    answer = client.get(f"/api/plans/{plan.pk}/differences/").json()["results"]
    row = next(each for each in answer if each["field"] == "power_state")
    assert (row["accepted_by"], row["acceptance_reason"]) == ("the command line", WHY)
    pages = Client()
    pages.force_login(viewer)
    assert WHY in pages.get(f"/plans/{plan.pk}/differences/").content.decode()


def test_the_json_of_the_command_has_the_acceptance(plan, capsys):
    number = str(found(plan).pk)
    assert command_line.run(["accept", number, "--reason", WHY, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["differences"]
    assert [each["acceptance_reason"] for each in told if not each["expected"]] == [WHY]


def test_those_of_several_plans_are_refused_and_none_is_accepted(plan):
    # the job at work would be looked for on one of the tenants only
    other = rows.plan_of(rows.tenant_of(plan.source, name="other"), plan.destination)
    first, second = found(plan), found(plan)
    second.pk, second.plan = None, other
    second.save()
    with pytest.raises(BadInput, match=f"of the plans {plan.pk}, {other.pk}"):
        accept([first, second], reason=WHY, requester=CLI)
    assert count_unexpected(plan) == count_unexpected(other) == 1


def withdrawn_on_page(role: str, plan: Plan) -> int:
    client = Client()
    client.force_login(rows.user_with(role))
    form = {"difference": found(plan).pk}
    return client.post(f"/plans/{plan.pk}/withdraw/", form).status_code


def withdrawn_by_api(role: str, plan: Plan) -> int:
    client = APIClient()
    client.force_authenticate(rows.user_with(role))
    return client.post(f"/api/differences/{found(plan).pk}/withdraw/").status_code


@pytest.mark.parametrize("withdrawn", [withdrawn_on_page, withdrawn_by_api])
def test_what_was_accepted_blocks_again_once_that_is_withdrawn(
    plan: Plan, withdrawn: Callable[[str, Plan], int]
) -> None:
    difference = found(plan)
    accept([difference], reason=WHY, requester=CLI)
    assert withdrawn("viewer", plan) == 403
    assert count_unexpected(plan) == 0
    assert withdrawn("operator", plan) in (200, 302)
    assert count_unexpected(plan) == 1
    assert acceptances_of(plan) == {}
    assert difference.job.log.filter(message__startswith="Acceptance withdrawn by").exists()


def test_what_nobody_has_accepted_is_not_withdrawn(plan: Plan) -> None:
    with pytest.raises(WrongState, match="Nobody has accepted"):
        withdraw([found(plan)], requester=CLI)
