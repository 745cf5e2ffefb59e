"""Checks that the scheduler of its new cloud can use a deployed host, and boots a server on it."""

from dashboard.clients.openstack import CloudSession, Json
from dashboard.clients.polling import poll_until
from dashboard.errors import NeedsOperator
from dashboard.hosts_app.compute.nova import (
    ComputeService,
    compute_services,
    enable_service,
    hypervisors_of,
    is_closed_in_placement,
    providers_of,
)
from dashboard.hosts_app.discovery import refresh_hosts
from dashboard.hosts_app.power.switching import log_power
from dashboard.hosts_app.reassignment.probe_server import boot_probe
from dashboard.hosts_app.reassignment.work import ReassignmentWork
from dashboard.jobs.models import LogLevel

JOIN_SECONDS = 600


def join(work: ReassignmentWork) -> None:
    """Wait until the host's nova-compute is up, enabled, in a cell and known to placement.

    Raises ``NeedsOperator`` that says which of these is missing.
    """
    connection, host = work.destination, work.record.new_host
    missing = ""

    def joined() -> bool | None:
        nonlocal missing
        missing = missing_on(connection, host)
        return None if missing else True

    _enable_ours(connection, host)
    try:
        poll_until(joined, what=f"{host} to join", seconds=JOIN_SECONDS, check=work.context.check)
    except NeedsOperator:
        raise NeedsOperator(
            f"{host} still takes no servers in {connection.name} after {JOIN_SECONDS / 60:.0f} "
            f"minutes: {missing}.",
            fix="Fix that (see /var/log/nova on the host), then retry.",
        ) from None
    work.context.log(f"The scheduler of {connection.name} can use {host}.", level=LogLevel.SUCCESS)


def missing_on(connection: CloudSession, host: str) -> str:
    """Return what keeps the scheduler from using a host, "" for nothing."""
    service = _service(connection, host)
    if service is None:
        return "it has no nova-compute"
    if not service.is_up:
        return "its nova-compute is down"
    if not service.is_enabled:
        return f"its nova-compute is disabled ({service.reason or 'without a reason'})"
    if not hypervisors_of(connection, host):
        return "it is in no cell yet (nova-manage cell_v2 discover_hosts)"
    if not all(_inventories(connection, provider) for provider in providers_of(connection, host)):
        return "placement has no inventory of it"
    if is_closed_in_placement(connection, host):
        return "placement counts it as disabled until its nova-compute reports again"
    return ""


def _inventories(connection: CloudSession, provider: str) -> Json:
    path = f"/resource_providers/{provider}/inventories"
    return connection.find("placement", path, "inventories") or {}


def probe(work: ReassignmentWork) -> None:
    """Boot a small server on the host and delete it."""
    boot_probe(
        work.destination, work.record.new_host, log=work.context.log, check=work.context.check
    )


def refresh_both(work: ReassignmentWork) -> None:
    """Refresh the hosts of both clouds, and the power of the one that moved.

    A source without controllers cannot be read any more.
    """
    record = work.record
    for cloud in (record.source, record.destination):
        if not (work.from_drained and cloud == record.source):
            refresh_hosts(cloud)
    log_power(record.destination.hosts.filter(name=record.new_host), work.context)
    work.context.log(
        f"{record.host} of {record.source} is {record.new_host} of {record.destination} now.",
        level=LogLevel.SUCCESS,
    )


def _enable_ours(connection: CloudSession, host: str) -> None:
    """Enable a host that Pumphouse has disabled: one that is returned without having left."""
    service = _service(connection, host)
    if service and service.is_ours:
        enable_service(connection, service)


def _service(connection: CloudSession, host: str) -> ComputeService | None:
    return next((one for one in compute_services(connection) if one.host == host), None)
