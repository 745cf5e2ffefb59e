"""Trunks: a port that carries other ports, each by a VLAN of its own."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from typing_extensions import override

from dashboard.clients.openstack import CloudSession, Json
from dashboard.migrations_app.resources.left_out import loss_of
from dashboard.migrations_app.resources.network.common.neutron import NEUTRON_OWN, NeutronResource
from dashboard.migrations_app.resources.network.common.tenant_network import migratable_ports
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import (
    SKIP,
    Decision,
    LeftOut,
    Loss,
    Record,
    Ref,
)
from dashboard.migrations_app.resources.work import Work

_SUB_PORTS, _OF_OTHERS, _MOVES = "sub_ports", "sub_ports_of_others", "parent_moves"


class Trunk(NeutronResource):
    """A trunk with its sub-ports, each with its segmentation type and id."""

    name = "trunk"
    plural = "trunks"
    extension = "trunk"
    # with its parent port
    is_taken_back = True
    collection = "trunks"
    singular = "trunk"
    needs = ("project", "port")
    copied = ("name", "description", "admin_state_up", _SUB_PORTS, "tags")
    mapped = {"port_id": "port"}
    own = (*NEUTRON_OWN, _MOVES)
    lost = {_OF_OTHERS: "Ports of other projects do not move with the tenant."}

    @override
    def discover(self, reader: TenantReader) -> Iterable[Record]:
        """Return the tenant's trunks, with the sub-ports of other projects apart.

        A trunk that an operator made on another project's port has no parent that moves.
        """
        moving = {port["id"] for port in migratable_ports(reader)}
        for trunk in reader.trunks:
            own = [sub for sub in trunk[_SUB_PORTS] if sub["port_id"] in moving]
            others = [sub for sub in trunk[_SUB_PORTS] if sub not in own]
            fields = {**trunk, _SUB_PORTS: own, _OF_OTHERS: others}
            yield self.record({**fields, _MOVES: trunk["port_id"] in moving})

    @override
    def decide(self, record: Record, choice: str, reader: TenantReader) -> Decision:
        """Create it if its parent port moves, and the destination has trunks."""
        if record.fields[_MOVES] and not self.is_known_to(reader):
            return self.left_out_by(reader)
        if record.fields[_MOVES]:
            return super().decide(record, choice, reader)
        reason = "Its parent port belongs to another project, which keeps it."
        return Decision(action=SKIP, reason=reason)

    @override
    def requires(self, record: Record, reader: TenantReader) -> Mapping[str, Sequence[Ref]]:
        """Return the parent port and the sub-ports."""
        sub_ports = [Ref("port", sub["port_id"], "create") for sub in record.fields[_SUB_PORTS]]
        return {"create": [*super().requires(record, reader)["create"], *sub_ports]}

    @override
    def depends_on(self, record: Record, reader: TenantReader) -> Iterable[Ref]:
        """Return the project and the parent port: a trunk can be without a sub-port."""
        return super().requires(record, reader)["create"]

    @override
    def accompanies(self, record: Record, reader: TenantReader) -> Iterable[Ref]:
        return [Ref("port", record.fields["port_id"])]

    @override
    def without(
        self, record: Record, left_out: LeftOut, reader: TenantReader
    ) -> tuple[Record, Sequence[Loss]]:
        """Return the trunk without the sub-ports that are left out."""
        sub_ports = record.fields[_SUB_PORTS]
        called = {sub["port_id"]: left_out("port", sub["port_id"]) for sub in sub_ports}
        if not any(called.values()):
            return record, ()
        moved = [sub for sub in sub_ports if not called[sub["port_id"]]]
        loss = loss_of(_SUB_PORTS, [*filter(None, called.values())])
        return replace(record, fields={**record.fields, _SUB_PORTS: moved}), [loss]

    @override
    def body(self, work: Work) -> Json:
        """Return the trunk, enabled: no sub-port could be added to a disabled one."""
        fields = work.record.fields
        return {
            "name": fields["name"],
            "port_id": work.destination_id_of("port", fields["port_id"]),
            _SUB_PORTS: [
                {**sub, "port_id": work.destination_id_of("port", sub["port_id"])}
                for sub in fields[_SUB_PORTS]
            ],
        }

    @override
    def completion(self, work: Work) -> Json:
        state = {"admin_state_up": work.record.fields["admin_state_up"]}
        return {**super().completion(work), **state}

    @override
    def remove(self, work: Work) -> None:
        _delete(work.destination, f"/trunks/{work.destination_id}")

    @override
    def finalize(self, work: Work) -> None:
        """Delete the trunk, which lets its ports be deleted."""
        _delete(work.source, f"/trunks/{work.record.id}")

    @override
    def comparable(self, fields: Mapping[str, Any], translate: Callable[[str, str], str]) -> Json:
        sub_ports = [
            {**sub, "port_id": translate("port", sub["port_id"])} for sub in fields[_SUB_PORTS]
        ]
        return {**fields, _SUB_PORTS: sub_ports}


def _delete(cloud: CloudSession, path: str) -> None:
    """Delete a trunk, if it is there; Neutron refuses it for one that is disabled."""
    trunk = cloud.find("network", path, "trunk")
    if trunk and not trunk["admin_state_up"]:
        cloud.put("network", path, {"trunk": {"admin_state_up": True}})
    if trunk:
        cloud.delete("network", path)
