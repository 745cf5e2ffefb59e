"""Removes a host from its Fuel environment, as "Delete" does in Fuel, but evacuates it first.

The steps are those of a reassignment as far as they apply. The record names the host's own cloud as
destination, so that the host can be returned like any other that has left.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from django.db import transaction

from dashboard.hosts_app.discovery import refresh_hosts
from dashboard.hosts_app.evacuation.planning import EvacuationPlan
from dashboard.hosts_app.evacuation.steps import CHECK, evacuation_steps
from dashboard.hosts_app.models import Reassignment, host_subject
from dashboard.hosts_app.reassignment.discovery import boot, discover
from dashboard.hosts_app.reassignment.environment_removal import (
    forget_compute,
    remove_from_environment,
)
from dashboard.hosts_app.reassignment.health import check_health_after, check_health_before
from dashboard.hosts_app.reassignment.sequence import (
    BOOT,
    DISCOVER,
    FORGET,
    HEALTH_AFTER,
    HEALTH_BEFORE,
    REFRESH,
    REMOVE,
    in_a_row,
)
from dashboard.hosts_app.reassignment.work import ReassignmentWork
from dashboard.jobs.kinds import StepSpec
from dashboard.jobs.models import Job, LogLevel
from dashboard.jobs.requester import NOBODY, Requester
from dashboard.jobs.starting import start_job
from dashboard.jobs.states import Phase

KIND = "remove_from_fuel"

TITLES: Mapping[str, str] = {
    HEALTH_BEFORE: "Run Fuel's health check of {environment}",
    REMOVE: "Remove {host} from {environment}",
    BOOT: "Boot {host} from the network",
    FORGET: "Delete nova-compute of {host}",
    DISCOVER: "Wait until Fuel discovers {host}",
    HEALTH_AFTER: "Run Fuel's health check again and compare",
    REFRESH: "Refresh the hosts of the cloud",
}
"""In their order."""


@dataclass(frozen=True, kw_only=True)
class RemovalChoices:
    """What an operator chose: how many servers to move at a time, and how long to wait, in seconds.

    ``discovery_seconds`` is None if the host is not to be discovered again. ``checks_health`` runs
    Fuel's sanity tests before and after.
    """

    parallel: int
    server_seconds: int
    deploy_seconds: int
    discovery_seconds: int | None
    checks_health: bool = False


def start_removal(
    record: Reassignment,
    evacuation: EvacuationPlan,
    choices: RemovalChoices,
    *,
    environment: str,
    requester: Requester = NOBODY,
) -> Job:
    """Store the record and start its job.

    Calls no cloud. Raises ``Conflict`` while another job is active for the host.
    """
    with transaction.atomic():
        record.job = start_job(
            kind=KIND,
            title=f"Remove {record.host} from {environment}",
            subject=host_subject(record.source, record.host),
            steps=[
                *evacuation_steps(evacuation, parallel=choices.parallel),
                *in_a_row(_steps(record.host, environment, choices), needs=[CHECK]),
            ],
            params={
                "cloud": record.source_id,
                "host": record.host,
                "limit": choices.server_seconds,
                "was_closed": evacuation.is_closed,
                "left": [],
                "returns": False,
                "from_drained": False,
                "discovery_seconds": choices.discovery_seconds or 0,
                "deploy_seconds": choices.deploy_seconds,
            },
            requester=requester,
        )
        record.save()
    return record.job


def _steps(host: str, environment: str, choices: RemovalChoices) -> Iterator[StepSpec]:
    """Yield the steps that were chosen, in their order."""
    for key, title in TITLES.items():
        if key not in _left_out(choices):
            yield StepSpec(
                key=key,
                action=key,
                title=title.format(host=host, environment=environment),
                group="check_it_works" if key == HEALTH_AFTER else "leave_environment",
                phase=Phase.COMPLETE,
            )


def _left_out(choices: RemovalChoices) -> set[str]:
    rediscovers = choices.discovery_seconds is not None
    return {
        *(() if choices.checks_health else (HEALTH_BEFORE, HEALTH_AFTER)),
        *(() if rediscovers else (BOOT, DISCOVER)),
    }


def _refresh(work: ReassignmentWork) -> None:
    """Refresh the cloud's hosts, which no longer include it."""
    refresh_hosts(work.record.source)
    work.context.log(
        f"{work.record.host} is no longer a host of {work.record.source}.", level=LogLevel.SUCCESS
    )


STEPS: Mapping[str, Callable[[ReassignmentWork], None]] = {
    HEALTH_BEFORE: check_health_before,
    REMOVE: remove_from_environment,
    BOOT: boot,
    FORGET: forget_compute,
    DISCOVER: discover,
    HEALTH_AFTER: check_health_after,
    REFRESH: _refresh,
}
