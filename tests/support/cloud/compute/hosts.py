"""Hosts: their services and hypervisors, as far as moving tenants needs them."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.support.cloud.messages import Json, Request

if TYPE_CHECKING:
    from tests.support.cloud.compute import Compute

COUNT = 3
EAST = "east"


class Hosts:
    """The compute hosts of a cloud; servers are spread over them in turn.

    The last one is in a zone of its own, which gets only the servers that ask for it.
    """

    zones = ("nova", EAST)

    def __init__(self, service: "Compute") -> None:
        self.service = service
        name = service.cloud.name
        self.names = [f"{name}-c{number}" for number in range(1, COUNT + 1)]
        self.ids = {host: service.cloud.new_id() for host in self.names}
        service.route("GET", "os-services", self.services)
        service.route("GET", "os-hypervisors/detail", self.hypervisors)
        service.route("GET", "os-aggregates", self.aggregates)
        self.migrations: Callable[[], list[Json]] = list
        service.route("GET", "os-migrations", lambda request: {"migrations": self.migrations()})

    def next(self, zone: str) -> str:
        """Return the host of the next server, in a zone or "" for the default one."""
        hosts = [host for host in self.names if self.zone_of(host) == (zone or "nova")]
        return hosts[len(self.service.servers.rows) % len(hosts)]

    def zone_of(self, host: str) -> str:
        """Return the name of a host's availability zone."""
        return EAST if host == self.names[-1] else "nova"

    def services(self, request: Request) -> Json:
        """Answer with nova-compute of each host, and what runs on the controller."""
        self.service.require_admin(request)
        controller = f"{self.service.cloud.name}-ctl"
        return {
            "services": [
                self._service(controller, "nova-scheduler", "internal"),
                self._service(controller, "nova-conductor", "internal"),
                *(self._service(host, "nova-compute", self.zone_of(host)) for host in self.names),
            ]
        }

    def aggregates(self, request: Request) -> Json:
        """Answer with the aggregate that makes the zone, whose hosts have fast disks."""
        self.service.require_admin(request)
        hosts = [host for host in self.names if self.zone_of(host) == EAST]
        metadata = {"availability_zone": EAST, "disks": "ssd,nvme"}
        return {
            "aggregates": [
                {
                    **{"id": 1, "name": EAST, "availability_zone": EAST, "hosts": hosts},
                    **{"metadata": metadata, "deleted": False, "deleted_at": None},
                    **{"created_at": self.service.cloud.now(), "updated_at": None},
                }
            ]
        }

    def _service(self, host: str, binary: str, zone: str) -> Json:
        return {
            **{"id": self.ids.get(host, binary), "binary": binary, "host": host, "zone": zone},
            **{"status": "enabled", "state": "up", "updated_at": self.service.cloud.now()},
            **{"disabled_reason": None, "forced_down": False},
        }

    def hypervisors(self, request: Request) -> Json:
        """Answer with the hypervisors; since 2.88 without what placement knows better."""
        self.service.require_admin(request)
        return {"hypervisors": [self._hypervisor(host, request) for host in self.names]}

    def _hypervisor(self, host: str, request: Request) -> Json:
        known = {
            **{"id": self.ids[host], "hypervisor_hostname": host, "state": "up"},
            **{"status": "enabled", "hypervisor_type": "fake", "hypervisor_version": 1000},
            "host_ip": "127.0.0.1",
            "service": {"host": host, "id": self.ids[host], "disabled_reason": None},
        }
        return {**known, **self._room(host)} if request.version < (2, 88) else {**known, **_UPTIME}

    def _room(self, host: str) -> Json:
        servers = self.service.servers.where(**{"OS-EXT-SRV-ATTR:host": host})
        used = {name: sum(row["~flavor"][name] for row in servers) for name in _SIZES}
        return {
            **{"vcpus": 64, "vcpus_used": used["vcpus"], "memory_mb": 65536},
            **{"memory_mb_used": used["ram"], "free_ram_mb": 65536 - used["ram"]},
            **{
                "local_gb": 2000,
                "local_gb_used": used["disk"],
                "free_disk_gb": 2000 - used["disk"],
            },
            **{"running_vms": len(servers), "current_workload": 0, "disk_available_least": 0},
            "cpu_info": CPU,
        }


CPU = {
    **{"arch": "x86_64", "vendor": "Intel", "model": "Nehalem", "features": ["pge", "clflush"]},
    "topology": {"cores": 1, "sockets": 4, "threads": 1},
}
_SIZES = ("vcpus", "ram", "disk")
_UPTIME: Json = {"uptime": None}
