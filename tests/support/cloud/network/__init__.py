"""Neutron: networks with all that is on them."""

from typing import TYPE_CHECKING

from tests.support.cloud.messages import Json, Refused, Request
from tests.support.cloud.network.networks import Networks
from tests.support.cloud.service import Service

if TYPE_CHECKING:
    from tests.support.cloud.memory import MemoryCloud


class Network(Service):
    """Neutron's API with the extensions of the release."""

    type = "network"
    name = "neutron"
    root = "network"
    prefix = "/v2.0"

    def __init__(self, cloud: "MemoryCloud") -> None:
        super().__init__(cloud)
        self.networks = Networks()
        cloud.add(self, self.networks)
        self.route("GET", "extensions", self.list_extensions)

    def list_extensions(self, request: Request) -> Json:
        """Answer with the extensions of the release."""
        return {
            "extensions": [
                {"alias": alias, "name": alias, "description": "", "links": [], "updated": ""}
                for alias in sorted(self.cloud.release.extensions)
            ]
        }

    def envelope(self, refused: Refused) -> Json:
        """Return the body of an error: neutron names its exceptions."""
        kind = refused.kind or "HTTPBadRequest"
        return {"NeutronError": {"detail": "", "message": refused.message, "type": kind}}

    def over_quota(self, name: str, *, limit: int, wanted: int) -> Refused:
        """Return the error for what a quota has no room for."""
        return Refused(409, f"Quota exceeded for resources: ['{name}'].", kind="OverQuota")
