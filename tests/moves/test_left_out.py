"""Whole tenants between clouds in memory of which an operator leaves something out.

Each test is a move of its own, by the product's own jobs.
"""

import pytest
from django.contrib.auth.models import User

from dashboard.errors import BadInput
from dashboard.jobs.models import Job
from dashboard.jobs.operating import skip_step
from dashboard.jobs.requester import CLI, Requester
from dashboard.migrations_app.execution.accepting import accept
from dashboard.migrations_app.execution.finalize import deleted_objects
from dashboard.migrations_app.execution.left_out import all_but
from dashboard.migrations_app.execution.verify import unexpected
from dashboard.migrations_app.models import Plan, TenantMaintenance
from dashboard.migrations_app.views.plan_progress import plan_progress
from tests.support.cloud.contents import changes_between, contents
from tests.support.cloud.memory import MemoryCloud
from tests.support.cloud.messages import Json
from tests.support.cloud.moving import TwoClouds, fresh, run
from tests.support.cloud.seeds import NAME

pytestmark = pytest.mark.django_db(transaction=True)


def left_out(plan: Plan) -> set[str]:
    return {f"{item.type} {item.name}" for item in plan.items.exclude(left_out_by="")}


def words(plan: Plan) -> dict[str, str]:
    """Return what the plan's page says of each verb."""
    plan = fresh(plan)
    jobs = Job.objects.filter(subject=plan.subject, params__plan=plan.pk)
    return {step.title: step.words for step in plan_progress(plan, list(jobs))}


def finalized(clouds: TwoClouds, plan: Plan) -> list[str]:
    """Verify cleanly and finalize. Return what is then left in the source of what it listed."""
    assert clouds.verify(plan) == []
    listed = deleted_objects(fresh(plan))
    clouds.finalize(plan)
    assert fresh(plan).state == Plan.State.FINALIZED
    return listed


WITH_WEB_1 = {
    f"server {NAME}-web-1",
    f"port {NAME}-port-1",
    f"volume {NAME}-data",
    "floating_ip 172.24.4.11",
}


def named(cloud: MemoryCloud, collection: str, name: str) -> Json:
    return next(row for row in cloud.rows(collection).values() if row["name"] == name)


def test_a_server_left_out_stays_in_the_source_with_all_that_it_needs(clouds):
    plan = clouds.plan(NAME, choices={f"server:{NAME}-web-1": "skip"})
    assert plan.state == Plan.State.READY
    assert left_out(plan) == WITH_WEB_1
    before = contents(clouds.old)
    clouds.execute(plan)
    moved = changes_between(before, contents(clouds.old))
    assert [line for line in moved if f"{NAME}-web-1" in line or f"{NAME}-router" in line] == []
    assert words(plan)["Execute"] == "All but 4, left out by Pumphouse"
    listed = finalized(clouds, plan)
    assert f"server {NAME}-web-2" in listed and f"image {NAME}-goods" in listed
    kept = {f"network {NAME}-net", f"subnet {NAME}-desks", f"router {NAME}-router"}
    assert not kept & {*listed}
    assert not {"project", "security"} & {line.split()[0] for line in listed}
    gone = changes_between(before, contents(clouds.old))
    assert [line for line in gone if f"{NAME}-web-1" in line or f"{NAME}-data" in line] == []
    assert clouds.source.tenants.filter(name=NAME).exists()


def test_what_depends_on_what_is_left_out_is_named_with_the_reason(clouds):
    plan = clouds.plan(NAME, choices={f"network:{NAME}-net": "skip"})
    told = {finding.resource: finding.sentence for finding in plan.findings.filter(severity="warn")}
    assert told[f"{NAME}-root"] == (
        f"Volume {NAME}-root is left out as well. It needs server {NAME}-web-2, which is left out "
        "by Pumphouse."
    )
    assert left_out(plan) > WITH_WEB_1 | {f"subnet {NAME}-desks", f"server {NAME}-web-2"}
    router = plan.items.get(type="router", name=f"{NAME}-router")
    losses = {loss["field"]: loss["reason"] for loss in router.losses}
    assert router.action == "create"
    assert losses["interfaces"] == f"Network {NAME}-net is left out."
    clouds.execute(plan)
    assert {f"router {NAME}-router", f"network {NAME}-net"}.isdisjoint(finalized(clouds, plan))


