"""Removing a host from its Fuel environment: its steps, and what a failure leaves behind."""

from typing import Any

import pytest

from dashboard.clients.fuel.master import FuelMaster
from dashboard.errors import NeedsOperator
from dashboard.hosts_app.evacuation.planning import EvacuationPlan
from dashboard.hosts_app.job_kinds import remove_from_fuel
from dashboard.hosts_app.models import Cloud, Reassignment
from dashboard.hosts_app.reassignment.removal import KIND, RemovalChoices, start_removal
from dashboard.hosts_app.reassignment.work import ReassignmentWork
from dashboard.jobs.kinds import job_kind
from dashboard.jobs.models import Job
from dashboard.jobs.operating import cancel, skip_step
from dashboard.jobs.requester import NOBODY
from tests.support.reassignments import HOST, NODE, SRC, Told

pytestmark = pytest.mark.django_db

EMPTY = EvacuationPlan(host=HOST, is_closed=False, lines=[], refusals=[])


def removal(
    fuel: FuelMaster,
    *,
    discovery_seconds: int | None = 60,
    checks_health: bool = False,
    **facts: Any,
) -> Job:
    source = Cloud.objects.get_or_create(name="src")[0]
    record = Reassignment(
        source=source,
        destination=source,
        source_environment=SRC,
        destination_environment=SRC,
        host=HOST,
        macs=sorted(fuel.node(NODE).macs),
        old_roles=["compute"],
        **facts,
    )
    choices = RemovalChoices(
        parallel=1,
        server_seconds=60,
        deploy_seconds=60,
        discovery_seconds=discovery_seconds,
        checks_health=checks_health,
    )
    return start_removal(record, EMPTY, choices, environment="src-cloud")


def steps_of(job: Job) -> list[str]:
    return list(job.steps.order_by("ordinal").values_list("key", flat=True))


def test_it_is_freed_then_removed_then_found_again(fuel):
    job = removal(fuel)
    assert steps_of(job) == [
        "close",
        "check_empty",
        "remove",
        "boot",
        "forget",
        "discover",
        "refresh",
    ]
    removal_step = job.steps.get(key="remove")
    assert [edge.needs.key for edge in removal_step.dependencies.all()] == ["check_empty"]


def test_fuels_health_check_of_its_environment_is_run_by_choice(fuel, monkeypatch):
    monkeypatch.setattr(ReassignmentWork, "fuel", fuel)
    job = removal(fuel, checks_health=True)
    assert steps_of(job)[2:4] == ["health_before", "remove"]
    assert steps_of(job)[-2:] == ["health_after", "refresh"]
    told = Told()
    for key in ("health_before", "health_after"):
        job_kind(KIND).perform(job.steps.get(key=key), told.context)
    assert told.lines == ["Fuel's health check of src-cloud: 5 of 5 sanity tests passed."] * 2
    assert Reassignment.objects.get(job=job).health == {str(SRC): []}


def test_a_skipped_health_check_holds_nothing_up(fuel):
    job = removal(fuel, checks_health=True)
    skip_step(job.steps.get(key="health_before"), reason="later", requester=NOBODY)
    assert not job.steps.filter(state="skipped").exclude(key="health_before").exists()


def test_a_machine_that_is_taken_away_is_not_booted(fuel):
    steps = steps_of(removal(fuel, discovery_seconds=None))
    assert {"boot", "discover"} & set(steps) == set()
    assert steps[-3:] == ["remove", "forget", "refresh"]


def test_a_second_job_about_the_host_is_refused(fuel):
    removal(fuel)
    with pytest.raises(Exception, match="already working on this"):
        removal(fuel)


def test_cancelled_before_fuel_was_told_the_host_is_opened_again(fuel):
    cancel(removal(fuel), requester=NOBODY)
    assert Job.objects.filter(kind="host_maintenance", subject=f"host:src:{HOST}").count() == 1


def test_cancelled_once_fuel_was_told_the_host_stays_closed(fuel):
    cancel(removal(fuel, is_removed=True), requester=NOBODY)
    assert not Job.objects.filter(kind="host_maintenance").exists()


def test_what_fails_says_where_the_host_is(fuel, monkeypatch):
    def refuse(_work: ReassignmentWork) -> None:
        raise NeedsOperator("It is not empty.", fix="Move them away.")

    monkeypatch.setattr(remove_from_fuel, "STEPS", {"remove": refuse})
    monkeypatch.setattr(ReassignmentWork, "fuel", fuel)
    step = removal(fuel).steps.get(key="remove")
    with pytest.raises(NeedsOperator, match=r"It is not empty\. It is node 4 of environment src"):
        job_kind(KIND).perform(step, Told().context)
