"""Nova's compute hosts: their services, servers and migrations; disabling and enabling a host."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.template.defaultfilters import pluralize

from dashboard.clients.openstack import CloudSession, Json
from dashboard.errors import NeedsOperator, NotFound
from dashboard.hosts_app.models import OURS

SERVICES = "/os-services"
BINARY = "nova-compute"
EVACUATION = "evacuation"
"""The migration type of a server that was rebuilt on another host."""
COPY_IS_THERE = ("accepted", "pre-migrating", "done")
"""States of an evacuation whose source host still has its copy of the server."""
CLOSED = "COMPUTE_STATUS_DISABLED"
"""The trait in placement of a host whose nova-compute is disabled."""


@dataclass(frozen=True, kw_only=True)
class ComputeService:
    """The nova-compute of one host.

    ``reason`` is why it was disabled, "" if none was given. ``is_forced_down`` means that it counts
    as down whatever it reports, which Nova has since Liberty. ``zone`` is its availability zone.
    """

    id: str
    host: str
    is_enabled: bool
    is_up: bool
    reason: str = ""
    is_forced_down: bool = False
    zone: str = "nova"

    @property
    def is_ours(self) -> bool:
        """Whether Pumphouse has disabled it."""
        return not self.is_enabled and self.reason.startswith(OURS)

    @property
    def is_others(self) -> bool:
        """Whether somebody else has disabled it, or forced it down."""
        return not self.is_ours and (not self.is_enabled or self.is_forced_down)

    @property
    def takes_servers(self) -> bool:
        """Whether the scheduler can use this host."""
        return self.is_enabled and self.is_up


def compute_services(cloud: CloudSession) -> list[ComputeService]:
    """Return the nova-compute of every host, sorted by the host's name."""
    microversion = cloud.at_most("compute", "2.53")
    found = cloud.list("compute", SERVICES, "services", binary=BINARY, microversion=microversion)
    return sorted((_service(service) for service in found), key=lambda service: service.host)


def _service(service: Json) -> ComputeService:
    return ComputeService(
        id=str(service["id"]),
        host=service["host"],
        is_enabled=service["status"] == "enabled",
        is_up=service["state"] == "up",
        reason=service.get("disabled_reason") or "",
        zone=service["zone"],
        is_forced_down=bool(service.get("forced_down")),
    )


def compute_service(cloud: CloudSession, host: str) -> ComputeService:
    """Return the nova-compute of a host. Raises ``NotFound`` that lists all hosts."""
    return service_of(compute_services(cloud), host, cloud=cloud.name)


def service_of(services: Iterable[ComputeService], host: str, *, cloud: str) -> ComputeService:
    """Return the service of a host. Raises ``NotFound`` that lists all hosts of ``cloud``."""
    found = {service.host: service for service in services}
    if host not in found:
        known = ", ".join(found) or "none"
        raise NotFound(f"Cloud {cloud} has no host {host!r}.", fix=f"Known hosts: {known}.")
    return found[host]


def disabled_by_others(service: ComputeService) -> NeedsOperator:
    """Return the error for a host that somebody else has disabled, as Masakari and Watcher do."""
    if service.is_enabled:
        return NeedsOperator(
            f"Somebody else has forced nova-compute of {service.host} down.",
            fix="Let them finish. If nobody works on it, lift that "
            "(openstack compute service set --up), then retry.",
        )
    reason = f"with the reason {service.reason!r}" if service.reason else "without a reason"
    return NeedsOperator(
        f"Somebody else has disabled nova-compute of {service.host}, {reason}.",
        fix="Let them finish. If nobody works on it, enable it, then retry.",
    )


def disable_service(cloud: CloudSession, service: ComputeService, *, reason: str) -> None:
    """Keep the scheduler from using this host; its servers keep running."""
    if cloud.supports("compute", "2.53"):
        body = {"status": "disabled", "disabled_reason": reason}
        cloud.put("compute", f"{SERVICES}/{service.id}", body, microversion="2.53")
    else:
        body = {"host": service.host, "binary": BINARY, "disabled_reason": reason}
        cloud.put("compute", f"{SERVICES}/disable-log-reason", body)


def enable_service(cloud: CloudSession, service: ComputeService) -> None:
    """Return this host to the scheduler."""
    if cloud.supports("compute", "2.53"):
        body = {"status": "enabled"}
        cloud.put("compute", f"{SERVICES}/{service.id}", body, microversion="2.53")
    else:
        body = {"host": service.host, "binary": BINARY}
        cloud.put("compute", f"{SERVICES}/enable", body)


