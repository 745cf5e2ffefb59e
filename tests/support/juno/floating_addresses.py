"""Pools and floating addresses of the stand-in, and the actions of servers with them."""

import re
from typing import ClassVar

from typing_extensions import override

from tests.support.juno.api import route
from tests.support.juno.messages import Caller, Json, Refused, Reply, Request
from tests.support.juno.networks import NovaNetwork

_MAC, _KIND = "OS-EXT-IPS-MAC:mac_addr", "OS-EXT-IPS:type"
_ACTIONS = ("addFloatingIp", "removeFloatingIp")
_action = re.compile(r"/v2/[^/]+/servers/[^/]+/action")
_BULK = ("address", "pool", "interface", "project_id", "instance_uuid")


class FloatingAddresses(NovaNetwork):
    """Floating addresses. Members see their own tenant's, and nobody sees others' but in bulk."""

    name: ClassVar[str] = "nova_network_addresses"

    @property
    def addresses(self) -> list[Json]:
        """All addresses; one of a server that is gone leads nowhere."""
        there = {server["id"] for server in self.cloud.state["nova"]["servers"]}
        rows: list[Json] = self.state["addresses"]
        for row in rows:
            if row["instance_uuid"] not in there:
                row.update(instance_uuid=None, fixed_ip=None)
        return rows

    @override
    def answer(self, request: Request) -> Reply | None:
        """Leave all other actions of servers to Nova."""
        is_ours = not _action.fullmatch(request.path) or {*(request.body or ())} & {*_ACTIONS}
        return super().answer(request) if is_ours else None

    @route("GET", "/v2/{tenant}/os-floating-ip-pools")
    def pools(self, request: Request, tenant: str) -> Json:
        """List the names of the pools."""
        self.caller(request, tenant)
        names = sorted({row["pool"] for row in self.addresses})
        return {"floating_ip_pools": [{"name": name} for name in names]}

    @route("GET", "/v2/{tenant}/os-floating-ips-bulk")
    def bulk(self, request: Request, tenant: str) -> Json:
        """List all addresses with their tenants."""
        self.admin(request, tenant, "floating_ips_bulk")
        rows = self.addresses
        return {"floating_ip_info": [{name: row[name] for name in _BULK} for row in rows]}

    @route("GET", "/v2/{tenant}/os-floating-ips")
    def floating(self, request: Request, tenant: str) -> Json:
        """List the addresses of the token's tenant."""
        self.caller(request, tenant)
        rows = (row for row in self.addresses if row["project_id"] == tenant)
        return {"floating_ips": [_shown(row) for row in rows]}

    @route("POST", "/v2/{tenant}/os-floating-ips")
    def allocate(self, request: Request, tenant: str) -> Json:
        """Take an address out of a pool."""
        self.caller(request, tenant)
        pool = request.body["pool"]
        for row in self.addresses:
            if row["pool"] == pool and row["project_id"] is None:
                row["project_id"] = tenant
                return {"floating_ip": _shown(row)}
        raise Refused(404, f"No more floating ips in pool {pool}.")

    @route("GET", "/v2/{tenant}/os-floating-ips/{number}")
    def one(self, request: Request, tenant: str, number: str) -> Json:
        """Show an address of the tenant."""
        self.caller(request, tenant)
        return {"floating_ip": _shown(self._own(number, tenant))}

    @route("DELETE", "/v2/{tenant}/os-floating-ips/{number}")
    def release(self, request: Request, tenant: str, number: str) -> Reply:
        """Put an address back into its pool, away from its server."""
        self.caller(request, tenant)
        row = self._own(number, tenant)
        if row["instance_uuid"]:
            self._lead_away(row)
        row["project_id"] = None
        return Reply(202)

    def _own(self, number: str, tenant: str) -> Json:
        for row in self.addresses:
            if str(row["id"]) == number and row["project_id"] == tenant:
                found: Json = row
                return found
        raise Refused(404, f"Floating ip not found for id {number}")

    @route("POST", "/v2/{tenant}/servers/{server_id}/action")
    def act(self, request: Request, tenant: str, server_id: str) -> Reply:
        """Lead an address to a server, or away from it."""
        caller = self.caller(request, tenant)
        [(action, arguments)] = request.body.items()
        row = self._named(arguments["address"])
        if action == "addFloatingIp":
            self._lead_to(row, self.server(server_id), arguments.get("fixed_address"), caller)
        elif row["instance_uuid"] != server_id:
            words = f"Floating ip {row['address']} is not associated with instance {server_id}."
            raise Refused(422, words)
        else:
            self._lead_away(row)
        return Reply(202)

    def _named(self, address: str) -> Json:
        for row in self.addresses:
            if row["address"] == address:
                found: Json = row
                return found
        raise Refused(404, "floating ip not found")

    def _lead_to(self, row: Json, server: Json, fixed: str | None, caller: Caller) -> None:
        """Lead an address of the caller's tenant to a fixed one, the first if none was named."""
        if row["project_id"] != caller.tenant_id:
            raise Refused(403, "Not authorized.")
        mine = [e for each in server["addresses"].values() for e in each if e[_KIND] == "fixed"]
        [entry] = [e for e in mine if fixed in (None, e["addr"])][:1]
        row.update(instance_uuid=server["id"], fixed_ip=entry["addr"])
        for entries in server["addresses"].values():
            if entry in entries:
                entries.append({**entry, "addr": row["address"], _KIND: "floating"})

    def _lead_away(self, row: Json) -> None:
        for entries in self.server(row["instance_uuid"])["addresses"].values():
            entries[:] = [entry for entry in entries if entry["addr"] != row["address"]]
        row.update(instance_uuid=None, fixed_ip=None)


def _shown(row: Json) -> Json:
    return {
        **{"id": row["id"], "ip": row["address"], "pool": row["pool"]},
        **{"instance_id": row["instance_uuid"], "fixed_ip": row["fixed_ip"]},
    }
