"""nova-network of the stand-in: networks, pools and addresses, and security groups.

``in_vlan_mode`` turns the cloud of FlatDHCP mode into the one that was recorded in VLAN mode.
"""

from typing import TYPE_CHECKING, Any, ClassVar

from typing_extensions import override

from tests.support.juno.api import JunoApi, route
from tests.support.juno.messages import Caller, Json, Refused, Reply, Request

if TYPE_CHECKING:
    from tests.support.juno.cloud import JunoCloud

_OF_MEMBERS = (
    *("id", "label", "cidr", "gateway", "netmask", "broadcast", "dns1", "dns2"),
    *("cidr_v6", "gateway_v6", "netmask_v6"),
)
_OF_TENANTS = ("id", "label", "cidr")
_KINDS = {403: "forbidden", 404: "itemNotFound", 400: "badRequest", 409: "conflictingRequest"}


def in_vlan_mode(cloud: "JunoCloud") -> None:
    """Put the networks and servers of the cloud that was recorded in VLAN mode into one."""
    cloud.state["nova_network"] = cloud.state["nova_network_vlan"]
    cloud.state["nova"] = {**cloud.state.get("nova", {})}
    cloud.state["nova"]["servers"] = cloud.state["nova_network"]["servers"]


class NovaNetwork(JunoApi):
    """What a part of nova-network's API has in common with the others."""

    ports: ClassVar[tuple[str, ...]] = ("nova",)

    @property
    @override
    def state(self) -> Json:
        found: Json = self.cloud.state["nova_network"]
        return found

    @override
    def envelope(self, refused: Refused) -> Any:
        kind = refused.kind or _KINDS.get(refused.status, "computeFault")
        return {kind: {"message": refused.message, "code": refused.status}}

    def caller(self, request: Request, tenant: str) -> Caller:
        """Return who asks; the tenant in the path must be that of the token."""
        caller = self.cloud.caller(request)
        if tenant != caller.tenant_id:
            raise Refused(
                400,
                f"Malformed request URL: URL's project_id '{tenant}' doesn't match Context's "
                f"project_id '{caller.tenant_id}'",
            )
        return caller

    def admin(self, request: Request, tenant: str, extension: str) -> Caller:
        """Return who asks; only an administrator may."""
        caller = self.caller(request, tenant)
        if not caller.is_admin:
            words = f"Policy doesn't allow compute_extension:{extension} to be performed."
            raise Refused(403, words)
        return caller

    def server(self, server_id: str) -> Json:
        """Return a server of Nova's."""
        servers = self.cloud.state["nova"]["servers"]
        for row in servers:
            if row["id"] == server_id:
                found: Json = row
                return found
        raise Refused(404, "Instance could not be found")


class Networks(NovaNetwork):
    """Networks, and the interfaces of servers on them."""

    name: ClassVar[str] = "nova_network_networks"

    def _seen(self, caller: Caller) -> list[Json]:
        """Return the networks that somebody sees: in VLAN mode only the tenant's own."""
        rows: list[Json] = self.state["networks"]
        if caller.is_admin:
            return rows
        owners = (None, caller.tenant_id)
        return [r for r in rows if r["project_id"] in owners and not (_is_free(r) and r["vlan"])]

    @route("GET", "/v2/{tenant}/extensions/os-networks")
    def extension(self, request: Request, tenant: str) -> Json:
        """Show that there are networks."""
        return {"extension": self.state["extension"]}

    @route("GET", "/v2/{tenant}/os-networks")
    def networks(self, request: Request, tenant: str) -> Json:
        """List networks; members see less of them."""
        caller = self.caller(request, tenant)
        return {"networks": [_shown(row, caller) for row in self._seen(caller)]}

    @route("GET", "/v2/{tenant}/os-networks/{network_id}")
    def network(self, request: Request, tenant: str, network_id: str) -> Json:
        """Show a network, whoever asks."""
        caller = self.caller(request, tenant)
        return {"network": _shown(self._one(network_id), caller)}

    @route("GET", "/v2/{tenant}/os-tenant-networks")
    def tenant_networks(self, request: Request, tenant: str) -> Json:
        """List the networks that a tenant may use."""
        seen = self._seen(self.caller(request, tenant))
        return {"networks": [_part(row, _OF_TENANTS) for row in seen]}

    @route("GET", "/v2/{tenant}/os-tenant-networks/{network_id}")
    def tenant_network(self, request: Request, tenant: str, network_id: str) -> Json:
        """Show one, whoever asks."""
        self.caller(request, tenant)
        return {"network": _part(self._one(network_id), _OF_TENANTS)}

    @route("POST", "/v2/{tenant}/os-networks/{network_id}/action")
    def act(self, request: Request, tenant: str, network_id: str) -> Reply:
        """Free a network of its tenant, its host, or both."""
        self.admin(request, tenant, "networks")
        row, [action] = self._one(network_id), request.body
        freed = {"disassociate": ("project_id", "host"), "disassociate_project": ("project_id",)}
        for name in freed.get(action, ()):
            row[name] = None
        return Reply(202)

    @route("GET", "/v2/{tenant}/os-fixed-ips/{address}")
    def fixed_ip(self, request: Request, tenant: str, address: str) -> Json:
        """Show an address, as far as it was recorded."""
        self.admin(request, tenant, "fixed_ips")
        for row in self.state["fixed_ips"]:
            if row["address"] == address:
                return {"fixed_ip": row}
        raise Refused(404, f"Fixed ip not found for address {address}.")

    @route("GET", "/v2/{tenant}/servers/{server_id}/os-virtual-interfaces")
    def interfaces(self, request: Request, tenant: str, server_id: str) -> Json:
        """List the interfaces of a server with their networks."""
        self.caller(request, tenant)
        return {"virtual_interfaces": self.state["interfaces"].get(server_id, [])}

    @route("GET", "/v2/{tenant}/servers/{server_id}/os-interface")
    def neutrons(self, request: Request, tenant: str, server_id: str) -> Json:
        """Refuse what only Neutron has."""
        raise Refused(501, "Network driver does not support this function.", "notImplemented")

    def _one(self, network_id: str) -> Json:
        for row in self.state["networks"]:
            if row["id"] == network_id:
                found: Json = row
                return found
        raise Refused(404, "Network not found")


def _is_free(row: Json) -> bool:
    return row["project_id"] is None


def _shown(row: Json, caller: Caller) -> Json:
    return row if caller.is_admin else _part(row, _OF_MEMBERS)


def _part(row: Json, names: tuple[str, ...]) -> Json:
    return {name: row[name] for name in names}
