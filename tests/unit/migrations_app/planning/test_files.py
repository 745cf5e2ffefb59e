"""Plans as YAML: what is exported can be edited where it may be, and comes back as a new plan."""

import re

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from dashboard.errors import BadInput, Conflict
from dashboard.jobs.models import Job
from dashboard.jobs.requester import CLI
from dashboard.jobs.states import JobState
from dashboard.migrations_app.models import Plan, PlanItem, plan_of
from dashboard.migrations_app.planning.files import export_plan, read_edited
from dashboard.migrations_app.planning.options import options_of
from dashboard.migrations_app.verbs.plan import PlanMove
from tests.support import rows

pytestmark = pytest.mark.django_db

FLAVOR = rows.source_id("flavor", 1)


@pytest.fixture
def plan() -> Plan:
    old, new = rows.two_clouds()
    plan = rows.plan_of(rows.tenant_of(old), new, state=Plan.State.BLOCKED)
    plan.options = options_of(Plan())
    plan.save()
    return plan


def read(text: str):
    return read_edited(text, name="plan.yaml")


def edited(text: str, before: str, after: str) -> str:
    assert text.count(before) >= 1, "there is nothing to edit"
    return text.replace(before, after, 1)


def chosen(text: str, source_id: str, choice: str) -> str:
    """Return the text with a choice for one object."""
    pattern = rf"({source_id}:\n(?:      .*\n)*?      choice: ).*"
    changed, count = re.subn(pattern, lambda found: found[1] + choice, text)
    assert count == 1
    return changed


def refused(text: str) -> BadInput:
    with pytest.raises(BadInput) as refusal:
        read(text)
    return refusal.value


def test_an_unedited_file_asks_for_the_same(plan: Plan):
    asked = read(export_plan(plan))
    assert (asked.plan, asked.options, asked.choices) == (plan, plan.options, plan.choices)


def test_the_file_says_what_becomes_of_each_object_and_what_is_lost(plan: Plan):
    document = yaml.safe_load(export_plan(plan))
    assert document["version"] == 1 and document["tenant"] == plan.tenant_id
    flavor = document["objects"]["flavor"][FLAVOR]
    assert flavor["action"] == "adopt" and flavor["becomes"] == rows.destination_id("flavor", 1)
    servers = document["objects"]["server"].values()
    assert {"tags": "Tags need a newer API than old has."} in [s.get("lost") for s in servers]
    assert document["objects"]["port"][rows.source_id("port", 1)]["choice"] == ""


def test_what_blocks_the_plan_is_remarked_with_its_fix(plan: Plan):
    assert "# Blocked: The tenant needs 16 cores on new and may use 10. Raise" in export_plan(plan)


def test_an_edited_choice_and_option_make_a_new_plan(plan: Plan):
    text = chosen(export_plan(plan), FLAVOR, "s1")
    text = edited(text, "capture: stop", "capture: suspend")
    text = edited(text, "network:public: ext-net", "network:public: dmz")
    asked = read(text)
    job = PlanMove().start(asked.move(), requester=CLI, **asked.options)
    again = plan_of(job)
    assert again.pk != plan.pk and again.tenant_id == plan.tenant_id
    assert again.options == {**plan.options, "capture": "suspend"}
    assert again.choices == {"network:public": "dmz", "flavor:flavor-1": "s1"}
    assert job.kind == "plan"
    plan.refresh_from_db()
    assert plan.choices == {"network:public": "ext-net"}, "a plan is frozen"


def test_an_option_that_the_file_does_not_have_stays_as_it_was(plan: Plan):
    Plan.objects.filter(pk=plan.pk).update(options={**plan.options, "capture": "suspend"})
    text = export_plan(Plan.objects.get(pk=plan.pk))
    assert read(edited(text, "  capture: suspend\n", "")).options["capture"] == "suspend"


def test_objects_of_one_name_are_told_apart_by_their_ids(plan: Plan):
    plan.items.filter(type="flavor").update(name="small")
    assert read(chosen(export_plan(plan), FLAVOR, "s1")).choices == {
        "network:public": "ext-net",
        f"flavor:{FLAVOR}": "s1",
    }


def test_a_choice_of_the_plan_is_at_its_object_and_can_be_taken_back(plan: Plan):
    plan.choices = {"flavor:flavor-1": "s1"}
    plan.save()
    text = export_plan(plan)
    assert yaml.safe_load(text)["mappings"] == {}
    assert read(text).choices == {"flavor:flavor-1": "s1"}
    assert read(chosen(text, FLAVOR, "''")).choices == {}


@pytest.mark.parametrize("nothing", ["", " ''", " null"])
def test_a_mapping_without_a_value_is_none(plan: Plan, nothing: str):
    text = edited(export_plan(plan), "network:public: ext-net", f"network:public:{nothing}")
    assert read(text).choices == {}


