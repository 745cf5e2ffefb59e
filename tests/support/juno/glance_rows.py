"""The images of the stand-in: rows as v1 tells them, with tags, members and bytes beside."""

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from tests.support.juno.messages import Caller, Json
from tests.support.juno.rows import shown

if TYPE_CHECKING:
    from tests.support.juno.cloud import JunoCloud

NOW = "2026-11-29T08:00:00"
_NOT_V2 = ("properties", "is_public", "deleted", "deleted_at")


def images_of(cloud: "JunoCloud") -> list[Json]:
    """Return all images; the hashes are those of the bytes that there are."""
    images: list[Json] = cloud.state["glance"]["images"]
    for image in images:
        if image["status"] == "active" and image["size"]:
            image["checksum"] = hashlib.md5(
                bytes_of(cloud, image), usedforsecurity=False
            ).hexdigest()
    return images


def bytes_of(cloud: "JunoCloud", image: Mapping[str, Any]) -> bytes:
    """Return the bytes of an image: those of recorded ones are as many as they were."""
    data: dict[str, bytes] = cloud.state["glance"].setdefault("data", {})
    if image["id"] not in data:
        begin = f"image {image['name']} ".encode()
        data[image["id"]] = (begin * (image["size"] // len(begin) + 1))[: image["size"]]
    return data[image["id"]]


def add_image(cloud: "JunoCloud", name: str, owner: str, *, data: bytes, **fields: Any) -> str:
    """Store an image and return its id."""
    id_ = str(uuid4())
    cloud.state["glance"].setdefault("data", {})[id_] = data
    row = {
        **{"id": id_, "name": name, "owner": owner, "status": "active", "is_public": False},
        **{"size": len(data), "virtual_size": None, "checksum": None, "protected": False},
        **{"min_disk": 0, "min_ram": 0, "container_format": "bare", "disk_format": "raw"},
        **{"created_at": NOW, "updated_at": NOW, "deleted": False, "deleted_at": None},
        **{"properties": {}, "~tags": []},
    }
    cloud.state["glance"]["images"].insert(0, {**row, **fields})
    return id_


def sees(cloud: "JunoCloud", image: Mapping[str, Any], caller: Caller) -> bool:
    """Return whether a caller sees an image by its id."""
    members = cloud.state["glance"]["members"].get(image["id"], ())
    is_member = caller.tenant_id in {member["member_id"] for member in members}
    own = image["owner"] == caller.tenant_id
    return bool(caller.is_admin or image["is_public"] or own or is_member)


def in_v2(image: Json) -> Json:
    """Return an image as v2 tells it: what is unknown is absent."""
    known = {n: v for n, v in shown(image).items() if n not in _NOT_V2 and v is not None}
    times = {name: f"{image[name]}Z" for name in ("created_at", "updated_at")}
    if image["status"] == "queued":
        known.pop("size", None)
    attributes = {*image, *("self", "file", "schema", "tags", "visibility")}
    properties = {
        name: value
        for name, value in image["properties"].items()
        if value is not None and name not in attributes
    }
    address = f"/v2/images/{image['id']}"
    own = {"self": address, "file": f"{address}/file", "schema": "/v2/schemas/image"}
    visibility = "public" if image["is_public"] else "private"
    told = {**properties, **known, **times, **own, "tags": image["~tags"]}
    return {**told, "visibility": visibility}
