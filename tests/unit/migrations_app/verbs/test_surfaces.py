"""Each verb of a plan, on its page, by the API and on the command line: one rule, one sentence."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils.html import conditional_escape, escape
from rest_framework.test import APIClient

from dashboard.cli import command_line
from dashboard.errors import PumphouseError
from dashboard.jobs.models import Job
from dashboard.jobs.roles import Action, minimum_role
from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.verbs.base import PlanVerb, plan_verbs
from tests.support import rows
from tests.support.plan_situations import (
    SITUATIONS,
    adopted,
    blocked,
    executed,
    executed_since,
    taken_over,
    verified,
)

pytestmark = pytest.mark.django_db

VERBS = pytest.mark.parametrize("verb", plan_verbs(), ids=lambda verb: verb.name)


@pytest.fixture
def plan(settings) -> Plan:
    """Return a plan of one project: the others' rows have no contents to execute."""
    settings.PUMPHOUSE_CONFIG = ""
    old, new = rows.two_clouds()
    made = rows.plan_of(rows.tenant_of(old), new)
    made.items.exclude(type="project").delete()
    return made


EACH = pytest.mark.parametrize("situation", SITUATIONS)


@contextmanager
def undone() -> Iterator[None]:
    """Undo what is done inside, so that each surface finds the same rows."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def page_of(admin: Client, plan: Plan) -> str:
    return admin.get(plan.get_absolute_url()).content.decode()


def ask_page(admin: Client, verb: PlanVerb, plan: Plan):
    typed = {"confirmation": plan.tenant_name} if verb.typed_on_pages else {}
    return admin.post(reverse(f"plan-{verb.path}", args=[plan.pk]), typed)


def told_on(page) -> str:
    """Return the page, or what the one that it redirects to will say: to render it takes long."""
    said = "".join(conditional_escape(each) for each in get_messages(page.wsgi_request))
    return page.content.decode() + said


def ask_api(admin: APIClient, verb: PlanVerb, plan: Plan):
    confirmed = {"confirmation": plan.tenant_name} if verb.confirmation else {}
    return admin.post(f"/api/plans/{plan.pk}/{verb.path}/", confirmed, format="json")


def ask_command(verb: PlanVerb, plan: Plan) -> int:
    confirm = ["--confirm", plan.tenant_name] if verb.confirmation else []
    return command_line.run([verb.path, "--plan", str(plan.pk), "--detach", *confirm])


@pytest.fixture
def pages() -> Client:
    client = Client()
    client.force_login(rows.user_with("admin"))
    return client


@pytest.fixture
def api(pages: Client) -> APIClient:
    client = APIClient()
    client.force_login(User.objects.get(username="admin"))
    return client


def refuses(refusal: PumphouseError, verb: PlanVerb, plan: Plan, shown, pages, api, capsys):
    """Assert that no surface does it, and that all say why in the same sentence."""
    before = Job.objects.count()
    if verb.applies_to(plan):
        assert f'id="{verb.name}" disabled' in shown
        assert escape(str(refusal)) in shown
    told = told_on(ask_page(pages, verb, plan))
    assert escape(refusal.sentence) in told and escape(refusal.fix) in told
    answer = ask_api(api, verb, plan)
    assert answer.status_code == 409
    assert answer.json()["error"] == refusal.sentence
    assert answer.json()["fix"] == refusal.fix
    assert ask_command(verb, plan) == 2
    assert f"{refusal.sentence}\n  {refusal.fix}\n" in capsys.readouterr().err
    assert Job.objects.count() == before


def does(verb: PlanVerb, plan: Plan, shown, pages, api, capsys) -> None:
    """Assert that each surface starts the verb's job."""
    assert f'id="{verb.name}" disabled' not in shown
    with undone():
        answer = ask_page(pages, verb, plan)
        assert answer.url == Job.objects.latest("pk").get_absolute_url()
        assert Job.objects.latest("pk").kind == verb.name
    with undone():
        answer = ask_api(api, verb, plan)
        assert answer.status_code == 202, answer.json()
        assert Job.objects.get(pk=answer.json()["job"]).kind == verb.name
    with undone():
        assert ask_command(verb, plan) == 0, capsys.readouterr().err
        assert Job.objects.latest("pk").kind == verb.name


@EACH
def test_all_surfaces_offer_and_refuse_the_same(situation, plan, pages, api, capsys):
    SITUATIONS[situation](plan)
    shown = page_of(pages, plan)
    for verb in plan_verbs():
        if refusal := verb.why_not(plan):
            assert refusal.fix, verb.name
            refuses(refusal, verb, plan, shown, pages, api, capsys)
        else:
            does(verb, plan, shown, pages, api, capsys)


# what an operator may do in each situation, by the words of the design
POSSIBLE = {
    "drafting": "",
    "blocked by preflight": "preflight",
    "blocked by planning": "preflight",
    "ready": "preflight execute",
    "broken off": "execute verify rollback",
    "executed": "execute verify rollback",
    "executed since it was verified": "execute verify rollback",
    "verified": "execute verify rollback finalize",
    "differing": "execute verify rollback",
    "in maintenance": "execute verify rollback",
    "adopted only": "execute verify rollback",
    "taken over": "execute",
    "finalized": "",
    "rolled back": "preflight execute",
    "vanished": "preflight",
    "busy": "",
}


@EACH
def test_what_is_possible_follows_from_the_situation(situation, plan):
    SITUATIONS[situation](plan)
    judged = {name for names in POSSIBLE.values() for name in names.split()}
    possible = [each.name for each in plan_verbs() if not each.why_not(plan)]
    possible = [name for name in possible if name in judged]
    assert " ".join(possible) == POSSIBLE[situation]


