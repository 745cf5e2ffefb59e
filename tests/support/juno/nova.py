"""Nova of the stand-in, ``/v2/{tenant}``: servers, flavors, key pairs, quotas and server groups."""

from collections.abc import Iterable, Mapping
from typing import Any

from tests.support.juno.api import route
from tests.support.juno.messages import Caller, Json, Refused, Request
from tests.support.juno.nova_api import NOWHERE, NovaApi, sees
from tests.support.juno.recorded_answers import recordings
from tests.support.juno.rows import GONE, LATER, look, row_of, settle, shown

_FOR_ADMINS = "OS-EXT-SRV-ATTR:"
_FILTERS = {
    **{"project_id": "tenant_id", "tenant_id": "tenant_id", "user_id": "user_id"},
    **{"status": "status", "host": "OS-EXT-SRV-ATTR:host"},
}


class Nova(NovaApi):
    """What tenants and moves read of Nova."""

    name = "nova"

    @route("GET", "/", open_to_all=True)
    def versions(self, request: Request) -> Any:
        """Return the versions."""
        return self.cloud.with_addresses(_document("/"))

    @route("GET", "/v2/")
    def version(self, request: Request) -> Any:
        """Return the version, which needs a token."""
        return self.cloud.with_addresses(_document("/v2/"))

    # servers

    @route("GET", "/v2/{tenant}/servers/detail")
    def servers(self, request: Request, tenant: str) -> Json:
        """List servers, page by page; until Havana without links where no limit was given."""
        caller = self.caller_in(request, tenant)
        seen = settle(self.state["servers"])
        wanted = [row for row in seen if _is_wanted(row, caller, request.query)]
        return self._page(request, [self._view(row, caller) for row in wanted])

    @route("GET", "/v2/{tenant}/servers")
    def names(self, request: Request, tenant: str) -> Json:
        """List servers by their names."""
        listed = self.servers(request, tenant)
        named = [{"id": each["id"], "name": each["name"]} for each in listed["servers"]]
        return {**listed, "servers": named}

    def _page(self, request: Request, rows: list[Json]) -> Json:
        ids, marker = [row["id"] for row in rows], request.query.get("marker", "")
        if marker and marker not in ids:
            raise Refused(400, f"marker [{marker}] not found")
        rest = rows[ids.index(marker) + 1 :] if marker else rows
        most = self.state.get("max_limit", 1000)
        limit = min(int(request.query.get("limit", most)), most)
        is_linked = "limit" in request.query or self.state.get("links_each_page", True)
        if len(rest) <= limit or not is_linked:
            return {"servers": rest[:limit]}
        others = {n: v for n, v in request.query.items() if n != "marker"}
        query = "&".join(f"{n}={v}" for n, v in {**others, "marker": rest[limit - 1]["id"]}.items())
        address = f"{self.cloud.url('nova')}{request.path}?{query}"
        return {"servers": rest[:limit], "servers_links": [{"rel": "next", "href": address}]}

    @route("GET", "/v2/{tenant}/servers/{server_id}")
    def server(self, request: Request, tenant: str, server_id: str) -> Json:
        """Show a server."""
        caller = self.caller_in(request, tenant)
        row = look(self.state["servers"], server_id)
        if row is None or not sees(row, caller):
            raise Refused(404, "Instance could not be found")
        return {"server": self._view(row, caller)}

    def _view(self, row: Json, caller: Caller) -> Json:
        if caller.is_admin:
            return shown(row)
        told = shown(row, _FOR_ADMINS)
        if fault := told.get("fault"):
            told["fault"] = {name: value for name, value in fault.items() if name != "details"}
        return told

    @route("DELETE", "/v2/{tenant}/servers/{server_id}")
    def delete(self, request: Request, tenant: str, server_id: str) -> None:
        """Delete a server: it is gone when it has been looked at. Its volumes are free then."""
        caller = self.caller_in(request, tenant)
        row = row_of(self.state["servers"], server_id)
        if row is None or not sees(row, caller):
            raise Refused(404, "Instance could not be found")
        row["OS-EXT-STS:task_state"] = "deleting"
        row[LATER] = {GONE: True}
        for volume in self.cloud.state["cinder"]["volumes"]:
            if any(each["server_id"] == server_id for each in volume["attachments"]):
                notes = ("readonly", "attached_mode")
                kept = {n: v for n, v in volume["metadata"].items() if n not in notes}
                volume.update(status="available", attachments=[], metadata=kept)

    @route("GET", "/v2/{tenant}/servers/{server_id}/os-volume_attachments")
    def attachments(self, request: Request, tenant: str, server_id: str) -> Json:
        """List which volumes a server has, and as what."""
        self.caller_in(request, tenant)
        told = [
            {**dict.fromkeys(("id", "volumeId"), volume["id"]), "device": each["device"]}
            for volume in self.cloud.state["cinder"]["volumes"]
            for each in volume["attachments"]
            if each["server_id"] == server_id
        ]
        return {"volumeAttachments": [{**each, "serverId": server_id} for each in told]}

    @route("GET", "/v2/{tenant}/servers/{server_id}/os-instance-actions")
    def history(self, request: Request, tenant: str, server_id: str) -> Json:
        """List what was done to a server, as far as it was recorded."""
        self.caller_in(request, tenant)
        return {"instanceActions": self.state["actions"].get(server_id, [])}

    # flavors

    @route("GET", "/v2/{tenant}/flavors/detail")
    def flavors(self, request: Request, tenant: str) -> Json:
        """List flavors: public ones, and all for administrators who ask so."""
        caller = self.caller_in(request, tenant)
        wants_all = caller.is_admin and request.query.get("is_public") == "None"
        public = "os-flavor-access:is_public"
        found = [
            flavor
            for flavor in self.state["flavors"]
            if wants_all
            or flavor[public]
            or (not caller.is_admin and tenant in self.state["access"].get(flavor["id"], ()))
        ]
        return {"flavors": found}

    @route("GET", "/v2/{tenant}/flavors/{flavor_id}")
    def flavor(self, request: Request, tenant: str, flavor_id: str) -> Json:
        """Show a flavor, also one that was deleted."""
        self.caller_in(request, tenant)
        rows = [*self.state["flavors"], *self.state["deleted_flavors"]]
        if (row := row_of(rows, flavor_id)) is None:
            raise Refused(404, NOWHERE)
        return {"flavor": row}

    @route("GET", "/v2/{tenant}/flavors/{flavor_id}/os-extra_specs")
    def extra_specs(self, request: Request, tenant: str, flavor_id: str) -> Json:
        """Show the extra specs of a flavor that is there."""
        self.caller_in(request, tenant)
        if row_of(self.state["flavors"], flavor_id) is None:
            raise Refused(404, NOWHERE)
        return {"extra_specs": self.state["extra_specs"].get(flavor_id, {})}

    @route("GET", "/v2/{tenant}/flavors/{flavor_id}/os-flavor-access")
    def access(self, request: Request, tenant: str, flavor_id: str) -> Json:
        """Show which tenants may use a private flavor."""
        self.caller_in(request, tenant)
        row = row_of(self.state["flavors"], flavor_id)
        if row is None or row["os-flavor-access:is_public"]:
            raise Refused(404, "Access list not available for public flavors.")
        tenants = self.state["access"].get(flavor_id, ())
        return {"flavor_access": [{"tenant_id": t, "flavor_id": flavor_id} for t in tenants]}

    # what belongs to users and tenants

    @route("GET", "/v2/{tenant}/os-keypairs")
    def keypairs(self, request: Request, tenant: str) -> Json:
        """List the caller's own key pairs, whoever is asked for."""
        caller = self.caller_in(request, tenant)
        names = {user["id"]: user["name"] for user in self.cloud.state["keystone"]["users"]}
        return {"keypairs": [{"keypair": each} for each in self._keys(names[caller.user_id])]}

    def _keys(self, user: str) -> Iterable[Json]:
        return self.state["keypairs"].get(user, [])

    @route("GET", "/v2/{tenant}/os-server-groups")
    def server_groups(self, request: Request, tenant: str) -> Json:
        """List the server groups of the tenant, or of all for administrators who ask so."""
        caller = self.caller_in(request, tenant)
        wants_all = caller.is_admin and "all_projects" in request.query
        groups = [g for g in self.state["server_groups"] if wants_all or g["~tenant"] == tenant]
        offset = int(request.query.get("offset", 0))
        return {"server_groups": [shown(group) for group in groups[offset:]]}

    @route("GET", "/v2/{tenant}/os-server-groups/{group_id}")
    def server_group(self, request: Request, tenant: str, group_id: str) -> Json:
        """Show a server group. Members that were deleted are not told."""
        self.caller_in(request, tenant)
        if (row := row_of(self.state["server_groups"], group_id)) is None:
            raise Refused(404, "No instances found for any event")
        there = {server["id"] for server in self.state["servers"]}
        members = [id_ for id_ in row["members"] if id_ in there]
        return {"server_group": {**shown(row), "members": members}}

    @route("DELETE", "/v2/{tenant}/os-server-groups/{group_id}")
    def delete_group(self, request: Request, tenant: str, group_id: str) -> None:
        """Delete a server group."""
        self.caller_in(request, tenant)
        kept = [group for group in self.state["server_groups"] if group["id"] != group_id]
        self.state["server_groups"] = kept

    @route("GET", "/v2/{tenant}/os-availability-zone")
    def zones(self, request: Request, tenant: str) -> Json:
        """List the zones that take servers."""
        self.caller_in(request, tenant)
        named = [zone for zone in self.state["zones"] if zone["zoneName"] != "internal"]
        return {"availabilityZoneInfo": [{**zone, "hosts": None} for zone in named]}


def _is_wanted(row: Json, caller: Caller, query: Mapping[str, str]) -> bool:
    """Return whether a row is among those asked for: those of others only with all_tenants."""
    everybodys = caller.is_admin and query.get("all_tenants") not in (None, "", "0")
    if not everybodys and row["tenant_id"] != caller.tenant_id:
        return False
    wanted = {_FILTERS[name]: value for name, value in query.items() if name in _FILTERS}
    return all(row.get(name) == value for name, value in wanted.items())


def _document(path: str) -> Any:
    found = [each for each in recordings("nova") if each.path == path and each.status == 200]
    return found[0].response
