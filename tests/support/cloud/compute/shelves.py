"""Shelved servers: their disk is an image, and later they are on no host."""

from typing import TYPE_CHECKING, Any

from tests.support.cloud.compute.server_fields import ATTR
from tests.support.cloud.messages import Json, Request

if TYPE_CHECKING:
    from tests.support.cloud.compute import Compute

_IMAGE, _HOST = "~shelved_image", "~host_before"
_ON_HOST = (f"{ATTR}host", f"{ATTR}hypervisor_hostname", "OS-EXT-AZ:availability_zone", "hostId")


class Shelves:
    """Shelves servers. ``offloads_at_once``: as ``shelved_offload_time`` 0 has it, the default."""

    def __init__(self, service: "Compute") -> None:
        self.service = service
        self.cloud = service.cloud
        self.offloads_at_once = True

    def change(self, row: Json, action: str, request: Request) -> str:
        """Shelve a server, take it off its host or unshelve it; return its state then."""
        if action == "unshelve":
            self._unshelve(row)
            return "ACTIVE"
        if action == "shelveOffload":
            self.service.require_admin(request)
        elif row["image"]:
            row[_IMAGE] = self._image_of(row)
        if action == "shelve" and row["image"] and not self.offloads_at_once:
            return "SHELVED"
        self._offload(row)
        return "SHELVED_OFFLOADED"

    @property
    def _images(self) -> Any:
        return self.cloud.collection("image", "images")

    def _image_of(self, row: Json) -> str:
        properties = {"instance_uuid": row["id"], "image_type": "snapshot"}
        image = self._images.add_snapshot(
            f"{row['name']}-shelved",
            owner=row["tenant_id"],
            properties={**properties, "user_id": row["user_id"]},
            data=self.service.disks.get(row["id"], b""),
        )
        return str(image["id"])

    def _offload(self, row: Json) -> None:
        """Take a server off its host; cinder reserves its volumes, and tells no attachments."""
        row[_HOST] = {name: row[name] for name in _ON_HOST}
        row.update({**dict.fromkeys(_ON_HOST), "hostId": "", "OS-EXT-AZ:availability_zone": ""})
        self.service.disks.pop(row["id"], None)
        for attachment in self.service.attachments.of(row["id"]):
            volume = self.cloud.collection("block_storage", "volumes").get(attachment["volume_id"])
            volume.update(status="reserved", attachments=[])

    def _unshelve(self, row: Json) -> None:
        if image_id := row.pop(_IMAGE, ""):
            self.service.disks[row["id"]] = self._images.data[image_id]
            self._images.forget(image_id)
        row.update(row.pop(_HOST, {}))
        for attachment in self.service.attachments.of(row["id"]):
            volumes: Any = self.cloud.collection("block_storage", "volumes")
            if (volume := volumes.get(attachment["volume_id"]))["status"] == "reserved":
                volumes.attach(volume, attachment, row)
