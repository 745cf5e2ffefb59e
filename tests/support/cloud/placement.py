"""Placement, as far as its versions: what it has is for emptying hosts, which is not done here."""

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

    def providers(self, request: Request) -> Json:
        """Answer with a provider for each host."""
        self.require_admin(request)
        hosts = self.cloud.compute.hosts
        return {
            "resource_providers": [
                {"uuid": hosts.ids[host], "name": host, "generation": 1} for host in hosts.names
            ]
        }

    def envelope(self, refused: Refused) -> Json:
        """Return the body of an error."""
        error = {"status": refused.status, "title": title(refused), "detail": refused.message}
        return {"errors": [error]}
