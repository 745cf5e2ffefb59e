"""What Nova says about its compute hosts, and how one is closed to new servers and opened again."""

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
"""The trait in placement of a host whose service is disabled."""


@dataclass(frozen=True, kw_only=True)
class ComputeService:
    """The nova-compute of one host. ``reason`` is why it was disabled, "" when none was given.

    One that ``is_forced_down`` counts as down whatever it reports; Nova before Liberty knows no
    such thing. ``zone`` is its availability zone.
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
        """Whether it was Pumphouse that disabled it."""
        return not self.is_enabled and self.reason.startswith(OURS)

    @property
    def is_others(self) -> bool:
        """Whether somebody else has disabled it, or forced it down."""
        return not self.is_ours and (not self.is_enabled or self.is_forced_down)

    @property
    def takes_servers(self) -> bool:
        """Whether the scheduler may choose this host."""
        return self.is_enabled and self.is_up


def compute_services(cloud: CloudSession) -> list[ComputeService]:
    """Return the nova-compute of every host, by the host's name."""
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
    """Return the nova-compute of a host. Raises ``NotFound`` that lists the hosts there are."""
    return service_of(compute_services(cloud), host, cloud=cloud.name)


def service_of(services: Iterable[ComputeService], host: str, *, cloud: str) -> ComputeService:
    """Return that host's among the services of a cloud; as ``compute_service``."""
    found = {service.host: service for service in services}
    if host not in found:
        known = ", ".join(found) or "none"
        raise NotFound(f"Cloud {cloud} has no host {host!r}.", fix=f"Known hosts: {known}.")
    return found[host]


def disabled_by_others(service: ComputeService) -> NeedsOperator:
    """Return the error for a host that somebody else has closed, as Masakari and Watcher do."""
    if service.is_enabled:
        return NeedsOperator(
            f"Somebody else has forced nova-compute of {service.host} down.",
            fix="Let them finish, or lift it by hand if nobody is at work on it "
            "(openstack compute service set --up); then try again.",
        )
    reason = f"with the reason {service.reason!r}" if service.reason else "without a reason"
    return NeedsOperator(
        f"Somebody else has disabled nova-compute of {service.host}, {reason}.",
        fix="Let them finish, or enable it by hand if nobody is at work on it; then try again.",
    )


def disable_service(cloud: CloudSession, service: ComputeService, *, reason: str) -> None:
    """Have the scheduler choose this host no more; its servers go on."""
    if cloud.supports("compute", "2.53"):
        body = {"status": "disabled", "disabled_reason": reason}
        cloud.put("compute", f"{SERVICES}/{service.id}", body, microversion="2.53")
    else:
        body = {"host": service.host, "binary": BINARY, "disabled_reason": reason}
        cloud.put("compute", f"{SERVICES}/disable-log-reason", body)


def enable_service(cloud: CloudSession, service: ComputeService) -> None:
    """Have the scheduler choose this host again."""
    if cloud.supports("compute", "2.53"):
        body = {"status": "enabled"}
        cloud.put("compute", f"{SERVICES}/{service.id}", body, microversion="2.53")
    else:
        body = {"host": service.host, "binary": BINARY}
        cloud.put("compute", f"{SERVICES}/enable", body)


def force_down(cloud: CloudSession, service: ComputeService, *, to: bool) -> None:
    """Have a host count as down whatever its nova-compute reports, or no longer so.

    Does nothing before 2.11 (Liberty), where only silence makes a host count as down. Nova refuses
    to lift it while records of evacuations from the host are not completed, which the host's
    nova-compute does when it starts.
    """
    if cloud.supports("compute", "2.53"):
        body: Json = {"forced_down": to}
        cloud.put("compute", f"{SERVICES}/{service.id}", body, microversion="2.53")
    elif cloud.supports("compute", "2.11"):
        body = {"host": service.host, "binary": BINARY, "forced_down": to}
        cloud.put("compute", f"{SERVICES}/force-down", body, microversion="2.11")


def lift_forced_down(cloud: CloudSession, service: ComputeService) -> None:
    """Have a host that is back count as up again.

    Its nova-compute removes its own copies of the servers that were rebuilt elsewhere when it
    starts, and completes the records of their evacuations. Until then they could run twice, and
    newer Novas refuse by themselves. Raises ``NeedsOperator`` before that.
    """
    found = migrations(cloud, source_compute=service.host, migration_type=EVACUATION)
    waiting = [record for record in found if record["status"] in COPY_IS_THERE]
    if waiting:
        raise NeedsOperator(
            f"{service.host} still has its copies of {len(waiting)} server{pluralize(waiting)} "
            "that run elsewhere now.",
            fix="Switch it on. When its nova-compute has started it removes them; then try again.",
        )
    force_down(cloud, service, to=False)


def servers_on(cloud: CloudSession, host: str) -> list[Json]:
    """Return the servers of all tenants that Nova places on a host."""
    return list(_servers(cloud, host=host))


def all_servers(cloud: CloudSession) -> list[Json]:
    """Return the servers of all tenants."""
    return list(_servers(cloud))


def _servers(cloud: CloudSession, **query: str) -> Iterator[Json]:
    # 2.26 adds tags, 2.47 the flavor as it was when the server was made
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
    """Return the host that a server is on, "" for one on none."""
    return str(server.get("OS-EXT-SRV-ATTR:host") or "")


def task_of(server: Json) -> str:
    """Return what Nova is doing with a server, "" for nothing."""
    return str(server.get("OS-EXT-STS:task_state") or "")


def migrations(cloud: CloudSession, **query: str) -> list[Json]:
    """Return the records of migrations, oldest first; ``query`` filters them as Nova does."""
    microversion = cloud.at_most("compute", "2.59")
    records = cloud.list(
        "compute", "/os-migrations", "migrations", microversion=microversion, **query
    )
    return sorted(records, key=lambda record: int(record["id"]))


def hypervisors_of(cloud: CloudSession, host: str) -> list[Json]:
    """Return a host's hypervisors. Nova lists none before the host is mapped to a cell.

    From 2.53 on the id of a hypervisor is that of its provider in placement.
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
    """Return whether the scheduler still leaves a host out because of a trait, as Nova has it since
    Train. A host that was enabled while it was down keeps the trait until it reports next."""
    return any(
        CLOSED
        in cloud.get(
            "placement", f"/resource_providers/{provider}/traits", "traits", microversion="1.6"
        )
        for provider in providers_of(cloud, host)
    )
