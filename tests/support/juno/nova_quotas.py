"""Quotas of the stand-in's Nova: there is no ``/detail``, what is used is among the limits."""

from tests.support.juno.api import route
from tests.support.juno.messages import Json, Reply, Request
from tests.support.juno.nova_api import NovaApi

_LIMITS = {
    **{"instances": "maxTotalInstances", "cores": "maxTotalCores", "ram": "maxTotalRAMSize"},
    **{"floating_ips": "maxTotalFloatingIps", "security_groups": "maxSecurityGroups"},
    **{"server_groups": "maxServerGroups", "server_group_members": "maxServerGroupMembers"},
    **{"key_pairs": "maxTotalKeypairs", "metadata_items": "maxServerMeta"},
    **{"security_group_rules": "maxSecurityGroupRules", "injected_files": "maxPersonality"},
    "injected_file_content_bytes": "maxPersonalitySize",
}


class NovaQuotas(NovaApi):
    """The quotas of tenants."""

    name = "nova"

    @route("GET", "/v2/{tenant}/os-quota-sets/{project_id}")
    def quotas(self, request: Request, tenant: str, project_id: str) -> Json:
        """Show the limits of a tenant, or of a user in it."""
        self.caller_in(request, tenant)
        of_user = self.state["user_quotas"].get(f"{project_id}:{request.query.get('user_id')}", {})
        return {"quota_set": {"id": project_id, **self._limits(project_id), **of_user}}

    def _limits(self, project_id: str) -> dict[str, int]:
        return {**self.state["default_quotas"], **self.state["quotas"].get(project_id, {})}

    @route("GET", "/v2/{tenant}/os-quota-sets/{project_id}/defaults")
    def default_quotas(self, request: Request, tenant: str, project_id: str) -> Json:
        """Show the limits of new tenants."""
        self.caller_in(request, tenant)
        return {"quota_set": {"id": project_id, **self.state["default_quotas"]}}

    @route("PUT", "/v2/{tenant}/os-quota-sets/{project_id}")
    def set_quotas(self, request: Request, tenant: str, project_id: str) -> Json:
        """Set limits of a tenant."""
        self.require_admin(request, tenant, "quotas:update")
        given = {n: v for n, v in request.body["quota_set"].items() if n != "force"}
        self.state["quotas"].setdefault(project_id, {}).update(given)
        return {"quota_set": self._limits(project_id)}

    @route("DELETE", "/v2/{tenant}/os-quota-sets/{project_id}")
    def reset_quotas(self, request: Request, tenant: str, project_id: str) -> Reply:
        """Reset a tenant to the defaults."""
        self.require_admin(request, tenant, "quotas:update")
        self.state["quotas"].pop(project_id, None)
        return Reply(202)

    @route("GET", "/v2/{tenant}/limits")
    def limits(self, request: Request, tenant: str) -> Json:
        """Show the limits of a tenant and what it uses, addresses and groups as recorded."""
        self.caller_in(request, tenant)
        project_id = request.query.get("tenant_id", tenant)
        told = {
            name: limit
            for quota, limit in self._limits(project_id).items()
            if (name := _LIMITS.get(quota))
        }
        more = {"maxImageMeta": 128}
        return {"limits": {"rate": [], "absolute": {**told, **more, **self._used(project_id)}}}

    def _used(self, project_id: str) -> Json:
        none = dict.fromkeys(("totalFloatingIpsUsed", "totalSecurityGroupsUsed"), 0)
        servers = [row for row in self.state["servers"] if row["tenant_id"] == project_id]
        groups = [row for row in self.state["server_groups"] if row["~tenant"] == project_id]
        by_id = {flavor["id"]: flavor for flavor in self.state["flavors"]}
        sizes = [by_id[row["flavor"]["id"]] for row in servers]
        return {
            **none,
            **self.state["used"].get(project_id, {}),
            "totalInstancesUsed": len(servers),
            "totalCoresUsed": sum(flavor["vcpus"] for flavor in sizes),
            "totalRAMUsed": sum(flavor["ram"] for flavor in sizes),
            "totalServerGroupsUsed": len(groups),
        }
