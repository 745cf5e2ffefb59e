"""Port forwardings of floating IPs."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from tests.support.cloud.fields import Fields
from tests.support.cloud.messages import Json, Refused, Request, conflict
from tests.support.cloud.network.standard import NeutronCollection, with_extension

ALIAS = "floating-ip-port-forwarding"
_SHORT = (
    *("id", "protocol", "internal_port_id", "internal_ip_address"),
    *("external_port", "internal_port"),
)


class PortForwardings(NeutronCollection):
    """Forwardings; a floating IP that has some leads to no port of its own."""

    extension = ALIAS
    tagged_as = None

    def __init__(self) -> None:
        ranges = {
            f"{name}_port_range": with_extension(f"{ALIAS}-port-ranges")
            for name in ("external", "internal")
        }
        fields = {
            **{"id": "", "protocol": "", "internal_port_id": "", "internal_ip_address": ""},
            **{"external_port": None, "internal_port": None},
            **ranges,
            "description": with_extension(f"{ALIAS}-description", ""),
        }
        required = ("protocol", "internal_port_id", "internal_ip_address")
        super().__init__("port_forwardings", "port_forwarding", {}, required=required)
        self.fields = Fields(fields)

    def routes(self) -> Iterable[tuple[str, str, Any]]:
        """Below the floating IP."""
        several, one = "floatingips/{}/port_forwardings", "floatingips/{}/port_forwardings/{}"
        yield "GET", several, self.index
        yield "POST", several, self.create
        yield "GET", one, lambda request: self.show(_inner(request))
        yield "DELETE", one, lambda request: self.delete(_inner(request))

    def visible(self, request: Request) -> list[Json]:
        """Return the forwardings of the floating IP."""
        floating = self.service.floating_ips.seen(request)
        return self.where(floatingip_id=floating["id"])

    def own_fields(self, request: Request) -> Json:
        """Return the owner, who is the floating IP's, beside the id."""
        floating = self.service.floating_ips.owned(request)
        return {
            **{"id": self.cloud.new_id(), "floatingip_id": floating["id"]},
            **{"project_id": floating["project_id"]},
        }

    def prepare(self, row: Json, given: Json, request: Request) -> None:
        """Refuse what the address and the port cannot have, and tell a port as a range too."""
        for name in ("external", "internal"):
            port, ports = f"{name}_port", f"{name}_port_range"
            row[ports] = row[ports] or f"{row[port]}:{row[port]}"
        floating = self.service.floating_ips.get(row["floatingip_id"])
        self._require_apart(row)
        self._require_free(row, floating)
        router_id = self._router(row, floating)
        if floating["router_id"] not in (None, router_id):
            raise _bad(f"The Floating IP {floating['id']} had been set on another router")
        floating.update(router_id=router_id)

    def _require_apart(self, row: Json) -> None:
        wanted = _numbers(row["external_port_range"])
        for other in self.where(floatingip_id=row["floatingip_id"], protocol=row["protocol"]):
            if wanted & _numbers(other["external_port_range"]):
                raise _bad("There is a port collision with the external_port_range.")

    def _require_free(self, row: Json, floating: Json) -> None:
        if floating["port_id"]:
            sentence = f"Cannot associate floating IP {floating['id']}: it has a port already."
            raise conflict(sentence, kind="FloatingIPPortAlreadyAssociated")
        for other in self.service.floating_ips.where(port_id=row["internal_port_id"]):
            raise conflict(
                f"Cannot create port forwarding to floating IP {other['floating_ip_address']}, as "
                "that port already has a binding floating IP.",
                kind="PortHasBindingFloatingIP",
            )

    def _router(self, row: Json, floating: Json) -> str:
        port = self.service.ports.get(row["internal_port_id"])
        for fixed in port["fixed_ips"]:
            if fixed["ip_address"] == row["internal_ip_address"]:
                network_id = floating["floating_network_id"]
                if found := self.service.routers.reaching(fixed["subnet_id"], network_id):
                    return found
                raise _bad(f"External network {network_id} is not reachable.")
        raise _bad(f"Requested internal IP address {row['internal_ip_address']} is not suitable.")

    def remove(self, row: Json, request: Request) -> None:
        """Delete a forwarding."""
        self.forget(row)

    def forget(self, row: Json) -> None:
        """Take a forwarding away; without the last, no router serves the address any more."""
        self.rows.pop(row["id"], None)
        if not self.where(floatingip_id=row["floatingip_id"]):
            self.service.floating_ips.get(row["floatingip_id"])["router_id"] = None

    def told(self, floating: Json) -> list[Json]:
        """Return what a floating IP tells of its forwardings: not all."""
        rows = self.where(floatingip_id=floating["id"])
        return [{name: row[name] for name in _SHORT} for row in rows]

    def require_none(self, floating: Json) -> None:
        """Refuse to associate or delete an address that has forwardings."""
        if self.where(floatingip_id=floating["id"]):
            sentence = f"Floating IP {floating['id']} in use by Port Forwarding resources."
            raise conflict(sentence, kind="FipInUseByPortForwarding")


def _inner(request: Request) -> Request:
    return replace(request, ids=request.ids[1:])


def _numbers(ports: str) -> set[int]:
    first, _, last = ports.partition(":")
    return {*range(int(first), int(last or first) + 1)}


def _bad(sentence: str) -> Refused:
    return Refused(400, f"Bad port_forwarding request: {sentence}.", kind="BadRequest")
