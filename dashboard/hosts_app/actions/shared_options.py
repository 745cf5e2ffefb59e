"""The options that several host actions have."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

from dashboard.hosts_app.evacuation.steps import LIMIT_SECONDS, PARALLEL
from dashboard.hosts_app.models import Cloud
from dashboard.hosts_app.reassignment.layout import OPTION, read_places
from dashboard.jobs.options import Option

SERVERS_AT_A_TIME = Option(name="parallel", label="Servers at a time", default=PARALLEL)
MOVE_SECONDS = Option(
    name="limit",
    label="Seconds for each server",
    default=LIMIT_SECONDS,
    help="A live migration that takes longer is aborted and retried once.",
)
REBUILD_SECONDS = Option(name="limit", label="Seconds for each server", default=LIMIT_SECONDS)
DISCOVERY_MINUTES = Option(
    name="discovery_minutes",
    label="Minutes for Fuel to discover it",
    default=30,
    help="Counted from network boot. On timeout the job stops and waits for you.",
)
DEPLOY_MINUTES = Option(
    name="deploy_minutes",
    label="Minutes for each Fuel task",
    default=180,
    help="To remove, install and deploy the host; also the time to wait for another task.",
)
SMOKE_TEST = Option(
    name="probe",
    label="Boot a small server on it at the end",
    default=True,
    help="The server is deleted at once.",
)
SWITCH_HOOK = Option(
    name="switch_hook",
    label="Move its switch port to the admin VLAN",
    default=True,
    help="Only where inventory.yaml says how.",
)
NETWORKS = Option(
    name="networks",
    label=OPTION,
    default="",
    metavar="NETWORK=INTERFACE,…",
    help="For example public=eth1, storage=eth3. Others go where the plan says.",
)
HEALTH_CHECK = Option(
    name="health",
    label="Run Fuel's health check before and after",
    default=False,
    help="The sanity tests of its environments. What fails before is no failure afterwards.",
)
INSTALLATION = (
    DISCOVERY_MINUTES,
    DEPLOY_MINUTES,
    NETWORKS,
    SMOKE_TEST,
    HEALTH_CHECK,
    SWITCH_HOOK,
)
"""The options of all actions that install a host in an environment."""


def chosen_places(options: Mapping[str, Any]) -> dict[str, str]:
    """Return the interfaces of networks that were chosen, which plans of older versions lack.

    Raises ``BadInput`` for a text that names none.
    """
    return read_places(options.get(NETWORKS.name, ""))


def other_clouds(source: Cloud) -> QuerySet[Cloud]:
    """Return the clouds that a host of ``source`` could move to."""
    return Cloud.objects.exclude(pk=source.pk).exclude(state=Cloud.State.VANISHED)


DESTINATION = Option(
    name="destination",
    label="Destination cloud",
    default="",
    help="Optional where there is only one other cloud.",
    offered=lambda cloud: list(other_clouds(cloud).values_list("name", flat=True)),
)