def test_a_volume_left_out_survives_the_server_that_was_to_delete_it(clouds):
    for attachment in clouds.old.compute.attachments.rows.values():
        attachment["delete_on_termination"] = True
    plan = clouds.plan(NAME, choices={f"volume:{NAME}-data": "skip"})
    assert left_out(plan) == {f"volume {NAME}-data"}
    server = plan.items.get(type="server", name=f"{NAME}-web-1")
    assert f"Volume {NAME}-data is left out." in [loss["reason"] for loss in server.losses]
    clouds.execute(plan)
    listed = finalized(clouds, plan)
    assert f"server {NAME}-web-1" in listed
    assert f"attachment of volume {NAME}-data to server {NAME}-web-1" in listed
    left = [(row["name"], row["status"]) for row in clouds.old.block_storage.volumes.rows.values()]
    assert left == [(f"{NAME}-data", "available")]


def test_an_object_that_failed_is_left_out_and_put_back(clouds):
    plan = clouds.plan(NAME)
    before = contents(clouds.old)
    clouds.new.compute.fault = "No valid host was found."
    clouds.execute(plan, state="failed")
    clouds.new.compute.fault = ""
    again = clouds.plan(NAME, choices={f"server:{NAME}-web-1": "skip"})
    assert left_out(again) == WITH_WEB_1
    clouds.execute(again)
    assert words(again)["Execute"] == "All but 4, left out by Pumphouse"
    changed = changes_between(before, contents(clouds.old))
    assert [line for line in changed if f"{NAME}-web-1" in line or f"{NAME}-data" in line] == []
    door = before["network/floatingips"].keys() & contents(clouds.old)["network/floatingips"].keys()
    assert len(door) == 3
    listed = finalized(clouds, again)
    assert f"server {NAME}-web-2" in listed and f"router {NAME}-router" not in listed


def test_a_rollback_leaves_alone_what_was_left_out(clouds):
    before = contents(clouds.old)
    plan = clouds.plan(NAME, choices={f"server:{NAME}-web-1": "skip"})
    clouds.execute(plan)
    clouds.roll_back(plan)
    assert changes_between(before, contents(clouds.old)) == []
    titles = Job.objects.get(kind="rollback").steps.values_list("title", flat=True)
    assert titles and [title for title in titles if "web-1" in title] == []


def test_what_was_moved_already_cannot_be_left_out(clouds):
    clouds.execute(clouds.plan(NAME))
    plan = clouds.plan(NAME, choices={f"server:{NAME}-web-1": "skip"})
    assert plan.state == Plan.State.BLOCKED
    assert [*plan.findings.filter(severity="block").values_list("sentence", flat=True)] == [
        f"Server {NAME}-web-1 has been moved already: it cannot be left out."
    ]


def test_what_was_left_out_is_taken_in_again_by_planning_without_the_choice(clouds):
    clouds.execute(clouds.plan(NAME, choices={f"server:{NAME}-web-1": "skip"}))
    plan = clouds.plan(NAME)
    assert left_out(plan) == set()
    clouds.execute(plan)
    assert clouds.verify(plan) == []
    assert words(plan)["Execute"] == "All moved"


def test_the_project_cannot_be_left_out(clouds):
    with pytest.raises(BadInput, match="The project cannot be left out: everything else is in it"):
        clouds.plan(NAME, choices={f"project:{NAME}": "skip"})


def test_an_accepted_difference_blocks_no_more_until_its_values_change(clouds):
    plan = clouds.plan(NAME)
    clouds.execute(plan)
    network = named(clouds.new, "network/networks", f"{NAME}-net")
    network["description"] = "moved"
    assert clouds.verify(plan) == [("network", f"{NAME}-net", "description")]
    with pytest.raises(BadInput, match="accept it with a reason"):
        clouds.finalize(plan)
    accept([*unexpected(plan)], reason="It was relabelled.", requester=CLI)
    assert words(plan)["Verify"] == "No unexpected difference, 1 accepted by the command line"
    assert clouds.verify(plan) == [], "the same difference stays accepted"
    network["description"] = "moved again"
    assert clouds.verify(plan) == [("network", f"{NAME}-net", "description")]
    accept([*unexpected(plan)], reason="Once more.", requester=CLI)
    clouds.finalize(plan)


