"""What can be done to a server: its states, locks and snapshots."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.support.cloud.compute.locks import Locks, require_unlocked
from tests.support.cloud.compute.server_fields import ATTR, STATES
from tests.support.cloud.compute.shelves import Shelves
from tests.support.cloud.messages import Answer, Json, Refused, Request

if TYPE_CHECKING:
    from tests.support.cloud.compute import Compute

# action -> the states that it is for, and the one that it leads to
_MOVES = {
    "os-stop": (("ACTIVE", "ERROR"), "SHUTOFF"),
    "os-start": (("SHUTOFF",), "ACTIVE"),
    "pause": (("ACTIVE",), "PAUSED"),
    "unpause": (("PAUSED",), "ACTIVE"),
    "suspend": (("ACTIVE",), "SUSPENDED"),
    "resume": (("SUSPENDED",), "ACTIVE"),
    "rescue": (("ACTIVE", "SHUTOFF", "ERROR"), "RESCUE"),
    "unrescue": (("RESCUE",), "ACTIVE"),
    "shelve": (("ACTIVE", "SHUTOFF", "PAUSED", "SUSPENDED"), "SHELVED"),
    "shelveOffload": (("SHELVED",), "SHELVED_OFFLOADED"),
    "unshelve": (("SHELVED", "SHELVED_OFFLOADED"), "ACTIVE"),
    "reboot": (("ACTIVE", "SHUTOFF"), "ACTIVE"),
}
_SNAPSHOTTABLE = ("ACTIVE", "SHUTOFF", "PAUSED", "SUSPENDED")


class ServerActions:
    """The actions of servers."""

    def __init__(self, service: "Compute") -> None:
        self.service = service
        self.cloud = service.cloud
        self.locks, self.shelves = Locks(service), Shelves(service)
        # those of clouds that have more than today's
        self.further: dict[str, Callable[[Json, Json, Request], None]] = {}
        service.route("POST", "servers/{}/action", self.act)

    def act(self, request: Request) -> Answer:
        """Do one action."""
        [(action, arguments)] = request.body.items()
        row = self.service.servers.owned(request)
        if action not in ("lock", "unlock"):
            require_unlocked(row, request)
        if action in _MOVES:
            self._move(row, action, request)
        elif action == "createImage":
            return self._create_image(row, arguments, request)
        elif action in ("lock", "unlock"):
            self.locks.change(row, action, arguments or {}, request)
        elif action == "forceDelete":
            self.service.servers.remove_for_good(row)
        elif action == "os-resetState":
            self.service.require_admin(request)
            row.update(STATES[arguments["state"].upper()])
        elif action == "os-getConsoleOutput":
            return Answer(body={"output": row.get("~console", "")})
        elif action in self.further:
            self.further[action](row, arguments, request)
        else:
            raise Refused(400, f"There is no such action: {action}")
        return Answer(status=202)

    def _move(self, row: Json, action: str, request: Request) -> None:
        allowed, target = _MOVES[action]
        never_ran = row["status"] == "ERROR" and not row["OS-SRV-USG:launched_at"]
        if row["status"] not in allowed or row["OS-EXT-STS:task_state"] or never_ran:
            name = action.removeprefix("os-")
            raise Refused(
                409,
                f"Cannot '{name}' instance {row['id']} while it is in vm_state "
                f"{row['OS-EXT-STS:vm_state']}",
            )
        row["OS-EXT-STS:task_state"] = f"{action.removeprefix('os-')}ing"
        row["updated"] = self.cloud.now()
        if action in ("shelve", "shelveOffload", "unshelve"):
            target = self.shelves.change(row, action, request)
        self.service.servers.later(row, **STATES[target])

    def _create_image(self, row: Json, arguments: Json, request: Request) -> Answer:
        """Make a snapshot of a server's disk; of one that boots from a volume, a mere mapping."""
        if row["status"] not in _SNAPSHOTTABLE:
            raise Refused(409, f"Cannot 'createImage' instance {row['id']} while it is so")
        images: Any = self.cloud.collection("image", "images")
        properties = {**(arguments.get("metadata") or {}), **self._own_properties(row)}
        if self._boots_from_volume(row):
            properties["block_device_mapping"] = self._mapping(row, request)
        image = images.add_snapshot(
            arguments["name"],
            owner=request.asker.project_id if not row["image"] else row["tenant_id"],
            properties=properties,
            data=self.service.disks.get(row["id"], b""),
        )
        if self.cloud.polls:
            row["OS-EXT-STS:task_state"] = "image_uploading"
            self.service.servers.later(row, **{"OS-EXT-STS:task_state": None})
        address = f"{self.cloud.url}/image/v2/images/{image['id']}"
        if request.version >= (2, 45):
            return Answer(status=202, body={"image_id": image["id"]})
        return Answer(status=202, headers={"Location": address})

    def _boots_from_volume(self, row: Json) -> bool:
        """Return whether a volume is the root device; nova does not go by the image."""
        root = row.get(f"{ATTR}root_device_name") or "/dev/vda"
        return any(each["device"] == root for each in self.service.attachments.of(row["id"]))

    def _mapping(self, row: Json, request: Request) -> str:
        """Make snapshots of all volumes of a server, and return what names them."""
        snapshots: Any = self.cloud.collection("block_storage", "snapshots")
        attached = self.service.attachments.of(row["id"])
        made = [snapshots.add(each["volume_id"], request) for each in attached]
        return json.dumps([{"snapshot_id": each["id"]} for each in made])

    def _own_properties(self, row: Json) -> Json:
        base = row["image"]["id"] if row["image"] else ""
        return {
            "instance_uuid": row["id"],
            "image_type": "snapshot",
            "base_image_ref": base,
            "user_id": row["user_id"],
        }
