"""Placement: its versions, and the room of hosts where a test says that it is limited."""

from typing import TYPE_CHECKING

from tests.support.cloud.messages import Json, Refused, Request
from tests.support.cloud.service import Service, title

if TYPE_CHECKING:
    from tests.support.cloud.memory import MemoryCloud


class Placement(Service):
    """Placement's API, of which older releases do not say where it is in the version document."""

    type = "placement"
    name = "placement"
    root = "placement"
    microversion_name = "placement"
    oldest_version = "1.0"

    def __init__(self, cloud: "MemoryCloud") -> None:
        super().__init__(cloud)
        self.route("GET", "resource_providers", self.providers)
        self.route("GET", "resource_providers/{}/inventories", self.inventories)
        self.route("GET", "resource_providers/{}/allocations", self.allocations)
        # class -> what every host has of it; without any, placement knows no host
        self.sizes: dict[str, int] = {}

    def providers(self, request: Request) -> Json:
        """Answer with a provider for each host."""
        self.require_admin(request)
        hosts = self.cloud.compute.hosts
        return {
            "resource_providers": [
                {"uuid": hosts.ids[host], "name": host, "generation": 1} for host in hosts.names
            ]
        }

    def inventories(self, request: Request) -> Json:
        """Answer with what a host has: of each class as much as every other host."""
        self._require_known(request)
        common = {"reserved": 0, "allocation_ratio": 1.0, "min_unit": 1, "step_size": 1}
        sizes = self.sizes.items()
        return {"inventories": {name: {"total": size, **common} for name, size in sizes}}

    def allocations(self, request: Request) -> Json:
        """Answer with what the servers on a host take."""
        self._require_known(request)
        hosts = self.cloud.compute.hosts
        [host] = [name for name, id_ in hosts.ids.items() if id_ == request.ids[0]]
        servers = self.cloud.compute.servers.where(**{"OS-EXT-SRV-ATTR:host": host})
        return {"allocations": {row["id"]: {"resources": _taken_by(row)} for row in servers}}

    def _require_known(self, request: Request) -> None:
        self.require_admin(request)
        if not self.sizes:
            raise Refused(404, "No resource provider with that uuid.")

    def envelope(self, refused: Refused) -> Json:
        """Return the body of an error."""
        error = {"status": refused.status, "title": title(refused), "detail": refused.message}
        return {"errors": [error]}


def _taken_by(server: Json) -> Json:
    flavor = server["~flavor"]
    return {"VCPU": flavor["vcpus"], "MEMORY_MB": flavor["ram"]}
