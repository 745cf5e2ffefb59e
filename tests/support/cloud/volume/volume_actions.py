"""What can be done to a volume."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tests.support.cloud.messages import Answer, Json, Refused, Request
from tests.support.cloud.volume.volumes import GIB

if TYPE_CHECKING:
    from tests.support.cloud.volume import BlockStorage

LONGEST = 255
REIMAGE = (3, 68)
TABLES_OF_QCOW2 = 200 * 1024  # bytes beside those of a volume of 1 GiB


class VolumeActions:
    """The actions of volumes."""

    def __init__(self, service: "BlockStorage") -> None:
        self.service = service
        self.cloud = service.cloud
        self.volumes_are_full = False  # whether each block of all volumes was written to
        self.uploads: list[str] = []  # the formats of images that were made of volumes
        service.route("POST", "volumes/{}/action", self.act)

    def act(self, request: Request) -> Answer:
        """Do one action."""
        [(action, arguments)] = request.body.items()
        row = self.service.volumes.owned(request)
        if action == "os-volume_upload_image":
            return self._upload(row, arguments, request)
        if action == "os-set_image_metadata":
            self._check_metadata(arguments["metadata"])
            row["volume_image_metadata"].update(arguments["metadata"])
            return Answer(body={"metadata": row["volume_image_metadata"]})
        if action == "os-unset_image_metadata":
            row["volume_image_metadata"].pop(arguments["key"], None)
            return Answer(status=200)
        if action == "os-unmanage":
            self.service.managing.unmanage(row, request)
        elif action == "os-reimage":
            self._reimage(row, arguments, request)
        else:
            self._change(row, action, arguments, request)
        return Answer(status=202)

    def _reimage(self, row: Json, arguments: Json, request: Request) -> None:
        """Write an image into a volume: what becomes of its snapshots depends on the storage.

        Measured on NFS: they have the new bytes. Ceph's driver deletes the volume before.
        """
        if request.version < REIMAGE:
            raise Refused(404, "API version is not supported on this method.")
        if row["status"] not in ("available", "error"):
            raise Refused(400, f"Invalid volume: Volume status must be available: {row['status']}.")
        images: Any = self.cloud.collection("image", "images")
        image = images.get(arguments["image_id"])
        snapshots = self.service.snapshots.where(volume_id=row["id"])
        row["status"] = "downloading"
        if snapshots and self.service.storage_protocol == "ceph":
            self.service.volumes.later(row, status="error")
            return
        self.service.volumes.write(row, image)
        for snapshot in snapshots if self.service.storage_protocol == "NFS" else ():
            snapshot["~data"] = self.service.volumes.data[row["id"]]
        self.service.volumes.later(row, status="available")

    def _check_metadata(self, metadata: Json) -> None:
        """Refuse long values before 2023.2."""
        long = [value for value in metadata.values() if len(value) > LONGEST]
        if long and not self.cloud.release.is_from("2025.1"):
            raise Refused(400, f"Invalid input for field/attribute metadata. '{long[0]}' too long")

    def _change(self, row: Json, action: str, arguments: Json, request: Request) -> None:
        if action == "os-set_bootable":
            row["bootable"] = bool(arguments["bootable"])
        elif action == "os-update_readonly_flag":
            row["~notes"]["readonly"] = str(arguments["readonly"])
        elif action == "os-reset_status":
            self.service.require_admin(request)
            row["status"] = arguments["status"]
        else:
            raise Refused(400, f"There is no action {action}.")

    def _upload(self, row: Json, arguments: Json, request: Request) -> Answer:
        """Make an image of a volume that nothing uses; it belongs to the asker."""
        if row["status"] != "available":
            raise Refused(
                400,
                "Invalid volume: Volume status must be available, but current status is: "
                f"{row['status']}.",
            )
        images: Any = self.cloud.collection("image", "images")
        formats = {name: arguments[name] for name in ("disk_format", "container_format")}
        if row["encrypted"]:
            formats |= self._with_key(row, formats, request)
        image = images.add_snapshot(
            arguments["image_name"],
            owner=request.asker.project_id,
            properties={**_properties(row), **formats},
            data=self.service.volumes.data.get(row["id"], b""),
        )
        if self.volumes_are_full and formats["disk_format"] == "qcow2":
            image["size"] = row["size"] * GIB + TABLES_OF_QCOW2
        self.uploads.append(formats["disk_format"])
        row["status"] = "uploading"
        # also if it is attached to nothing but reserved
        is_used = any(each["volume_id"] == row["id"] for each in self._attachments)
        self.service.volumes.later(row, status="in-use" if is_used else "available")
        shown = {**arguments, "image_id": image["id"], "status": "uploading", "id": row["id"]}
        return Answer(status=202, body={"os-volume_upload_image": shown})

    @property
    def _attachments(self) -> Iterable[Json]:
        return self.cloud.rows("compute/attachments").values()

    def _with_key(self, row: Json, formats: Json, request: Request) -> Json:
        """Return the properties of the image of an encrypted volume, with a clone of its key."""
        if (formats["disk_format"], formats["container_format"]) != ("raw", "bare"):
            raise Refused(
                400,
                "An encrypted volume uploaded as an image must use 'raw' disk_format and 'bare' "
                "container_format, which are the defaults for these options.",
            )
        key = self.cloud.key_manager.clone(row["encryption_key_id"], request)
        policy = {"cinder_encryption_key_deletion_policy": "on_image_deletion"}
        return {"cinder_encryption_key_id": key, **policy}


def _properties(row: Json) -> Json:
    """Return the properties of the image that a volume was made from, which its image has too."""
    own = ("image_id", "image_name", "checksum", "size", "min_disk", "min_ram")
    found = {n: v for n, v in row["volume_image_metadata"].items() if n not in own}
    return {**found, "min_disk": 0, "min_ram": 0}
