"""Nova: flavors, key pairs, servers and what is about them."""

from typing import TYPE_CHECKING

from tests.support.cloud.compute.flavors import Flavors
from tests.support.cloud.messages import Json, Refused
from tests.support.cloud.service import Service

if TYPE_CHECKING:
    from tests.support.cloud.memory import MemoryCloud

_NAMES = {400: "badRequest", 403: "forbidden", 404: "itemNotFound", 409: "conflictingRequest"}


class Compute(Service):
    """Nova's API with the microversions of the release."""

    type = "compute"
    name = "nova"
    root = "compute"
    prefix = "/v2.1"
    path_in_catalogue = "/v2.1"
    microversion_name = "compute"
    oldest_version = "2.1"

    def __init__(self, cloud: "MemoryCloud") -> None:
        super().__init__(cloud)
        self.flavors = Flavors()
        cloud.add(self, self.flavors)

    def envelope(self, refused: Refused) -> Json:
        """Return the body of an error: its name depends on the status."""
        name = _NAMES.get(refused.status, "computeFault")
        return {name: {"code": refused.status, "message": refused.message}}

    def over_quota(self, name: str, *, limit: int, wanted: int) -> Refused:
        """Return the error for what a quota has no room for."""
        sentence = f"Quota exceeded for {name}: Requested {wanted} of {limit} {name}"
        return Refused(403, sentence)
