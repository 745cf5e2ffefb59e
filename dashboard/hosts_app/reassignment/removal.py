"""Removes a host from its Fuel environment, as "Delete" does in Fuel, but evacuates it first.

The steps are those of a reassignment as far as they apply. The record names the host's own cloud as
destination, so that the host can be returned like any other that has left.
"""

from collections.abc import Callable, Mapping
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
from dashboard.hosts_app.reassignment.work import ReassignmentWork
from dashboard.jobs.kinds import StepSpec
from dashboard.jobs.models import Job, LogLevel
from dashboard.jobs.requester import NOBODY, Requester
from dashboard.jobs.starting import start_job
from dashboard.jobs.states import Phase

KIND = "remove_from_fuel"
REMOVE, BOOT, FORGET, DISCOVER, REFRESH = "remove", "boot", "forget", "discover", "refresh"


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What an operator chose: how many servers to move at a time, and how long to wait, in seconds.

    ``discovery_seconds`` is None if the host is not to be discovered again.
    """

    parallel: int
    server_seconds: int
    deploy_seconds: int
    discovery_seconds: int | None


def start_removal(
    record: Reassignment,
    evacuation: EvacuationPlan,
    limits: Limits,
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
                *evacuation_steps(evacuation, parallel=limits.parallel),
                *_steps(record.host, environment, rediscovers=limits.discovery_seconds is not None),
            ],
            params={
                "cloud": record.source_id,
                "host": record.host,
                "limit": limits.server_seconds,
                "was_closed": evacuation.is_closed,
                "left": [],
                "returns": False,
                "from_drained": False,
                "discovery_seconds": limits.discovery_seconds or 0,
                "deploy_seconds": limits.deploy_seconds,
            },
            requester=requester,
        )
        record.save()
    return record.job


def _steps(host: str, environment: str, *, rediscovers: bool) -> list[StepSpec]:
    titles = {
        REMOVE: f"Remove {host} from {environment}",
        BOOT: f"Boot {host} from the network",
        FORGET: f"Delete nova-compute of {host}",
        DISCOVER: f"Wait until Fuel discovers {host}",
        REFRESH: "Refresh the hosts of the cloud",
    }
    wanted = [key for key in titles if rediscovers or key not in (BOOT, DISCOVER)]
    return [
        StepSpec(
            key=key,
            action=key,
            title=titles[key],
            group="leave_environment",
            phase=Phase.COMPLETE,
            needs=[before],
        )
        for before, key in zip([CHECK, *wanted], wanted, strict=False)
    ]


def _refresh(work: ReassignmentWork) -> None:
    """Refresh the cloud's hosts, which no longer include it."""
    refresh_hosts(work.record.source)
    work.context.log(
        f"{work.record.host} is no longer a host of {work.record.source}.", level=LogLevel.SUCCESS
    )


STEPS: Mapping[str, Callable[[ReassignmentWork], None]] = {
    REMOVE: remove_from_environment,
    BOOT: boot,
    FORGET: forget_compute,
    DISCOVER: discover,
    REFRESH: _refresh,
}
