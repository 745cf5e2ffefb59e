"""Trunks: ports that carry others."""

from collections.abc import Iterable
from typing import Any

from tests.support.cloud.messages import Json, Request, conflict
from tests.support.cloud.network.standard import NeutronCollection

SUB_PORT = "trunk:subport"


class Trunks(NeutronCollection):
    """Trunks, as the driver of Open vSwitch has them: their parents must not be bound."""

    extension = "trunk"

    def __init__(self) -> None:
        fields = {"port_id": "", "admin_state_up": True, "status": "DOWN", "sub_ports": []}
        super().__init__("trunks", "trunk", fields, required=("port_id",))

    def routes(self) -> Iterable[tuple[str, str, Any]]:
        """Also the sub-ports."""
        yield from super().routes()
        yield "GET", "trunks/{}/get_subports", self.sub_ports
        yield "PUT", "trunks/{}/add_subports", self.add
        yield "PUT", "trunks/{}/remove_subports", self.drop

    def sub_ports(self, request: Request) -> Json:
        """Answer with the sub-ports of a trunk."""
        return {"sub_ports": self.seen(request)["sub_ports"]}

    def add(self, request: Request) -> Json:
        """Add sub-ports to an enabled trunk."""
        row = self._manageable(request)
        for sub_port in request.body["sub_ports"]:
            self._take(row, sub_port)
            row["sub_ports"] = [*row["sub_ports"], sub_port]
        self.touch(row)
        return self.view(row, request)

    def drop(self, request: Request) -> Json:
        """Take sub-ports off an enabled trunk."""
        row = self._manageable(request)
        gone = {each["port_id"] for each in request.body["sub_ports"]}
        row["sub_ports"] = [sub for sub in row["sub_ports"] if sub["port_id"] not in gone]
        self._free(gone)
        self.touch(row)
        return self.view(row, request)

    def prepare(self, row: Json, given: Json, request: Request) -> None:
        """Take the parent and the sub-ports, which nothing else may have."""
        self._require_free(self.service.ports.get(row["port_id"]), is_parent=True)
        sub_ports, row["sub_ports"] = row["sub_ports"], []
        for sub_port in sub_ports:
            self._take(row, sub_port)
            row["sub_ports"] = [*row["sub_ports"], sub_port]

    def _take(self, row: Json, sub_port: Json) -> None:
        port = self.service.ports.get(sub_port["port_id"])
        self._require_free(port, is_parent=False)
        port["device_owner"] = SUB_PORT
        for other in row["sub_ports"]:
            if other["segmentation_id"] == sub_port["segmentation_id"]:
                raise conflict(
                    f"segmentation_type {sub_port['segmentation_type']} and segmentation_id "
                    f"{sub_port['segmentation_id']} already in use on trunk {row['id']}.",
                    kind="DuplicateSubPort",
                )

    def _require_free(self, port: Json, *, is_parent: bool) -> None:
        id_ = port["id"]
        if self.carrying(id_):
            raise conflict(f"Port {id_} is in use by another trunk.", kind="TrunkPortInUse")
        if self.where(port_id=id_) or (is_parent and port["binding:host_id"]):
            sentence = (
                f"Port {id_} is currently in use and is not eligible for use as a parent port."
            )
            raise conflict(sentence, kind="ParentPortInUse")
        if port["device_id"] and not is_parent:
            raise conflict(
                f"Unable to complete operation on port {id_} for network {port['network_id']}. "
                f"Port already has an attached device {port['device_id']}.",
                kind="PortInUse",
            )

    def carrying(self, port_id: str) -> list[Json]:
        """Return the trunk that has the port as a sub-port, or none."""
        rows = [*self.rows.values()]
        return [row for row in rows if port_id in {sub["port_id"] for sub in row["sub_ports"]}]

    def require_untrunked(self, port: Json) -> None:
        """Refuse to delete a port that is part of a trunk."""
        for row in self.where(port_id=port["id"]):
            sentence = f"Port {port['id']} is currently a parent port for trunk {row['id']}."
            raise conflict(sentence, kind="PortInUseAsTrunkParent")
        for row in self.carrying(port["id"]):
            sentence = f"Port {port['id']} is currently a subport for trunk {row['id']}."
            raise conflict(sentence, kind="PortInUseAsSubPort")

    def details(self, row: Json) -> Json:
        """Return what the parent port tells of its trunk."""
        ports = self.service.ports
        macs = {
            sub["port_id"]: ports.get(sub["port_id"])["mac_address"] for sub in row["sub_ports"]
        }
        sub_ports = [{**sub, "mac_address": macs[sub["port_id"]]} for sub in row["sub_ports"]]
        return {"trunk_id": row["id"], "sub_ports": sub_ports}

    def remove(self, row: Json, request: Request) -> None:
        """Delete an enabled trunk whose parent no host has."""
        self._require_enabled(row)
        if self.service.ports.get(row["port_id"])["binding:host_id"]:
            raise conflict(f"Trunk {row['id']} is currently in use.", kind="TrunkInUse")
        super().remove(row, request)
        self._free({sub["port_id"] for sub in row["sub_ports"]})

    def _free(self, port_ids: Iterable[str]) -> None:
        for id_ in port_ids:
            self.service.ports.get(id_)["device_owner"] = ""

    def _manageable(self, request: Request) -> Json:
        row = self.owned(request)
        self._require_enabled(row)
        return row

    def _require_enabled(self, row: Json) -> None:
        if not row["admin_state_up"]:
            raise conflict(f"Trunk {row['id']} is currently disabled.", kind="TrunkDisabled")
