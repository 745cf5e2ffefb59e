"""Images."""

import hashlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tests.support.cloud.collection import NOT_FILTERS, Collection
from tests.support.cloud.fields import Field, Fields
from tests.support.cloud.messages import Answer, Json, Refused, Request

if TYPE_CHECKING:
    from tests.support.cloud.image import Image

_OF_BYTES = ("checksum", "size", "virtual_size", "os_hash_algo", "os_hash_value")
_READ_ONLY = ("status", "created_at", "updated_at", "self", "file", "schema", *_OF_BYTES)
_NOT_FILTERS = NOT_FILTERS | {"member_status", "visibility", "os_hidden"}


SIGNATURE = (
    *("img_signature", "img_signature_hash_method", "img_signature_key_type"),
    "img_signature_certificate_uuid",
)


class Images(Collection):
    """Images; attributes that Glance does not know are properties, whose values are texts."""

    service: "Image"
    # whether disks are clones of the images they were made from, as with Ceph
    clones = False

    def __init__(self) -> None:
        hashed = {"release": "2023.1"}
        fields = {
            **{"id": "", "name": None, "status": "queued", "visibility": "shared", "owner": ""},
            **{"disk_format": None, "container_format": None, "min_disk": 0, "min_ram": 0},
            **{"protected": False, "tags": [], "size": None, "checksum": None},
            **{"virtual_size": None, "created_at": "", "updated_at": "", "self": "", "file": ""},
            "schema": "/v2/schemas/image",
            "os_hidden": Field(default=False, **hashed),
            "os_hash_algo": Field(**hashed),
            "os_hash_value": Field(**hashed),
        }
        super().__init__(
            path="images",
            singular="image",
            fields=Fields(fields, takes_any=True),
            owner="owner",
            change_method="PATCH",
        )

    def routes(self) -> Iterable[tuple[str, str, Any]]:
        """Also the bytes and the tags."""
        yield from super().routes()
        yield "GET", "images/{}/file", self.download
        yield "PUT", "images/{}/file", self.upload
        yield "PUT", "images/{}/tags/{}", self.add_tag
        yield "DELETE", "images/{}/tags/{}", self.remove_tag

    @property
    def data(self) -> dict[str, Any]:
        """The bytes of images by their ids."""
        return self.cloud.rows("image/data")

    def missing(self, id_: str) -> Refused:
        """Return the error for an id that there is not."""
        return Refused(404, f"No image found with ID {id_}")

    # reading

    def is_visible(self, row: Json, request: Request) -> bool:
        """Return whether the asker may see an image: its own, everybody's, or one it shares."""
        if row["visibility"] in ("public", "community") or super().is_visible(row, request):
            return True
        member = self.service.members.of(row["id"]).get(request.asker.project_id)
        return row["visibility"] == "shared" and member is not None

    def matches(self, row: Json, request: Request) -> bool:
        """Hidden images are listed when they are asked for only.

        An older Glance takes that for a property, which no image has.
        """
        if request.asks("os_hidden") and not self.cloud.release.is_from("2023.1"):
            return False
        hidden = request.asks("os_hidden", "false").lower() == "true"
        visibility = request.asks("visibility", "all")
        return (
            super().matches(row, request)
            and bool(row["os_hidden"]) == hidden
            and visibility in ("all", row["visibility"])
        )

    def filters(self, request: Request) -> dict[str, list[str]]:
        """Return the parameters that filter, properties among them; a tag is one of several."""
        return {n: v for n, v in request.query.items() if n not in _NOT_FILTERS and n != "tag"}

    def visible(self, request: Request) -> list[Json]:
        """Return what the asker sees, the newest first."""
        return super().visible(request)[::-1]

    def show(self, request: Request) -> Json:
        """Answer with an image, which has no envelope."""
        return self.view(self.seen(request), request)

    def view(self, row: Json, request: Request) -> Json:
        """Return an image without what is only ours."""
        found = super().view(row, request)
        return {name: value for name, value in found.items() if not name.startswith("~")}

    # writing

    def create(self, request: Request) -> Answer:
        """Make an image without bytes."""
        row = self.make(self._checked(request.body, request), request)
        return Answer(status=201, body=self.view(row, request))

    def _checked(self, given: Json, request: Request) -> Json:
        """Return what was sent, if an image can be like that."""
        formats = self.cloud.release.formats
        known = self.fields.names(self.cloud.release)
        for name, value in given.items():
            if name in _READ_ONLY:
                raise Refused(403, f"Attribute '{name}' is read-only.")
            if name in formats and value not in (None, *formats[name]):
                raise Refused(400, f"Invalid {name} '{value}' for image.")
            if name not in known and not isinstance(value, str):
                raise Refused(400, f"Property '{name}' is not of type 'string'")
        if len(given.get("name") or "") > 255:
            raise Refused(400, "Provided object does not match schema 'image': name is too long.")
        if given.get("visibility") == "public":
            self.service.require_admin(request)
        if given.get("owner", request.asker.project_id) != request.asker.project_id:
            self.service.require_admin(request)
        return given

    def own_fields(self, request: Request) -> Json:
        """Return what every new image gets."""
        now = self.cloud.now()
        return {"owner": request.asker.project_id, "created_at": now, "updated_at": now}

    def prepare(self, row: Json, given: Json, request: Request) -> None:
        """Create an image, with the id that it asks for if that is free."""
        row["id"] = given.get("id") or self.cloud.new_id()
        if row["id"] in self.rows:
            raise Refused(409, f"Image ID {row['id']} already exists!")
        row["self"] = f"/v2/images/{row['id']}"
        row["file"] = f"/v2/images/{row['id']}/file"

    def update(self, request: Request) -> Json:
        """Change an image by a JSON patch."""
        row = self.owned(request)
        changes = {each["path"].lstrip("/"): each for each in request.body}
        set_ = {name: each["value"] for name, each in changes.items() if each["op"] != "remove"}
        row.update(self._checked(set_, request))
        for name, each in changes.items():
            if each["op"] == "remove":
                if name not in row:
                    raise Refused(409, f"Property {name} does not exist.")
                del row[name]
        row["updated_at"] = self.cloud.now()
        return self.view(row, request)

    def remove(self, row: Json, request: Request) -> None:
        """Delete an image that is not protected."""
        if row["protected"]:
            raise Refused(403, f"Image {row['id']} is protected and cannot be deleted.")
        if self.clones and self._has_disks(row):
            sentence = "could not be deleted because it is in use: it has snapshot(s)."
            raise Refused(409, f"Image {row['id']} {sentence}")
        self.forget(row["id"])
        key, policy = (row.get(f"cinder_encryption_key_{n}") for n in ("id", "deletion_policy"))
        if key and policy == "on_image_deletion":
            self.cloud.key_manager.forget(key, request)

    def forget(self, id_: str) -> None:
        """Take an image away, as Nova does with that of a shelved server."""
        self.rows.pop(id_, None)
        self.data.pop(id_, None)
        self.service.members.forget(id_)

    def _has_disks(self, row: Json) -> bool:
        """Return whether the disk of a server or volume is a clone of an image."""
        servers = self.cloud.collection("compute", "servers").rows.values()
        volumes = self.cloud.collection("block_storage", "volumes").rows.values()
        made_from = [(server["image"] or {}).get("id") for server in servers]
        made_from += [volume["volume_image_metadata"].get("image_id") for volume in volumes]
        return row["id"] in made_from

    def add_tag(self, request: Request) -> None:
        """Add a tag to an image."""
        row = self.owned(request)
        row["tags"] = sorted({*row["tags"], request.ids[1]})

    def remove_tag(self, request: Request) -> None:
        """Take a tag from an image."""
        row = self.owned(request)
        row["tags"] = [tag for tag in row["tags"] if tag != request.ids[1]]

    # bytes

    def download(self, request: Request) -> Answer:
        """Answer with the bytes."""
        row = self.seen(request)
        if row["status"] != "active":
            return Answer(status=204)
        return Answer(
            body=self.data[row["id"]], headers={"Content-Type": "application/octet-stream"}
        )

    def upload(self, request: Request) -> None:
        """Take the bytes of an image that has none yet."""
        row = self.owned(request)
        if row["status"] != "queued":
            raise Refused(
                409,
                f"Image status transition from {row['status']} to saving is not allowed",
            )
        self._verify(row, request)
        self.fill(row, request.content)

    def _verify(self, row: Json, request: Request) -> None:
        """Refuse bytes whose signature is not that of the certificate, read as the asker.

        Here what signs is the certificate's payload itself, written before the bytes.
        """
        if not all(row.get(name) for name in SIGNATURE):
            return
        try:
            key = self.cloud.key_manager.read(row["img_signature_certificate_uuid"], request)
        except Refused as refused:
            raise Refused(400, f"Signature verification failed: {refused.message}") from None
        signed = hashlib.sha256(key + request.content).hexdigest()
        if row["img_signature"] != signed:
            raise Refused(400, "Signature verification for the image failed")

    def fill(self, row: Json, content: bytes) -> None:
        """Upload an image's bytes."""
        self.data[row["id"]] = content
        md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
        row.update(size=len(content), checksum=md5, status="active")
        row["updated_at"] = self.cloud.now()
        if self.cloud.release.is_from("2023.1"):
            row.update(os_hash_algo="sha512", os_hash_value=hashlib.sha512(content).hexdigest())
            row["virtual_size"] = len(content)

    def add_snapshot(self, name: str, *, owner: str, properties: Json, data: bytes) -> Json:
        """Store an image that nova or cinder makes, filled when it has been looked at."""
        now = self.cloud.now()
        row = {
            **self.fields.defaults(),
            **{"name": name, "owner": owner, "created_at": now, "updated_at": now},
            **{"disk_format": "raw", "container_format": "bare", "visibility": "private"},
            **properties,
        }
        row["id"] = self.cloud.new_id()
        row |= {"self": f"/v2/images/{row['id']}", "file": f"/v2/images/{row['id']}/file"}
        self.rows[row["id"]] = row
        self.fill(row, data)
        row["status"] = "saving"
        self.later(row, status="active")
        return row