def test_only_an_object_of_a_type_with_choices_can_be_chosen(plan: Plan):
    network, port = rows.source_id("network", 2), rows.source_id("port", 1)
    text = export_plan(plan)
    assert read(chosen(text, network, "dmz")).choices.get("network:network-2") == "dmz"
    error = refused(chosen(text, port, "dmz"))
    assert "This object offers no other choice than to leave it out." in error.sentence


def test_an_object_of_any_type_is_left_out_by_its_choice_and_taken_in_again(plan: Plan):
    port = rows.source_id("port", 1)
    text = chosen(export_plan(plan), port, "skip")
    assert read(text).choices["port:port-1"] == "skip"
    plan.choices = {"port:port-1": "skip"}
    plan.save()
    assert read(chosen(export_plan(plan), port, "''")).choices == {}


@pytest.mark.parametrize(
    ("before", "after", "place", "fix"),
    [
        ("source: old", "source: new", "source", "plan another move"),
        ("tenant_name: demo", "tenant_name: shop", "tenant_name", "pumphouse plan TENANT"),
        ("action: adopt", "action: create", "action", "edit the object's choice"),
        ("name: port-1", "name: port-one", "name", "edit the object's choice"),
        ("tags: Tags need", "tags: All need", "lost.tags", "Undo the change"),
    ],
)
def test_a_change_of_what_is_only_shown_is_refused_with_its_line(plan, before, after, place, fix):
    text = export_plan(plan)
    line = text[: text.index(before)].count("\n") + 1
    error = refused(edited(text, before, after))
    assert error.sentence.startswith(f"plan.yaml, line {line} (")
    assert f"{place}): This line cannot be edited." in error.sentence
    assert fix in error.fix


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ("capture: stop", "capture: pause", "capture must be one of stop, suspend"),
        ("capture: stop", "captur: stop", "The key captur is not known here."),
        ("version: 1", "version: 2", "Unknown version of the format."),
        ("name: port-1\n      ", "", "The key name is missing."),
        ("name: port-1\n", "name: port-1\n      color: red\n", "Unknown key color."),
        ("network:public: ext-net", "netwrok:public: x", "This does not name an object."),
        ("objects:\n", "objects:\n\t", "This is not YAML"),
    ],
)
def test_what_cannot_be_used_is_said_with_its_line(plan: Plan, before, after, sentence):
    error = refused(edited(export_plan(plan), before, after))
    assert re.match(r"plan\.yaml, line \d+", error.sentence)
    assert sentence in error.sentence


def test_an_object_that_was_left_out_is_missed(plan: Plan):
    text = export_plan(plan)
    lines = text.splitlines(keepends=True)
    start = next(n for n, line in enumerate(lines) if rows.source_id("port", 1) in line)
    end = next(n for n, line in enumerate(lines) if rows.source_id("port", 2) in line)
    error = refused("".join(lines[:start] + lines[end:]))
    assert f"The key {rows.source_id('port', 1)} is missing." in error.sentence


def test_an_object_cannot_be_chosen_for_twice(plan: Plan):
    text = chosen(export_plan(plan), FLAVOR, "s1")
    error = refused(edited(text, "mappings:\n", f"mappings:\n  flavor:{FLAVOR}: s2\n"))
    assert "The mappings also have a choice for this object." in error.sentence


def test_a_plan_of_elsewhere_is_not_taken_for_one_of_here(plan: Plan):
    text = export_plan(plan)
    assert (
        "There is no plan 9999 in this installation."
        in refused(edited(text, f"plan: {plan.pk}", "plan: 9999")).sentence
    )


def test_a_plan_that_is_being_drafted_is_not_exported(plan: Plan):
    Plan.objects.filter(pk=plan.pk).update(state=Plan.State.DRAFTING)
    plan.refresh_from_db()
    with pytest.raises(BadInput, match="still being drafted"):
        export_plan(plan)


def test_an_import_while_the_tenant_has_a_job_is_a_conflict(plan: Plan):
    rows.job_of(plan, JobState.RUNNING)
    Job.objects.update(active_subject=plan.subject)
    count = Plan.objects.count()
    with pytest.raises(Conflict):
        PlanMove().start(read(export_plan(plan)).move())
    assert Plan.objects.count() == count


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@example(name="\x85", choice="\u2028")
@given(name=st.text(min_size=1, max_size=30), choice=st.text(min_size=1, max_size=30))
def test_any_name_and_choice_come_back_as_they_were(plan: Plan, name: str, choice: str):
    item = PlanItem.objects.get(plan=plan, source_id=FLAVOR)
    item.name = name.replace("\0", "")
    item.losses = [{"field": "x", "value": None, "reason": f"Lost by {item.name}: {choice}"}]
    item.save()
    plan.choices = {f"flavor:{FLAVOR}": choice}
    plan.save()
    assert [*read(export_plan(plan)).choices.values()] == [choice]
