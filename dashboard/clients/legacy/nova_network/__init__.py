"""nova-network in front of which Neutron stands: FlatDHCP and VLAN mode.

Everything is read with the rights of an administrator; ``rows`` has what it is read from. Ports
and subnets come and go with servers and networks, so that nothing deletes them here.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from keystoneauth1.adapter import Adapter
from typing_extensions import override

from dashboard.clients.legacy.answers import Answer, refused
from dashboard.clients.legacy.found import Found
from dashboard.clients.legacy.nova_network.filters import Query, matching
from dashboard.clients.legacy.nova_network.floating_addresses import floating_id, floating_ips
from dashboard.clients.legacy.nova_network.networks import (
    DEFAULT_POOL,
    external_network,
    is_of_everybody,
    network_of,
    subnet_of,
)
from dashboard.clients.legacy.nova_network.nics import Nic
from dashboard.clients.legacy.nova_network.quotas import detailed, limits_of, quota_set_of
from dashboard.clients.legacy.nova_network.reading import Reading
from dashboard.clients.legacy.nova_network.routers import HostRouter, host_routers
from dashboard.clients.legacy.nova_network.rows import Rows
from dashboard.clients.legacy.nova_network.security_groups import DEFAULT, group_of
from dashboard.clients.legacy.nova_network.sharing import grants
from dashboard.clients.legacy.tenant_scope import compute_in, take_back
from dashboard.clients.legacy.translator import Call, Json, Translator, route
from dashboard.clients.refusals import PASSING_STATUSES, refusal_of

_EXTENSION = "/extensions/os-networks"
EXTENSIONS = ("external-net", "provider", "quotas", "rbac-policies", "router", "security-group")


class NovaNetwork(Translator):
    """The network part of Nova's API as Neutron's."""

    name = "nova-network"
    service = "network"

    @override
    @classmethod
    def speaks(cls, found: Found) -> bool:
        """Return whether the cloud has no Neutron, and Nova has networks of its own.

        Raises ``Retryable`` where Nova does not say so at the moment.
        """
        if found.version is not None or "compute" not in found.catalogue_types:
            return False
        answer = _compute(found).get(_EXTENSION, raise_exc=False)
        if answer.status_code in PASSING_STATUSES:
            raise refusal_of(answer, cloud=found.access.name, request=f"GET compute {_EXTENSION}")
        return bool(answer.status_code == 200)

    @override
    def connect(self, found: Found) -> Adapter:
        take_back(found)
        return _compute(found)

    @cached_property
    def reading(self) -> Reading:
        """What was read last."""
        return Reading(self)

    @property
    def rows(self) -> Rows:
        """What the cloud has now, each list read when it is needed and only once."""
        return self.reading.rows

    @override
    def answered(self, call: Call) -> Any:
        with self.reading.request(call):
            return super().answered(call)

    @route("GET", "/extensions")
    def extensions(self, call: Call) -> Json:
        """List the extensions that have what nova-network has."""
        return {"extensions": [{"alias": alias, "name": alias} for alias in EXTENSIONS]}

    @route("GET", "/networks")
    def networks(self, call: Call) -> Json:
        """List networks, and one for each pool of floating addresses."""
        return {"networks": matching(self._networks(self.rows), call.lists)}

    @route("GET", "/networks/{id_}")
    def network(self, call: Call, id_: str) -> Any:
        """Show a network."""
        return _one("network", self._networks(self.rows), id_)

    @route("DELETE", "/networks/{id_}")
    def delete_network(self, call: Call, id_: str) -> Any:
        """Free the VLAN for other tenants; what everybody uses stays."""
        rows = [row for row in self.rows.networks if row["id"] == id_]
        if not rows:
            return _missing("network", id_)
        if is_of_everybody(rows[0]):
            return refused(409, f"Network {rows[0]['label']} is of all tenants.")
        self.ask("POST", f"/os-networks/{id_}/action", body={"disassociate_project": None})
        return None

    @route("GET", "/subnets")
    def subnets(self, call: Call) -> Json:
        """List subnets."""
        return {"subnets": matching(self._subnets(self.rows), call.lists)}

    @route("GET", "/subnets/{id_}")
    def subnet(self, call: Call, id_: str) -> Any:
        """Show a subnet."""
        return _one("subnet", self._subnets(self.rows), id_)

    @route("DELETE", "/subnets/{id_}")
    def delete_subnet(self, call: Call, id_: str) -> None:
        """Do nothing: it is a part of its network."""

    @route("GET", "/ports")
    def ports(self, call: Call) -> Json:
        """List ports: those of servers, and those of the routers that hosts are."""
        rows = self.rows
        found = matching(self._interfaces(rows), call.lists)
        if not found or "device_id" not in call.lists:
            nics = rows.nics_of(call.query.get("project_id", ""))
            found += matching((nic.port(rows.group_ids) for nic in nics), call.lists)
        return {"ports": found}

    @route("GET", "/ports/{id_}")
    def port(self, call: Call, id_: str) -> Any:
        """Show a port."""
        rows = self.rows
        ports = (nic.port(rows.group_ids) for nic in rows.nics if nic.id == id_)
        return _one("port", [*ports, *self._interfaces(rows)], id_)

    @route("DELETE", "/ports/{id_}")
    def delete_port(self, call: Call, id_: str) -> Any:
        """Refuse it while the server is there: it goes with the server, and only then."""
        if not any(nic.id == id_ for nic in self.rows.nics):
            return _missing("port", id_)
        return refused(409, "nova-network removes an interface only with its server.")

    @route("GET", "/routers")
    def routers(self, call: Call) -> Json:
        """List the routers that hosts are; for a project, those of the networks that it uses."""
        rows = self.rows
        query = {name: call.lists[name] for name in call.lists if name != "project_id"}
        routers = host_routers(rows.networks)
        if project_id := call.query.get("project_id"):
            used = {nic.network_id for nic in rows.nics_of(project_id)}
            routers = [each for each in routers if _serves(each, used, project_id)]
        return {"routers": matching(self._shown(routers, rows), query)}

    @route("GET", "/routers/{id_}")
    def router(self, call: Call, id_: str) -> Any:
        """Show a router."""
        rows = self.rows
        return _one("router", self._shown(host_routers(rows.networks), rows), id_)

    @route("PUT", "/routers/{id_}")
    def update_router(self, call: Call, id_: str) -> Any:
        """Change nothing: hosts go on translating addresses for whoever is still there."""
        return self.router(call, id_)

    @route("GET", "/floatingips")
    def floating(self, call: Call) -> Json:
        """List the floating addresses that tenants have."""
        rows = self.rows
        return {"floatingips": matching(self._floating(rows, call.lists), call.lists)}

    @route("GET", "/floatingips/{id_}")
    def floating_ip(self, call: Call, id_: str) -> Any:
        """Show a floating address."""
        found = self._floating_named(self.rows, id_)
        return {"floatingip": found} if found else _missing("floatingip", id_)

    @route("PUT", "/floatingips/{id_}")
    def associate(self, call: Call, id_: str) -> Any:
        """Lead an address to a port, or to none, through actions of the server."""
        rows = self.rows
        before = self._floating_named(rows, id_)
        if before is None:
            return _missing("floatingip", id_)
        wanted = call.body["floatingip"].get("port_id")
        if before["port_id"] and before["port_id"] != wanted:
            self._lead_away(_nic(rows, before, before["port_id"]), before)
        if wanted and before["port_id"] != wanted:
            self._lead_to(_nic(rows, before, wanted), before)
        return self.floating_ip(call, id_)

    @route("DELETE", "/floatingips/{id_}")
    def release(self, call: Call, id_: str) -> Any:
        """Return an address to its pool, as its tenant."""
        found = self._floating_named(self.rows, id_)
        if found is None:
            return _missing("floatingip", id_)
        with compute_in(self.found, found["project_id"]) as tenant:
            for each in self.ask("GET", "/os-floating-ips", of=tenant)["floating_ips"]:
                if each["ip"] == found["floating_ip_address"]:
                    self.ask("DELETE", f"/os-floating-ips/{each['id']}", of=tenant)
        return None

    @route("GET", "/security-groups")
    def groups(self, call: Call) -> Json:
        """List security groups."""
        return {"security_groups": matching(self._groups(self.rows), call.lists)}

    @route("GET", "/security-groups/{id_}")
    def group(self, call: Call, id_: str) -> Any:
        """Show a security group."""
        return _one("security_group", self._groups(self.rows), id_)

    @route("DELETE", "/security-groups/{id_}")
    def delete_group(self, call: Call, id_: str) -> Any:
        """Delete a group; a default one stays, since nova-network deletes none."""
        number = self.rows.group_numbers.get(id_)
        if number is None:
            return _missing("security_group", id_)
        if self.rows.group_named(number) != DEFAULT:
            self.ask("DELETE", f"/os-security-groups/{number}")
        return None

    @route("POST", "/security-group-rules")
    def add_rule(self, call: Call) -> Json:
        """Try a rule of no group: nothing adds rules to a source but who asks whether it may."""
        body = {"security_group_rule": {"parent_group_id": 0}}
        return self.ask("POST", "/os-security-group-rules", body=body)

    @route("GET", "/rbac-policies")
    def policies(self, call: Call) -> Json:
        """List a grant of each network of everybody's to each tenant that uses it."""
        rows = self.rows
        return {"rbac_policies": matching(grants(rows.networks, rows.nics), call.lists)}

    @route("GET", "/quotas/{project_id}")
    def quota(self, call: Call, project_id: str) -> Json:
        """Show the limits of a project."""
        return {"quota": self._limits(f"/os-quota-sets/{project_id}")}

    @route("GET", "/quotas/{project_id}/default")
    def default_quota(self, call: Call, project_id: str) -> Json:
        """Show the limits of a project for which nothing is set."""
        return {"quota": self._limits(f"/os-quota-sets/{project_id}/defaults")}

    @route("GET", "/quotas/{project_id}/details")
    def detailed_quota(self, call: Call, project_id: str) -> Json:
        """Show the limits of a project with what it uses of them."""
        rows, query = self.rows, {"project_id": [project_id]}
        groups = matching(self._groups(rows), query)
        used = {
            "floatingip": len(matching(self._floating(rows, query), query)),
            "security_group": len(groups),
            "security_group_rule": sum(len(each["security_group_rules"]) for each in groups),
        }
        return {"quota": detailed(self._limits(f"/os-quota-sets/{project_id}"), used)}

    @route("PUT", "/quotas/{project_id}")
    def set_quota(self, call: Call, project_id: str) -> Json:
        """Set the limits of a project that Nova has."""
        self._set_limits(project_id, quota_set_of(call.body["quota"]))
        return self.quota(call, project_id)

    @route("DELETE", "/quotas/{project_id}")
    def reset_quota(self, call: Call, project_id: str) -> None:
        """Set the defaults: a reset would take Nova's own limits with it."""
        path = f"/os-quota-sets/{project_id}/defaults"
        self._set_limits(project_id, quota_set_of(self._limits(path)))

    def _limits(self, path: str) -> dict[str, int]:
        return limits_of(self.ask("GET", path)["quota_set"])

    def _set_limits(self, project_id: str, limits: dict[str, int]) -> None:
        body = {"quota_set": {**limits, "force": True}}
        if limits:
            self.ask("PUT", f"/os-quota-sets/{project_id}", body=body)

    def _networks(self, rows: Rows) -> list[Json]:
        pools = sorted(rows.pools or [DEFAULT_POOL])
        return [*map(network_of, rows.networks), *map(external_network, pools)]

    def _subnets(self, rows: Rows) -> list[Json]:
        with_subnet = (row for row in rows.networks if row["cidr"])
        return [subnet_of(row, rows.taken_in(row["id"])) for row in with_subnet]

    def _interfaces(self, rows: Rows) -> list[Json]:
        return [port for router in host_routers(rows.networks) for port in router.interfaces()]

    def _shown(self, routers: Sequence[HostRouter], rows: Rows) -> list[Json]:
        return [each.router(rows.pool_of_hosts) for each in routers] if routers else []

    def _floating(self, rows: Rows, query: Query) -> list[Json]:
        [project_id] = query.get("project_id") or [""]
        routers = {
            row["id"]: router.id
            for router in host_routers(rows.networks)
            for row in router.networks
        }
        return [*floating_ips(rows.addresses, rows.nics_of(project_id), routers)]

    def _floating_named(self, rows: Rows, id_: str) -> Json | None:
        """Return a floating IP; only the servers of its own tenant are read for it."""
        mine = (row for row in rows.addresses if floating_id(row["address"]) == id_)
        tenants = [str(row["project_id"]) for row in mine if row.get("project_id")]
        return _row(self._floating(rows, {"project_id": tenants}), id_) if tenants else None

    def _groups(self, rows: Rows) -> list[Json]:
        return [group_of(row, rows.group_ids, rows.default_rules) for row in rows.groups]

    def _lead_away(self, nic: Nic, floating: Json) -> None:
        body = {"removeFloatingIp": {"address": floating["floating_ip_address"]}}
        self.ask("POST", f"/servers/{nic.server['id']}/action", body=body)

    def _lead_to(self, nic: Nic, floating: Json) -> None:
        """Add an address to a server, as only its own tenant may."""
        where = {"address": floating["floating_ip_address"], "fixed_address": nic.fixed[0]}
        path = f"/servers/{nic.server['id']}/action"
        with compute_in(self.found, floating["project_id"]) as tenant:
            self.ask("POST", path, body={"addFloatingIp": where}, of=tenant)


def _compute(found: Found) -> Adapter:
    compute = found.other("compute")
    adapter: Adapter = compute.old if isinstance(compute, Translator) else compute
    return adapter


def _serves(router: HostRouter, used: set[str], project_id: str) -> bool:
    return any(row["id"] in used or row["project_id"] == project_id for row in router.networks)


def _row(rows: Sequence[Json], id_: str) -> Json | None:
    return next((row for row in rows if row["id"] == id_), None)


def _one(key: str, rows: Sequence[Json], id_: str) -> Any:
    found = _row(rows, id_)
    return {key: found} if found else _missing(key, id_)


def _missing(key: str, id_: str) -> Answer:
    return refused(404, f"nova-network has no {key} {id_}.")


def _nic(rows: Rows, floating: Json, port_id: str) -> Nic:
    return next(nic for nic in rows.nics_of(floating["project_id"]) if nic.id == port_id)
