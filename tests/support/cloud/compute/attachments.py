"""Which volumes are attached to which servers: known to nova, and told to cinder."""

from string import ascii_lowercase
from typing import TYPE_CHECKING, Any

from tests.support.cloud.compute.locks import require_unlocked
from tests.support.cloud.messages import Json, Refused, Request

if TYPE_CHECKING:
    from tests.support.cloud.compute import Compute

_DELETION, _DELETION_AT_ATTACHING, _MULTIATTACH = (2, 85), (2, 79), (2, 60)
_TAGS, _TAGS_TOLD, _SHELVED = (2, 49), (2, 70), (2, 20)
_SINCE = {"tag": _TAGS, "delete_on_termination": _DELETION_AT_ATTACHING}


class Attachments:
    """The volumes of servers."""

    def __init__(self, service: "Compute") -> None:
        self.service = service
        self.cloud = service.cloud
        path = "servers/{}/os-volume_attachments"
        service.route("GET", path, self.index)
        service.route("POST", path, self.create)
        service.route("PUT", f"{path}/{{}}", self.update)
        service.route("DELETE", f"{path}/{{}}", self.delete)

    @property
    def rows(self) -> dict[str, Json]:
        """All attachments."""
        return self.cloud.rows("compute/attachments")

    @property
    def volumes(self) -> Any:
        """Cinder's volumes."""
        return self.cloud.collection("block_storage", "volumes")

    def of(self, server_id: str) -> list[Json]:
        """Return the attachments of a server."""
        return [row for row in self.rows.values() if row["server_id"] == server_id]

    def index(self, request: Request) -> Json:
        """Answer with the attachments of a server."""
        server = self.service.servers.seen(request)
        return {"volumeAttachments": [_view(row, request) for row in self.of(server["id"])]}

    def create(self, request: Request) -> Json:
        """Attach a volume."""
        server = self.service.servers.owned(request)
        require_unlocked(server, request)
        given = request.body["volumeAttachment"]
        if server["status"] not in ("ACTIVE", "SHUTOFF", "PAUSED", "SUSPENDED"):
            raise Refused(409, f"Cannot 'attach_volume' instance {server['id']} while it is so")
        for name, since in _SINCE.items():
            if name in given and request.version < since:
                raise Refused(400, f"Additional properties are not allowed ('{name}')")
        row = self.attach(server, given["volumeId"], given, request)
        return {"volumeAttachment": _view(row, request)}

    def attach(self, server: Json, volume_id: str, given: Json, request: Request) -> Json:
        """Attach a volume that is free, under the next device."""
        volume = self.volumes.rows.get(volume_id)
        if volume is None or not self.volumes.is_visible(volume, request):
            raise Refused(404, f"Volume {volume_id} could not be found.")
        takes_more = volume["multiattach"] and request.version >= _MULTIATTACH
        if volume["status"] != "available" and not (takes_more and volume["status"] == "in-use"):
            raise Refused(
                400,
                f"Invalid volume: volume {volume_id} status must be 'available'. Currently in "
                f"'{volume['status']}'",
            )
        row = {
            **{"id": self.cloud.new_id(), "server_id": server["id"], "volume_id": volume_id},
            "device": self._device(server),
            "delete_on_termination": bool(given.get("delete_on_termination")),
            "tag": given.get("tag"),
        }
        self.rows[row["id"]] = row
        self.volumes.attach(volume, row, server)
        return row

    def _device(self, server: Json) -> str:
        """Return the next name: a root volume is first, data comes after the flavor's disks."""
        taken = {row["device"] for row in self.of(server["id"])}
        flavor = server["~flavor"]
        others = 1 + bool(flavor["OS-FLV-EXT-DATA:ephemeral"]) + bool(flavor["swap"])
        is_root = not server["image"] and not taken
        letters = ascii_lowercase[0 if is_root else others :]
        return next(d for letter in letters if (d := f"/dev/vd{letter}") not in taken)

    def _named(self, request: Request) -> Json:
        server = self.service.servers.owned(request)
        for row in self.of(server["id"]):
            if row["volume_id"] == request.ids[1]:
                return row
        raise Refused(404, f"volume_id not found: {request.ids[1]}")

    def update(self, request: Request) -> None:
        """Change whether a volume is deleted with its server."""
        row, given = self._named(request), request.body["volumeAttachment"]
        if request.version < _DELETION:
            raise Refused(400, "Additional properties are not allowed")
        row["delete_on_termination"] = given["delete_on_termination"]

    def delete(self, request: Request) -> None:
        """Detach a volume; not from a suspended server, nor the one that a server boots from."""
        row = self._named(request)
        server = self.service.servers.rows[row["server_id"]]
        require_unlocked(server, request)
        if server["status"] == "SUSPENDED":
            sentence = f"Cannot 'detach_volume' instance {server['id']} while it is in vm_state"
            raise Refused(409, f"{sentence} suspended")
        if server["status"].startswith("SHELVED") and request.version < _SHELVED:
            sentence = f"Cannot 'detach_volume' instance {server['id']} while it is in vm_state"
            raise Refused(409, f"{sentence} {server['status'].lower()}")
        if not server["image"] and row["device"] == "/dev/vda":
            raise Refused(403, "Cannot detach a root device volume")
        self._detach(row)

    def _detach(self, row: Json) -> None:
        del self.rows[row["id"]]
        self.volumes.detach(self.volumes.get(row["volume_id"]), row["server_id"])

    def detach_all(self, server_id: str) -> None:
        """Free the volumes of a server that is gone; some are deleted with it."""
        for row in self.of(server_id):
            self._detach(row)
            if row["delete_on_termination"]:
                self.volumes.forget(row["volume_id"])


def _view(row: Json, request: Request) -> Json:
    shown = {
        **{"serverId": row["server_id"], "volumeId": row["volume_id"], "device": row["device"]},
        **({"id": row["volume_id"]} if request.version < (2, 89) else {}),
        **({"attachment_id": row["id"]} if request.version >= (2, 89) else {}),
    }
    if request.version >= _TAGS_TOLD:
        shown["tag"] = row["tag"]
    if request.version >= (2, 79):
        shown["delete_on_termination"] = row["delete_on_termination"]
    return shown
