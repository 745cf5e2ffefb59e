"""Closes a compute host to new servers, and opens it again; its servers keep running."""

from dashboard.clients.openstack import CloudSession
from dashboard.hosts_app.clouds import connect
from dashboard.hosts_app.compute.nova import (
    compute_service,
    disable_service,
    disabled_by_others,
    enable_service,
    is_closed_in_placement,
    lift_forced_down,
)
from dashboard.hosts_app.models import OURS, Cloud, host_subject
from dashboard.jobs.kinds import StepSpec
from dashboard.jobs.models import AFTER, Job
from dashboard.jobs.requester import NOBODY, Requester
from dashboard.jobs.starting import start_job

ON, OFF = "on", "off"
TITLES = {
    ON: "Put {host} of {cloud} into maintenance",
    OFF: "End the maintenance of {host} of {cloud}",
}


def start_maintenance(
    cloud: Cloud,
    host: str,
    *,
    to: str,
    after: Job | None = None,
    requester: Requester = NOBODY,
) -> Job:
    """Start to put a host into maintenance (``ON``) or to end that (``OFF``).

    ``after`` is a job that did not finish, and that this one cleans up after. Calls no cloud.
    Raises ``Conflict`` while another job is active for the host.
    """
    title = TITLES[to].format(host=host, cloud=cloud.name)
    return start_job(
        kind="host_maintenance",
        title=title,
        subject=host_subject(cloud, host),
        steps=[StepSpec(key=to, action=to, title=title)],
        params={"cloud": cloud.pk, "host": host, **({AFTER: after.pk} if after else {})},
        requester=requester,
    )


def close_host(connection: CloudSession, host: str, *, because: str) -> bool:
    """Disable a host's nova-compute in Pumphouse's name. Return whether that was needed.

    Raises ``NeedsOperator`` if somebody else has disabled it.
    """
    service = compute_service(connection, host)
    if service.is_ours:
        return False
    if service.is_others:
        raise disabled_by_others(service)
    disable_service(connection, service, reason=f"{OURS} {because}")
    return True


def open_host(connection: CloudSession, host: str) -> bool:
    """Enable a host's nova-compute if Pumphouse has disabled it. Return whether that was needed.

    If the host was forced down too, that is lifted once it has started and dropped its copies of
    the servers that now run on other hosts. Raises ``NeedsOperator`` before that, and if somebody
    else has disabled the host.
    """
    service = compute_service(connection, host)
    if service.is_others:
        raise disabled_by_others(service)
    if service.is_enabled:
        return False
    if service.is_forced_down:
        lift_forced_down(connection, service)
    enable_service(connection, service)
    return True


def change_maintenance(cloud: Cloud, host: str, *, to: str) -> str:
    """Put a host into maintenance or end it. Return a sentence about what was done."""
    connection = connect(cloud)
    if to == ON:
        changed = close_host(connection, host, because="maintenance")
        return f"Disabled nova-compute of {host}." if changed else f"{host} was closed already."
    if not open_host(connection, host):
        return f"{host} was open already.{_if_down(connection, host)}"
    enabled = f"Enabled nova-compute of {host}."
    if down := _if_down(connection, host):
        return f"{enabled}{down}"
    if is_closed_in_placement(connection, host):
        return f"{enabled} It takes new servers once it has reported to placement."
    return enabled


def _if_down(connection: CloudSession, host: str) -> str:
    """Return what to add about a host that is open and takes no servers all the same."""
    if compute_service(connection, host).is_up:
        return ""
    return " It is down: it takes no servers until its nova-compute runs."