@pytest.mark.parametrize(
    ("made_by", "then"), [("preflight", "then run preflight."), ("plan", "then plan again.")]
)
def test_a_blocked_plan_has_one_way_out(made_by, then, plan, pages, capsys):
    blocked(made_by)(plan)
    told = "Do what it says, " + then
    assert told in page_of(pages, plan)
    assert command_line.run(["execute", "--plan", str(plan.pk)]) == 2
    assert told in capsys.readouterr().err


def test_the_page_leads_to_preflight_only_where_it_can_lift_the_block(plan, pages):
    blocked("preflight")(plan)
    assert 'id="preflight" class="first"' in page_of(pages, plan)
    blocked("plan")(plan)
    assert 'id="preflight" class="first"' not in page_of(pages, plan)


def test_a_verify_that_is_older_than_the_last_execution_finalizes_nothing(plan, pages):
    executed_since(plan)
    shown = page_of(pages, plan)
    assert 'id="finalize" disabled' in shown
    assert "The move has not been verified since it was last executed. Verify it first." in shown
    assert "Not compared since the last execution" in shown


def test_a_rollback_undoes_the_stages_of_what_was_only_adopted(plan, api):
    adopted(plan)
    answer = ask_api(api, next(v for v in plan_verbs() if v.name == "rollback"), plan)
    steps = Job.objects.get(pk=answer.json()["job"]).steps.values_list("key", flat=True)
    assert [*steps] == [f"project:{rows.source_id('project', 1)}:enter"]


def test_what_was_taken_over_is_rolled_back_by_the_plan_that_answers_for_it(plan):
    taken_over(plan)
    verb = next(v for v in plan_verbs() if v.name == "rollback")
    later = Plan.objects.latest("pk")
    assert str(verb.why_not(plan)).endswith(f"Plan {later.pk} has: roll that one back.")


@VERBS
def test_every_option_is_on_every_surface(verb, plan, pages, schema, capsys, monkeypatch):
    monkeypatch.setattr(type(verb), "refusal", lambda *_: None)  # a page has no form for it then
    monkeypatch.setattr(type(verb), "applies_to", lambda *_: True)
    shown = page_of(pages, plan)
    if verb.typed_on_pages:
        shown = pages.get(reverse(f"plan-{verb.path}", args=[plan.pk])).content.decode()
    operation = schema["paths"][f"/api/plans/{{id}}/{verb.path}/"]["post"]
    assert operation["description"] == verb.effect
    names = [option.name for option in verb.options]
    asked = [*names, "confirmation"] if verb.confirmation else names
    if asked:
        body = schema["components"]["schemas"][verb.name.capitalize()]["properties"]
        assert sorted(body) == sorted(asked)
    assert ("requestBody" in operation) == bool(asked)
    with pytest.raises(SystemExit):
        command_line.run([verb.path, "--help"])
    told = capsys.readouterr().out
    for name in names:
        assert f'name="{name}"' in shown
        assert f"--{name.replace('_', '-')}" in told


@VERBS
@pytest.mark.parametrize("role", ["viewer", "operator"])
def test_pages_and_api_ask_for_the_role_of_the_verb(verb, role, plan, monkeypatch):
    monkeypatch.setattr(type(verb), "applies_to", lambda *_: True)
    allowed = role == "operator" and minimum_role(verb.permission).group == "operator"
    user = rows.user_with(role)
    pages, api = Client(), APIClient()
    pages.force_login(user)
    api.force_login(user)
    assert (f'id="{verb.name}"' in page_of(pages, plan)) == allowed
    assert (ask_page(pages, verb, plan).status_code != 403) == allowed
    assert (ask_api(api, verb, plan).status_code != 403) == allowed


def test_every_verb_has_an_action_of_its_own():
    assert {verb.permission for verb in plan_verbs()} <= {*Action}
    assert len({verb.permission for verb in plan_verbs()}) == len(plan_verbs())


@pytest.mark.parametrize("typed", ["Demo", ""])
@pytest.mark.parametrize("name", [verb.name for verb in plan_verbs() if verb.confirmation])
def test_another_name_confirms_nothing(name, typed, plan, pages, api, capsys):
    verified(plan)
    sentence = f"{typed!r} is not 'demo', so nothing was done."
    address = reverse(f"plan-{name}", args=[plan.pk])
    answer = pages.post(address, {"confirmation": typed})
    assert answer.status_code == 400 and escape(sentence) in answer.content.decode()
    assert api.post(f"/api/plans/{plan.pk}/{name}/", {"confirmation": typed}).status_code == 400
    assert command_line.run([name, "--plan", str(plan.pk), "--confirm", typed]) == 2
    assert sentence in capsys.readouterr().err
    assert Job.objects.filter(kind=name).count() == 0


def test_a_confirmation_page_lists_what_is_touched(plan, pages):
    verified(plan)
    shown = pages.get(f"/plans/{plan.pk}/finalize/").content.decode()
    assert "<li>project project-1</li>" in shown and "Delete 1 object" in shown
    shown = pages.get(f"/plans/{plan.pk}/rollback/").content.decode()
    assert "<li>project project-1: removed" in shown and "Roll back 1 object" in shown


def test_a_confirmation_page_that_cannot_be_confirmed_says_why(plan, pages):
    executed(plan)
    shown = pages.get(f"/plans/{plan.pk}/finalize/").content.decode()
    assert "The move has not been verified" in shown and 'id="confirmation"' not in shown
