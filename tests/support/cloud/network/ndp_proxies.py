"""NDP proxies: IPv6 addresses that routers answer for outside."""

from tests.support.cloud.fields import Fields
from tests.support.cloud.messages import Json, Refused, Request, conflict
from tests.support.cloud.network.standard import NeutronCollection


class NdpProxies(NeutronCollection):
    """Proxies; they need a router that has them enabled, and nobody can filter them."""

    extension = "l3-ndp-proxy"
    tagged_as = None

    def __init__(self) -> None:
        fields = {"router_id": "", "port_id": "", "ip_address": None}
        required = ("router_id", "port_id")
        super().__init__("ndp_proxies", "ndp_proxy", fields, required=required)
        names = ("id", "project_id", "tenant_id", "name", "description")
        self.fields = Fields({**dict.fromkeys(names, ""), **fields})

    def matches(self, row: Json, request: Request) -> bool:
        """Refuse filters: the API has none for these."""
        if unknown := [*self.filters(request)]:
            sentence = f"{unknown} is invalid attribute for filtering"
            raise Refused(400, sentence, kind="HTTPBadRequest")
        return True

    def prepare(self, row: Json, given: Json, request: Request) -> None:
        """Refuse a router that has them disabled, and an address that the port does not have."""
        router = self.service.routers.get(row["router_id"])
        if not router["enable_ndp_proxy"]:
            sentence = f"The enable_ndp_proxy parameter of router {router['id']} must be True."
            raise conflict(sentence, kind="RouterNDPProxyNotEnable")
        port = self.service.ports.get(row["port_id"])
        if row["ip_address"] not in [fixed["ip_address"] for fixed in port["fixed_ips"]]:
            sentence = f"Invalid address {row['ip_address']}: not of port {port['id']}."
            raise Refused(400, sentence, kind="InvalidAddress")
