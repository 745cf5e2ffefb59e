"""Security groups of the stand-in, and the rules that default groups begin with."""

from typing import ClassVar

from tests.support.juno.api import route
from tests.support.juno.messages import Caller, Json, Refused, Reply, Request
from tests.support.juno.networks import NovaNetwork


class SecurityGroups(NovaNetwork):
    """Security groups: a tenant's own, and all for an administrator who asks so."""

    name: ClassVar[str] = "nova_network_groups"

    @route("GET", "/v2/{tenant}/os-security-groups")
    def groups(self, request: Request, tenant: str) -> Json:
        """List groups, by name within each tenant."""
        caller = self.caller(request, tenant)
        all_tenants = caller.is_admin and request.query.get("all_tenants") == "1"
        rows = [g for g in self.state["groups"] if all_tenants or g["tenant_id"] == tenant]
        start = int(request.query.get("offset", 0))
        limit = int(request.query.get("limit", self.state.get("max_limit", 1000)))
        return {"security_groups": rows[start : start + limit]}

    @route("GET", "/v2/{tenant}/os-security-groups/{number}")
    def group(self, request: Request, tenant: str, number: str) -> Json:
        """Show a group."""
        return {"security_group": self._one(number, self.caller(request, tenant))}

    @route("DELETE", "/v2/{tenant}/os-security-groups/{number}")
    def delete(self, request: Request, tenant: str, number: str) -> Reply:
        """Delete a group that no server has."""
        row = self._one(number, self.caller(request, tenant))
        if row["name"] == "default":
            raise Refused(400, "Unable to delete system group 'default'")
        if self._servers_with(row):
            raise Refused(400, "Security group is still in use")
        self.state["groups"].remove(row)
        return Reply(202)

    @route("GET", "/v2/{tenant}/servers/{server_id}/os-security-groups")
    def of_server(self, request: Request, tenant: str, server_id: str) -> Json:
        """List the groups of a server with their rules."""
        self.caller(request, tenant)
        server = self.server(server_id)
        names = {group["name"] for group in server["security_groups"]}
        mine = [g for g in self.state["groups"] if g["tenant_id"] == server["tenant_id"]]
        return {"security_groups": [group for group in mine if group["name"] in names]}

    @route("GET", "/v2/{tenant}/os-security-group-default-rules")
    def default_rules(self, request: Request, tenant: str) -> Json:
        """List the rules that default groups begin with."""
        self.admin(request, tenant, "security_group_default_rules")
        return {"security_group_default_rules": self.state["default_rules"]}

    @route("POST", "/v2/{tenant}/os-security-group-rules")
    def add_rule(self, request: Request, tenant: str) -> Json:
        """Add no rule: groups of a source do not change."""
        number = request.body["security_group_rule"]["parent_group_id"]
        self._one(str(number), self.caller(request, tenant))
        raise Refused(400, "Not enough parameters to build a valid rule.")

    def _one(self, number: str, caller: Caller) -> Json:
        for row in self.state["groups"]:
            is_seen = caller.is_admin or row["tenant_id"] == caller.tenant_id
            if str(row["id"]) == number and is_seen:
                found: Json = row
                return found
        raise Refused(404, f"Security group {number} not found.")

    def _servers_with(self, row: Json) -> bool:
        servers = self.cloud.state["nova"]["servers"]
        return any(
            server["tenant_id"] == row["tenant_id"]
            and row["name"] in {group["name"] for group in server["security_groups"]}
            for server in servers
        )