def test_the_source_of_a_copy_that_is_missing_is_kept_though_that_was_accepted(clouds):
    plan = clouds.plan(NAME)
    clouds.execute(plan)
    shelf = named(clouds.new, "block_storage/volumes", f"{NAME}-shelf")
    del clouds.new.rows("block_storage/volumes")[shelf["id"]]
    assert clouds.verify(plan) == [("volume", f"{NAME}-shelf", "presence")]
    accept([*unexpected(plan)], reason="Nobody needs it there.", requester=CLI)
    listed = deleted_objects(fresh(plan))
    assert f"volume {NAME}-root" in listed
    assert {f"volume {NAME}-shelf", f"project {NAME}"}.isdisjoint(listed)
    clouds.finalize(plan)
    left = [row["name"] for row in clouds.old.rows("block_storage/volumes").values()]
    assert left == [f"{NAME}-shelf"]


def test_what_is_skipped_in_a_job_is_left_out_and_put_back_by_planning_again(clouds):
    before = contents(clouds.old)
    plan = skipped(clouds)
    assert {f"server {NAME}-web-1", f"server {NAME}-web-2"} <= left_out(plan)
    assert words(plan)["Execute"].endswith(", left out by the command line")
    with pytest.raises(BadInput, match="Plan again with the same choices and execute"):
        clouds.finalize(plan)
    again = clouds.plan(NAME, choices=fresh(plan).choices)
    clouds.execute(again)
    changed = changes_between(before, contents(clouds.old))
    assert [line for line in changed if f"{NAME}-web" in line] == []
    listed = finalized(clouds, again)
    assert not [line for line in listed if line.startswith((f"server {NAME}-", "project"))]


def skipped(clouds: TwoClouds) -> Plan:
    """Return a plan whose servers could not be booted, and were skipped in its job, which ended."""
    plan = clouds.plan(NAME)
    clouds.new.compute.fault = "No valid host was found."
    job = clouds.execute(plan, state="failed")
    for step in job.steps.filter(state="failed"):
        skip_step(step, reason="There is no room.", requester=CLI)
    run(job)
    clouds.new.compute.fault = ""
    return plan


@pytest.mark.parametrize("taken_in", [False, True])
def test_executing_again_after_a_skip_enters_the_project_again(clouds, taken_in):
    plan = skipped(clouds)
    clouds.execute(plan)
    again = clouds.plan(NAME, choices={} if taken_in else fresh(plan).choices)
    clouds.execute(again)
    assert clouds.verify(again) == []
    assert (words(again)["Execute"] == "All moved") is taken_in


def test_who_chose_is_named_also_when_somebody_else_plans_again(clouds):
    ann, bob = (Requester(User.objects.create(username=name), "page") for name in ("ann", "bob"))
    choices = {f"server:{NAME}-web-1": "skip"}
    clouds.plan(NAME, choices=choices, requester=ann)
    again = clouds.plan(NAME, choices={**choices, "port:visitor": "skip"}, requester=bob)
    by = dict(again.items.exclude(left_out_by="").values_list("name", "left_out_by"))
    assert (by[f"{NAME}-web-1"], by[f"{NAME}-data"], by["visitor"]) == ("ann", "ann", "bob")
    assert all_but(again, otherwise="") == "all but 5, left out by ann and bob"


def test_a_project_that_stays_in_the_source_leaves_maintenance_at_the_end(clouds):
    choices = {f"server:{NAME}-web-1": "skip"}
    plan = clouds.plan(NAME, choices=choices, maintenance="until_finalized")
    clouds.execute(plan)
    assert clouds.verify(plan) == []
    run(Job.objects.get(state="queued"))
    clouds.finalize(plan)
    run(Job.objects.get(state="queued"))
    assert {*TenantMaintenance.objects.values_list("cloud__name", "state")} == {
        ("old", "left"),
        ("new", "left"),
    }
