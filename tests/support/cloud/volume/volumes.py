"""Volumes."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tests.support.cloud.collection import GONE, Collection
from tests.support.cloud.fields import Field, Fields
from tests.support.cloud.messages import Answer, Json, Refused, Request

if TYPE_CHECKING:
    from tests.support.cloud.volume import BlockStorage

OWNER = "os-vol-tenant-attr:tenant_id"
GIB = 1024**3
_FILTERS = ("name", "status", "bootable", "availability_zone", "project_id")
_DELETABLE = ("available", "error", "error_deleting", "error_managing", "error_restoring")
_OF_IMAGE = ("checksum", "container_format", "disk_format", "min_disk", "min_ram", "size")
_NOT_PROPERTIES = frozenset(
    {
        *("id", "name", "status", "visibility", "owner", "protected", "tags", "virtual_size"),
        *("created_at", "updated_at", "self", "file", "schema", "os_hidden", "os_hash_algo"),
        *("os_hash_value", *_OF_IMAGE),
    }
)


class Volumes(Collection):
    """Volumes. What cinder notes in the metadata is seen by administrators only."""

    service: "BlockStorage"

    def __init__(self) -> None:
        super().__init__(
            path="volumes",
            singular="volume",
            fields=Fields(_fields()),
            owner=OWNER,
        )

    def routes(self) -> Iterable[tuple[str, str, Any]]:
        """Also the details."""
        yield "GET", "volumes/detail", self.index
        yield from super().routes()
        yield "DELETE", "volumes/{}/metadata/{}", self.remove_metadata

    @property
    def data(self) -> dict[str, Any]:
        """The bytes of volumes by their ids."""
        return self.cloud.rows("volume/data")

    def visible(self, request: Request) -> list[Json]:
        """Return the project's volumes; all of them where an administrator asks for all."""
        found = super().visible(request)
        if request.asker.is_admin and request.asks("all_tenants") not in ("", "0", "False"):
            return found
        return [row for row in found if row[OWNER] == request.asker.project_id]

    def filters(self, request: Request) -> dict[str, list[str]]:
        """Return the parameters that cinder filters by."""
        found = {n: v for n, v in request.query.items() if n in _FILTERS}
        return {{"project_id": OWNER}.get(name, name): values for name, values in found.items()}

    def view(self, row: Json, request: Request) -> Json:
        """Return a volume; its bootable flag is a text, and its notes are for administrators."""
        notes = row["~notes"] if request.asker.is_admin else {}
        shown = {**row, "metadata": {**row["metadata"], **notes}}
        found = super().view({**shown, "bootable": str(row["bootable"]).lower()}, request)
        if not found["volume_image_metadata"]:
            del found["volume_image_metadata"]
        return found

    def create(self, request: Request) -> Answer:
        """Make a volume, which is there at once and filled when it has been looked at."""
        given = request.body["volume"]
        row = self.new_row(given, request)
        self.cloud.quotas.require(self, row)
        self.rows[row["id"]] = row
        row["status"] = "creating"
        self.later(row, status="error" if self.service.fails else "available")
        return Answer(status=202, body={"volume": self.view(row, request)})

    def new_row(self, given: Json, request: Request) -> Json:
        """Return the row of a volume as it is described, of no storage yet."""
        zone = given.get("availability_zone") or "nova"
        if zone != "nova" and not self.service.falls_back:
            raise Refused(400, f"Availability zone '{zone}' is invalid.")
        type_ = self.service.types.chosen(given.get("volume_type"))
        usable = type_ is not None and self.service.types.is_usable(type_, request)
        if given.get("volume_type") and not usable:
            raise Refused(404, f"Volume type {given['volume_type']} could not be found.")
        id_, now = self.cloud.new_id(), self.cloud.now(form="%Y-%m-%dT%H:%M:%S.000000")
        row = {
            **self.fields.defaults(),
            **{"id": id_, OWNER: request.asker.project_id, "user_id": request.asker.user_id},
            **{"name": given.get("name"), "description": given.get("description")},
            **{"metadata": given.get("metadata") or {}, "availability_zone": "nova"},
            **{"created_at": now, "updated_at": now, "~notes": {}},
            "volume_type": type_ and type_["name"],
            "volume_type_id": type_ and type_["id"],
            "multiattach": bool(type_) and type_["extra_specs"].get("multiattach") == "<is> True",
            "os-vol-host-attr:host": f"{self.cloud.name}-ctl@nfs#nfs",
            "links": self._links(id_),
        }
        self._fill(row, given, request)
        self._encrypt(row, given, request)
        return row

    def _encrypt(self, row: Json, given: Json, request: Request) -> None:
        """Add a key to a volume of an encrypted type: a clone of that of what it is made of."""
        type_ = self.service.types.rows.get(row["volume_type_id"] or "", {})
        if not type_.get("~encryption"):
            return
        keys = self.cloud.key_manager
        image = self.cloud.collection("image", "images").rows.get(given.get("imageRef") or "", {})
        of_image = image.get("cinder_encryption_key_id")
        snapshot = self.service.snapshots.rows.get(given.get("snapshot_id") or "", {})
        source = self.rows.get(snapshot.get("volume_id") or given.get("source_volid") or "", {})
        key = of_image or source.get("encryption_key_id")
        id_ = keys.clone(key, request) if key else keys.make_key(request)
        row.update(encrypted=True, encryption_key_id=id_)

    def _links(self, id_: str) -> list[Json]:
        address = f"{self.cloud.url}/volume"
        return [
            {"rel": "self", "href": f"{address}/v3/volumes/{id_}"},
            {"rel": "bookmark", "href": f"{address}/volumes/{id_}"},
        ]

    def _fill(self, row: Json, given: Json, request: Request) -> None:
        """Set a volume's size and bytes, from what it is made of."""
        row["size"] = given.get("size")
        if image_id := given.get("imageRef"):
            self._fill_from_image(row, image_id, request)
        elif snapshot_id := given.get("snapshot_id"):
            snapshot = self.service.snapshots.get(snapshot_id)
            if row["size"] and row["size"] < snapshot["size"]:
                raise Refused(
                    400,
                    f"Invalid input received: Volume size {row['size']}GB cannot be smaller than "
                    f"the snapshot size {snapshot['size']}GB.",
                )
            self._fill_from(row, self.get(snapshot["volume_id"]), snapshot["~data"])
            row["snapshot_id"] = snapshot_id
        elif source_id := given.get("source_volid"):
            self._fill_from(row, self.get(source_id), self.data.get(source_id, b""))
            row["source_volid"] = source_id
        if not row["size"]:
            raise Refused(400, "Invalid input received: Volume size must be specified.")

    def _fill_from(self, row: Json, source: Json, data: bytes) -> None:
        row["size"] = row["size"] or source["size"]
        row["bootable"] = source["bootable"]
        row["volume_image_metadata"] = dict(source["volume_image_metadata"])
        row["volume_type"], row["volume_type_id"] = source["volume_type"], source["volume_type_id"]
        self.data[row["id"]] = data

    def _fill_from_image(self, row: Json, image_id: str, request: Request) -> None:
        images = self.cloud.collection("image", "images")
        image = images.rows.get(image_id)
        if image is None or not images.is_visible(image, request):
            raise Refused(400, "Invalid image identifier or unable to access requested image.")
        larger = max(image["size"], image["virtual_size"] or 0)
        needed = max(image["min_disk"], -(-larger // GIB))
        if (row["size"] or 0) < needed:
            raise Refused(
                400,
                f"Invalid input received: Volume size {row['size']}GB cannot be smaller than the "
                f"image minDisk size {needed}GB.",
            )
        self.write(row, image)

    def write(self, row: Json, image: Json) -> None:
        """Write the bytes of an image into a volume, which then knows its properties."""
        known = {name: str(image[name]) for name in _OF_IMAGE if image.get(name) is not None}
        properties = {
            name: value
            for name, value in image.items()
            if name not in _NOT_PROPERTIES and not name.startswith("~")
        }
        names = {"image_id": image["id"], "image_name": image["name"] or ""}
        row["volume_image_metadata"] = {**known, **names, **properties}
        row["bootable"] = True
        self.data[row["id"]] = self.cloud.rows("image/data").get(image["id"], b"")

    def update(self, request: Request) -> Json:
        """Change name, description or metadata."""
        row, given = self.owned(request), request.body["volume"]
        row.update({n: v for n, v in given.items() if n in ("name", "description", "metadata")})
        return {"volume": self.view(row, request)}

    def remove_metadata(self, request: Request) -> None:
        """Remove one of a volume's metadata."""
        row, name = self.owned(request), request.ids[1]
        if name not in row["metadata"]:
            raise Refused(404, f"Volume {row['id']} has no metadata with key {name}.")
        row["metadata"] = {n: value for n, value in row["metadata"].items() if n != name}

    def remove(self, row: Json, request: Request) -> None:
        """Delete a volume that nothing uses: it is gone when it has been looked at."""
        if row["status"] not in _DELETABLE:
            raise Refused(
                400,
                "Invalid volume: Volume status must be available or error or error_restoring or "
                "error_extending or error_managing and must not be migrating, attached, belong to "
                f"a group, have snapshots. Currently {row['status']}.",
            )
        if self.service.snapshots.where(volume_id=row["id"]):
            raise Refused(400, "Invalid volume: Volume still has dependent snapshots.")
        row["status"] = "deleting"
        if key := row.get("encryption_key_id"):
            self.cloud.key_manager.forget(key, request)
        self.later(row, **{GONE: True})

    def gone(self, row: Json) -> None:
        """Free the bytes of a volume."""
        self.data.pop(row["id"], None)

    def forget(self, id_: str) -> None:
        """Take a volume away that is deleted with its server."""
        self.rows.pop(id_, None)
        self.data.pop(id_, None)

    def attach(self, row: Json, attachment: Json, server: Json) -> None:
        """Attach a volume to a server once it has been read."""
        told = {
            **{"id": row["id"], "volume_id": row["id"], "attachment_id": attachment["id"]},
            **{"server_id": server["id"], "device": attachment["device"], "host_name": None},
            "attached_at": self.cloud.now(form="%Y-%m-%dT%H:%M:%S.000000"),
        }
        row["status"] = "attaching"
        row["~notes"]["attached_mode"] = "rw"
        self.later(row, status="in-use", attachments=[*row["attachments"], told])

    def detach(self, row: Json, server_id: str) -> None:
        """Detach a volume from its server once it has been read."""
        left = [each for each in row["attachments"] if each["server_id"] != server_id]
        row["status"] = "detaching"
        row["~notes"].pop("attached_mode", None)
        self.later(row, status="in-use" if left else "available", attachments=left)


def _fields() -> dict[str, Any]:
    def since(version: str, default: Any = None, **options: Any) -> Field:
        return Field(default=default, since=version, **options)

    def for_admin(default: Any = None) -> Field:
        return Field(default=default, for_admin=True)

    return {
        **{"id": "", "name": None, "description": None, "size": 0, "status": "creating"},
        **{"user_id": "", "metadata": {}, "links": [], "attachments": [], "bootable": False},
        **{"availability_zone": "nova", "volume_type": None, "encrypted": False},
        **{"snapshot_id": None, "source_volid": None, "consistencygroup_id": None},
        **{"multiattach": False, "replication_status": None, "migration_status": None},
        **{"created_at": "", "updated_at": "", "volume_image_metadata": {}},
        OWNER: "",
        "os-vol-host-attr:host": for_admin(""),
        "os-vol-mig-status-attr:migstat": for_admin(),
        "os-vol-mig-status-attr:name_id": for_admin(),
        "group_id": since("3.13"),
        "provider_id": since("3.21", for_admin=True),
        "service_uuid": since("3.48"),
        "shared_targets": since("3.48", False),
        "cluster_name": since("3.61", for_admin=True),
        "volume_type_id": since("3.63"),
        "encryption_key_id": since("3.64", is_optional=True),
        "consumes_quota": since("3.65", True),
    }
