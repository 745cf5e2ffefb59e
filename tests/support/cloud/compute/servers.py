"""Servers: how they are booted, shown, changed and deleted."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tests.support.cloud.collection import GONE, Collection
from tests.support.cloud.compute.locks import require_unlocked
from tests.support.cloud.compute.server_booting import SINCE, Boot
from tests.support.cloud.compute.server_fields import FIELDS, IN_PROGRESS, STATES
from tests.support.cloud.fields import Fields
from tests.support.cloud.messages import NO_VERSION, Answer, Json, Refused, Request

if TYPE_CHECKING:
    from tests.support.cloud.compute import Compute

_CHANGEABLE = ("name", "description", "accessIPv4", "accessIPv6", "OS-DCF:diskConfig")
_FLAVOR_BY_NAME = (2, 47)
_WITHOUT = {"server_groups"}  # only a server by itself tells its groups
_FILTERS = ("project_id", "tenant_id", "status", "host", "user_id")


class Servers(Collection):
    """Servers."""

    service: "Compute"
    # the quota metadata_items
    most_metadata = 128

    def __init__(self) -> None:
        super().__init__(
            path="servers", singular="server", fields=Fields(FIELDS), owner="tenant_id"
        )

    def routes(self) -> Iterable[tuple[str, str, Any]]:
        """Also the details, metadata, tags and interfaces."""
        yield "GET", "servers/detail", self.index
        yield from super().routes()
        yield "GET", "servers/{}/metadata", self.show_metadata
        yield "POST", "servers/{}/metadata", self.add_metadata
        yield "DELETE", "servers/{}/metadata/{}", self.remove_metadata
        yield "GET", "servers/{}/tags", lambda request: {"tags": self.seen(request)["tags"]}
        yield "PUT", "servers/{}/tags", self.set_tags
        yield "GET", "servers/{}/os-interface", self.interfaces

    def missing(self, id_: str) -> Refused:
        """Return the error for an id that there is not."""
        return Refused(404, f"Instance {id_} could not be found.")

    def visible(self, request: Request) -> list[Json]:
        """Return the project's servers; all of them where an administrator asks for all.

        Those that wait to be reclaimed are not listed.
        """
        found = [row for row in super().visible(request) if row["status"] != "SOFT_DELETED"]
        if request.asker.is_admin and request.asks("all_tenants") not in ("", "0", "False"):
            return found
        return [row for row in found if row["tenant_id"] == request.asker.project_id]

    def filters(self, request: Request) -> dict[str, list[str]]:
        """Return the parameters that nova filters by."""
        named = {"project_id": "tenant_id", "host": "OS-EXT-SRV-ATTR:host"}
        found = {n: v for n, v in request.query.items() if n in _FILTERS}
        return {named.get(name, name): values for name, values in found.items()}

    def matches(self, row: Json, request: Request) -> bool:
        """Also by a part of the name."""
        return super().matches(row, request) and request.asks("name") in row["name"]

    def index(self, request: Request) -> Json:
        """List servers, which then do not tell their groups."""
        page = super().index(request)
        if not request.path.endswith("/detail"):
            names = ("id", "name", "links")
            page["servers"] = [{n: row[n] for n in names} for row in page["servers"]]
        for server in page["servers"]:
            for name in _WITHOUT & server.keys():
                del server[name]
        return page

    def view(self, row: Json, request: Request) -> Json:
        """Return a server with what other services know of it."""
        derived = {
            "addresses": self._addresses(row),
            "flavor": self._flavor(row, request),
            "security_groups": self._groups(row),
            "os-extended-volumes:volumes_attached": self._volumes(row, request),
            "server_groups": [
                group["id"]
                for group in self.service.groups.rows.values()
                if row["id"] in group["members"]
            ],
        }
        found = super().view({**row, **derived}, request)
        if row["status"] not in IN_PROGRESS:
            found.pop("progress", None)
        return found

    def _flavor(self, row: Json, request: Request) -> Json:
        flavor = row["~flavor"]
        if request.version < _FLAVOR_BY_NAME:
            address = f"{self.cloud.url}/compute/flavors/{flavor['id']}"
            return {"id": flavor["id"], "links": [{"rel": "bookmark", "href": address}]}
        embedded = {name: flavor[name] for name in ("vcpus", "ram", "disk", "swap")}
        more = {"ephemeral": flavor["OS-FLV-EXT-DATA:ephemeral"], "original_name": flavor["name"]}
        return {**embedded, **more, "extra_specs": flavor["extra_specs"]}

    def ports_of(self, row: Json) -> list[Json]:
        """Return the server's ports, in the order of its interfaces."""
        ports = self.cloud.collection("network", "ports").rows
        return [ports[id_] for id_ in row["~ports"] if id_ in ports]

    def _addresses(self, row: Json) -> Json:
        networks = self.cloud.collection("network", "networks")
        floating = self.cloud.collection("network", "floatingips")
        found: dict[str, list[Json]] = {}
        for port in self.ports_of(row):
            told = found.setdefault(networks.get(port["network_id"])["name"], [])
            for fixed in port["fixed_ips"]:
                told.append(_address(fixed["ip_address"], port, "fixed"))
                for each in floating.where(
                    port_id=port["id"], fixed_ip_address=fixed["ip_address"]
                ):
                    told.append(_address(each["floating_ip_address"], port, "floating"))
        return {name: told for name, told in found.items() if told}

    def _groups(self, row: Json) -> list[Json]:
        groups = self.cloud.collection("network", "security-groups").rows
        ids = {id_ for port in self.ports_of(row) for id_ in port["security_groups"]}
        return [{"name": groups[id_]["name"]} for id_ in sorted(ids) if id_ in groups]

    def _volumes(self, row: Json, request: Request) -> list[Json]:
        attached = self.service.attachments.of(row["id"])
        if request.version < (2, 3):
            return [{"id": each["volume_id"]} for each in attached]
        return [
            {"id": each["volume_id"], "delete_on_termination": each["delete_on_termination"]}
            for each in attached
        ]

    def create(self, request: Request) -> Answer:
        """Boot a server: it is there at once, and runs when it has been looked at."""
        boot = Boot(self, request)
        row = boot.new_row()
        self.cloud.quotas.require(self, row)
        self.rows[row["id"]] = row
        boot.connect(row)
        if reason := self.service.fault or boot.fault(row):
            fault = {"code": 500, "message": reason, "created": self.cloud.now()}
            self.later(row, **STATES["ERROR"], fault=fault)
        else:
            self.later(row, **STATES["ACTIVE"], **boot.placed(row))
        links = self.view(row, request)["links"]
        made = {"id": row["id"], "links": links, "OS-DCF:diskConfig": row["OS-DCF:diskConfig"]}
        shown = {**made, "security_groups": [], "adminPass": "memory"}
        return Answer(status=202, body={"server": shown})

    def update(self, request: Request) -> Json:
        """Change the few attributes that can be changed."""
        row, given = self.owned(request), request.body["server"]
        for name in given:
            if name not in _CHANGEABLE or request.version < SINCE.get(name, NO_VERSION):
                raise Refused(400, f"Additional properties are not allowed ('{name}')")
        row.update(given)
        return {"server": self.view(row, request)}

    def show_metadata(self, request: Request) -> Json:
        """Answer with a server's metadata."""
        return {"metadata": self.seen(request)["metadata"]}

    def add_metadata(self, request: Request) -> Json:
        """Set some of a server's metadata."""
        row = self.owned(request)
        metadata = {**row["metadata"], **request.body["metadata"]}
        if len(metadata) > self.most_metadata:
            raise Refused(403, f"Maximum number of metadata items exceeds {self.most_metadata}")
        row["metadata"] = metadata
        return self.show_metadata(request)

    def remove_metadata(self, request: Request) -> None:
        """Remove one of a server's metadata."""
        row, name = self.owned(request), request.ids[1]
        if name not in row["metadata"]:
            raise Refused(404, "Metadata item was not found")
        row["metadata"] = {n: value for n, value in row["metadata"].items() if n != name}

    def set_tags(self, request: Request) -> Json:
        """Replace a server's tags."""
        self.owned(request)["tags"] = request.body["tags"]
        return {"tags": request.body["tags"]}

    def interfaces(self, request: Request) -> Json:
        """Answer with a server's interfaces."""
        row = self.seen(request)
        told = [
            {
                **{"port_id": port["id"], "net_id": port["network_id"]},
                **{"mac_addr": port["mac_address"], "port_state": port["status"]},
                "fixed_ips": port["fixed_ips"],
                **({"tag": row["~tags"].get(port["id"])} if request.version >= (2, 70) else {}),
            }
            for port in self.ports_of(row)
        ]
        return {"interfaceAttachments": told}

    def remove(self, row: Json, request: Request) -> None:
        """Delete a server: it is gone when it has been looked at."""
        require_unlocked(row, request)
        if self.service.reclaims:
            self.later(row, **STATES["SOFT_DELETED"])
        else:
            self.remove_for_good(row)

    def remove_for_good(self, row: Json) -> None:
        """Delete a server without keeping it to be reclaimed."""
        row["OS-EXT-STS:task_state"] = "deleting"
        self.later(row, **{GONE: True})

    def gone(self, row: Json) -> None:
        """Free the ports and volumes of a server."""
        for port in self.ports_of(row):
            ports = self.cloud.collection("network", "ports")
            if port["id"] in row["~made_ports"]:
                ports.forget(port)  # type: ignore[attr-defined]
            else:
                ports.unbind(port)  # type: ignore[attr-defined]
        self.service.attachments.detach_all(row["id"])
        if image_id := row.get("~shelved_image"):
            self.cloud.collection("image", "images").forget(image_id)  # type: ignore[attr-defined]
        self.service.disks.pop(row["id"], None)
        for group in self.service.groups.rows.values():
            group["members"] = [id_ for id_ in group["members"] if id_ != row["id"]]


def _address(address: str, port: Json, kind: str) -> Json:
    return {
        **{"addr": address, "version": 6 if ":" in address else 4},
        **{"OS-EXT-IPS-MAC:mac_addr": port["mac_address"], "OS-EXT-IPS:type": kind},
    }