def force_down(cloud: CloudSession, service: ComputeService, *, to: bool) -> None:
    """Set or lift forced_down, which makes a host count as down whatever it reports.

    Does nothing before 2.11 (Liberty), where a host counts as down only when it is silent. Nova
    refuses to lift it while evacuations from the host are not completed, which the host's
    nova-compute does when it starts.
    """
    if cloud.supports("compute", "2.53"):
        body: Json = {"forced_down": to}
        cloud.put("compute", f"{SERVICES}/{service.id}", body, microversion="2.53")
    elif cloud.supports("compute", "2.11"):
        body = {"host": service.host, "binary": BINARY, "forced_down": to}
        cloud.put("compute", f"{SERVICES}/force-down", body, microversion="2.11")


def lift_forced_down(cloud: CloudSession, service: ComputeService) -> None:
    """Lift forced_down of a host that is back.

    When its nova-compute starts, it removes its own copies of servers that were rebuilt on other
    hosts, and completes the records of their evacuations. Until then those servers could run
    twice, so this raises ``NeedsOperator``, as newer Novas would by themselves.
    """
    found = migrations(cloud, source_compute=service.host, migration_type=EVACUATION)
    waiting = [record for record in found if record["status"] in COPY_IS_THERE]
    if waiting:
        raise NeedsOperator(
            f"{service.host} still has its copies of {len(waiting)} server{pluralize(waiting)} "
            "that now run on other hosts.",
            fix="Power it on. Its nova-compute removes them when it starts; then retry.",
        )
    force_down(cloud, service, to=False)


def servers_on(cloud: CloudSession, host: str) -> list[Json]:
    """Return the servers of all tenants that Nova has on a host."""
    return list(_servers(cloud, host=host))


def all_servers(cloud: CloudSession) -> list[Json]:
    """Return the servers of all tenants."""
    return list(_servers(cloud))


def _servers(cloud: CloudSession, **query: str) -> Iterator[Json]:
    # 2.26 adds tags, 2.47 the flavor as it was when the server was created
    microversion = cloud.at_most("compute", "2.47")
    return cloud.list(
        "compute",
        "/servers/detail",
        "servers",
        all_tenants=1,
        microversion=microversion,
        **query,
    )


def host_of(server: Json) -> str:
    """Return the host that a server is on, "" if it has none."""
    return str(server.get("OS-EXT-SRV-ATTR:host") or "")


def task_of(server: Json) -> str:
    """Return a server's task state, "" for none."""
    return str(server.get("OS-EXT-STS:task_state") or "")


def migrations(cloud: CloudSession, **query: str) -> list[Json]:
    """Return the records of migrations, oldest first; ``query`` is passed to Nova as filters."""
    microversion = cloud.at_most("compute", "2.59")
    records = cloud.list(
        "compute", "/os-migrations", "migrations", microversion=microversion, **query
    )
    return sorted(records, key=lambda record: int(record["id"]))


def hypervisors_of(cloud: CloudSession, host: str) -> list[Json]:
    """Return a host's hypervisors. Nova lists none until the host is mapped to a cell.

    Since 2.53 the id of a hypervisor is that of its provider in placement.
    """
    microversion = cloud.at_most("compute", "2.53")
    found = cloud.list(
        "compute", "/os-hypervisors/detail", "hypervisors", microversion=microversion
    )
    return [each for each in found if each["service"]["host"] == host]


def providers_of(cloud: CloudSession, host: str) -> list[str]:
    """Return the ids of a host's providers in placement; [] before Pike."""
    if not cloud.supports("compute", "2.53"):
        return []
    return [str(each["id"]) for each in hypervisors_of(cloud, host)]


def is_closed_in_placement(cloud: CloudSession, host: str) -> bool:
    """Return whether the scheduler still excludes a host because of a trait in placement.

    Nova uses the trait since Train. A host that was enabled while it was down keeps it until its
    nova-compute reports again. One that placement does not know has none.
    """
    paths = (f"/resource_providers/{provider}/traits" for provider in providers_of(cloud, host))
    found = (cloud.find("placement", path, "traits", microversion="1.6") for path in paths)
    return any(CLOSED in (traits or ()) for traits in found)
