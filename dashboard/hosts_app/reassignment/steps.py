"""Moves a host to another cloud through Fuel: one job, from its evacuation to a smoke test."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from dashboard.hosts_app.evacuation.planning import EvacuationPlan
from dashboard.hosts_app.evacuation.steps import CHECK, evacuation_steps
from dashboard.hosts_app.hook_steps import between_hooks
from dashboard.hosts_app.models import Cloud, Reassignment, host_subject
from dashboard.hosts_app.reassignment.deployment import assign, deploy, provision
from dashboard.hosts_app.reassignment.discovery import boot, discover, move_to_admin_vlan
from dashboard.hosts_app.reassignment.environment_removal import (
    forget_compute,
    remove_from_environment,
)
from dashboard.hosts_app.reassignment.health import check_health_after, check_health_before
from dashboard.hosts_app.reassignment.refusals import COMPUTE, CONTROLLER
from dashboard.hosts_app.reassignment.sequence import (
    ASSIGN,
    BOOT,
    DEPLOY,
    DISCOVER,
    FORGET,
    HEALTH_AFTER,
    HEALTH_BEFORE,
    JOIN,
    PROBE,
    PROVISION,
    REFRESH,
    REMOVE,
    SWITCH,
    in_a_row,
)
from dashboard.hosts_app.reassignment.smoke_test import join, probe, refresh_both
from dashboard.hosts_app.reassignment.work import ReassignmentWork
from dashboard.jobs.kinds import StepSpec
from dashboard.jobs.models import Job
from dashboard.jobs.requester import NOBODY, Requester
from dashboard.jobs.starting import start_job
from dashboard.jobs.states import Phase

KIND = "reassign"
STEPS: Mapping[str, Callable[[ReassignmentWork], None]] = {
    HEALTH_BEFORE: check_health_before,
    REMOVE: remove_from_environment,
    SWITCH: move_to_admin_vlan,
    BOOT: boot,
    FORGET: forget_compute,
    DISCOVER: discover,
    ASSIGN: assign,
    PROVISION: provision,
    DEPLOY: deploy,
    JOIN: join,
    PROBE: probe,
    HEALTH_AFTER: check_health_after,
    REFRESH: refresh_both,
}
"""In their order."""

TITLES: Mapping[str, str] = {
    HEALTH_BEFORE: "Run Fuel's health check of {old} and {new}",
    REMOVE: "Remove {host} from {old}",
    SWITCH: "Move the switch port of {host}",
    BOOT: "Boot {host} from the network",
    FORGET: "Delete nova-compute of {host} from {source}",
    DISCOVER: "Wait until Fuel discovers {host}",
    ASSIGN: "Assign {host} to {new}",
    PROVISION: "Install {host}",
    DEPLOY: "Deploy {host} in {new}",
    JOIN: "Check that the scheduler of {destination} can use {host}",
    PROBE: "Boot a small server on {host}",
    HEALTH_AFTER: "Run Fuel's health check again and compare",
    REFRESH: "Refresh the hosts of both clouds",
}
GROUPS: Mapping[str, str] = {
    **dict.fromkeys((HEALTH_BEFORE, REMOVE, FORGET), "leave_environment"),
    **dict.fromkeys((SWITCH, BOOT, DISCOVER), "discover_host"),
    **dict.fromkeys((ASSIGN, PROVISION, DEPLOY), "deploy_host"),
    **dict.fromkeys((JOIN, PROBE, HEALTH_AFTER, REFRESH), "check_it_works"),
}


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What an operator chose.

    ``mac`` identifies the switch port to move, "" for none. ``from_drained`` is for the
    controllers of a cloud, which must have been drained. ``places`` are the interfaces of the
    networks in the new environment. ``checks_health`` runs Fuel's sanity tests before and after.
    """

    discovery_seconds: int
    deploy_seconds: int
    probes: bool = True
    checks_health: bool = False
    mac: str = ""
    from_drained: bool = False
    places: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Route:
    """The names of a host and its clouds and environments, for the titles of steps.

    ``old`` and ``new`` are the environments.
    """

    host: str
    source: str
    destination: str
    old: str
    new: str


def start_reassignment(
    record: Reassignment,
    route: Route,
    choices: Choices,
    *,
    title: str,
    about: Cloud,
    evacuation: EvacuationPlan | None = None,
    parallel: int = 1,
    limit: int = 0,
    requester: Requester = NOBODY,
) -> Job:
    """Store the record and start its job, which begins with the ``evacuation`` if there is one.

    ``about`` is the cloud in which no other job may be active for this host. Calls no cloud.
    Raises ``Conflict`` while one is.
    """
    evacuating = evacuation_steps(evacuation, parallel=parallel) if evacuation else []
    with transaction.atomic():
        record.job = start_job(
            kind=KIND,
            title=title,
            subject=host_subject(about, route.host),
            steps=between_hooks(
                [
                    *evacuating,
                    *_steps(record, route, choices, needs=[CHECK] if evacuating else []),
                ],
                facts={
                    "host": route.host,
                    "source": route.source,
                    "destination": route.destination,
                },
            ),
            params=_params(record, choices, evacuation, limit=limit),
            requester=requester,
        )
        record.save()
    return record.job


def _params(
    record: Reassignment, choices: Choices, evacuation: EvacuationPlan | None, *, limit: int
) -> dict[str, Any]:
    return {
        "cloud": record.source_id,
        "host": record.host,
        "limit": limit,
        "was_closed": evacuation.is_closed if evacuation else True,
        "left": [],
        "returns": record.is_removed,
        "from_drained": choices.from_drained,
        "discovery_seconds": choices.discovery_seconds,
        "deploy_seconds": choices.deploy_seconds,
        "places": dict(choices.places),
    }


def _steps(
    record: Reassignment, route: Route, choices: Choices, *, needs: Sequence[str]
) -> list[StepSpec]:
    left_out = _left_out(record, choices)
    steps = [
        StepSpec(
            key=action,
            action=action,
            title=TITLES[action].format(**vars(route)),
            group=GROUPS[action],
            phase=Phase.COMPLETE,
            params={"mac": choices.mac} if action == SWITCH else {},
        )
        for action in STEPS
        if action not in left_out
    ]
    return in_a_row(steps, needs=needs)


def _left_out(record: Reassignment, choices: Choices) -> set[str]:
    """Return the steps that are not needed, by the roles that the host had and gets."""
    is_compute = COMPUTE in record.roles
    needed = {
        HEALTH_BEFORE: choices.checks_health,
        HEALTH_AFTER: choices.checks_health,
        SWITCH: bool(choices.mac),
        FORGET: COMPUTE in record.old_roles,
        PROVISION: CONTROLLER not in record.roles,  # the environment's changes install it too
        JOIN: is_compute,
        PROBE: is_compute and choices.probes,
    }
    return {action for action, is_needed in needed.items() if not is_needed}
