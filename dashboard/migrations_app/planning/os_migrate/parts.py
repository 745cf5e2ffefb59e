"""What os-migrate has in files of its own and we have within an object: rules and interfaces."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dashboard.clients.openstack import Json
from dashboard.migrations_app.planning.os_migrate.names import Names
from dashboard.migrations_app.planning.os_migrate.network_tables import fixed_ips
from dashboard.migrations_app.planning.os_migrate.table import INFO, MIGRATION_PARAMS, PARAMS
from dashboard.migrations_app.resources.records import Record

RULE_PARAMS = {
    "description": "description",
    "direction": "direction",
    "ether_type": "ethertype",
    "port_range_max": "port_range_max",
    "port_range_min": "port_range_min",
    "protocol": "protocol",
    "remote_ip_prefix": "remote_ip_prefix",
}


Make = Callable[[Record, Names], Iterable[tuple[Json, Json]]]


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Parts of an object of a type: they stand in a list that is a field of it.

    ``params`` can be edited; ``key`` has the part's own id.
    """

    type: str
    kind: str
    file: str
    field: str
    key: str
    params: Mapping[str, str]
    make: Make

    def resources(self, record: Record, names: Names) -> list[Json]:
        """Return the parts of an object as os-migrate writes them."""
        return [
            {"type": self.kind, PARAMS: params, INFO: info, MIGRATION_PARAMS: {}}
            for params, info in self.make(record, names)
        ]

    def params_of(self, record: Record, part: Sequence[Json], names: Names) -> Json:
        """Return the parameters of one part, which may stand in several entries of the list."""
        alone = replace(record, fields={**record.fields, self.field: part})
        return next(params for params, _ in self.make(alone, names))


def _rule(record: Record, names: Names) -> Iterable[tuple[Json, Json]]:
    for rule in record.fields["security_group_rules"]:
        params = {theirs: rule.get(ours) for theirs, ours in RULE_PARAMS.items()}
        params["security_group_ref"] = names.reference("security_group", record.id)
        params["remote_group_ref"] = names.reference("security_group", rule.get("remote_group_id"))
        facts = ("id", "project_id", "created_at", "updated_at", "revision_number")
        info = {name: rule.get(name) for name in facts}
        info["security_group_id"] = record.id
        info["remote_group_id"] = rule.get("remote_group_id")
        yield params, info


def _interface(record: Record, names: Names) -> Iterable[tuple[Json, Json]]:
    by_port: dict[str, list[Mapping[str, Any]]] = {}
    for each in record.fields["interfaces"]:
        by_port.setdefault(each["port_id"], []).append(each)
    for port_id, addresses in by_port.items():
        yield (
            {
                "device_owner": "network:router_interface",
                "device_ref": names.reference("router", record.id),
                "fixed_ips_refs": fixed_ips(addresses, names),
                "network_ref": names.reference("network", addresses[0]["network_id"]),
            },
            {"id": port_id},
        )


RULES = Parts(
    type="security_group",
    kind="openstack.network.SecurityGroupRule",
    file="security_group_rules.yml",
    field="security_group_rules",
    key="id",
    params=RULE_PARAMS,
    make=_rule,
)
INTERFACES = Parts(
    type="router",
    kind="openstack.network.RouterInterface",
    file="router_interfaces.yml",
    field="interfaces",
    key="port_id",
    params={},
    make=_interface,
)
PARTS = (RULES, INTERFACES)
