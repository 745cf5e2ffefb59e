"""Nova: flavors, key pairs, servers, hosts, and what a project may use of them."""

from typing import TYPE_CHECKING, Any

from tests.support.cloud.compute.attachments import Attachments
from tests.support.cloud.compute.flavors import Flavors
from tests.support.cloud.compute.groups import ServerGroups
from tests.support.cloud.compute.hosts import Hosts
from tests.support.cloud.compute.keypairs import Keypairs
from tests.support.cloud.compute.server_actions import ServerActions
from tests.support.cloud.compute.servers import Servers
from tests.support.cloud.messages import Json, Refused, Request
from tests.support.cloud.quotas import QuotaSets
from tests.support.cloud.service import Service

if TYPE_CHECKING:
    from tests.support.cloud.memory import MemoryCloud

_NAMES = {400: "badRequest", 403: "forbidden", 404: "itemNotFound", 409: "conflictingRequest"}


class Compute(Service):
    """Nova's API with the microversions of the release.

    ``fault``: every boot fails with that. ``reclaims``: deleted servers are kept for a while.
    ``disks`` are what guests have written, by server.
    """

    type = "compute"
    name = "nova"
    without_marker = 400
    root = "compute"
    prefix = "/v2.1"
    path_in_catalogue = "/v2.1"
    microversion_name = "compute"
    oldest_version = "2.1"
    about_oneself = ("/os-keypairs",)

    def __init__(self, cloud: "MemoryCloud") -> None:
        super().__init__(cloud)
        self.fault = ""
        self.reclaims = False
        self.flavors, self.keypairs, self.servers = Flavors(), Keypairs(), Servers()
        self.groups = ServerGroups()
        cloud.add(self, self.flavors, self.keypairs, self.servers, self.groups)
        self.hosts = Hosts(self)
        self.attachments = Attachments(self)
        self.actions = ServerActions(self)
        self._count()
        unknown = "Additional properties are not allowed ({} was unexpected)"
        QuotaSets(self, unknown=unknown, details="os-quota-sets/{}/detail")
        self.route("GET", "os-availability-zone", self.zones)

    def _count(self) -> None:
        quotas, servers = self.cloud.quotas, self.servers
        quotas.count("instances", servers)
        quotas.count("cores", servers, lambda row: int(row["~flavor"]["vcpus"]))
        quotas.count("ram", servers, lambda row: int(row["~flavor"]["ram"]))
        quotas.count("server_groups", self.groups)

    @property
    def disks(self) -> dict[str, Any]:
        """The bytes of servers' own disks by the servers' ids."""
        return self.cloud.rows("compute/disks")

    def zones(self, request: Request) -> Json:
        """Answer with the availability zones: the one that there is by default, and another."""
        state = {"zoneState": {"available": True}, "hosts": None}
        return {"availabilityZoneInfo": [{"zoneName": z, **state} for z in self.hosts.zones]}

    def envelope(self, refused: Refused) -> Json:
        """Return the body of an error: its name depends on the status."""
        name = _NAMES.get(refused.status, "computeFault")
        return {name: {"code": refused.status, "message": refused.message}}

    def over_quota(self, name: str, *, limit: int, wanted: int) -> Refused:
        """Return the error for what a quota has no room for."""
        sentence = f"Quota exceeded for {name}: Requested {wanted} of {limit} {name}"
        return Refused(403, sentence)
