"""The tenant's images and volumes."""

import hashlib

from tests.support.cloud.messages import Json
from tests.support.cloud.seeds import Seeded

CERTIFICATE = "a certificate of the shop"
SYSTEM = b"the system of the shop " * 50
GOODS = b"all the goods of the shop " * 50


def seed(seeded: Seeded) -> None:
    """Make images with properties, and volumes: one with data, one to boot from, one read-only."""
    _make_image(seeded, "system", SYSTEM, hw_disk_bus="virtio", os_distro="cirros", note="known")
    _make_image(seeded, "goods", GOODS, protected=True, tags=["goods", "shop"])
    _make_signed(seeded)
    _make_shared(seeded)
    metadata = {"purpose": "goods"}
    _make_volume(seeded, "data", description="the goods", metadata=metadata)
    _make_volume(seeded, "root", imageRef=seeded.id("system"))
    _make_volume(seeded, "shelf", imageRef=seeded.id("goods"))
    _make_fast(seeded)
    _make_history(seeded)
    path = f"/volumes/{seeded.id('shelf')}/action"
    flag = {"os-update_readonly_flag": {"readonly": True}}
    seeded.owner.post("block_storage", path, flag)


def _make_image(seeded: Seeded, name: str, content: bytes, **fields: object) -> None:
    formats = {"disk_format": "raw", "container_format": "bare"}
    body: Json = {"name": f"{seeded.name}-{name}", "visibility": "private", **formats, **fields}
    made = seeded.make(name, "image", "/images", "", body)
    seeded.owner.upload(f"/images/{made['id']}/file", content)


def _make_signed(seeded: Seeded) -> None:
    """Make an image with a signature, whose certificate the operator keeps, readable for its owner.

    Here what signs is the certificate itself, ahead of the bytes.
    """
    described = {"name": f"{seeded.name}-certificate", "secret_type": "certificate"}
    secret = seeded.operator.post("key_manager", "/secrets", {**described, "payload": CERTIFICATE})
    id_ = secret["secret_ref"].rpartition("/")[2]
    read = {"users": [seeded.id("ann")], "project-access": True}
    seeded.operator.put("key_manager", f"/secrets/{id_}/acl", {"read": read})
    content = f"a signed image of {seeded.name}".encode()
    signature = hashlib.sha256(CERTIFICATE.encode() + content).hexdigest()
    fields = {"img_signature": signature, "img_signature_hash_method": "SHA-256"}
    fields |= {"img_signature_key_type": "RSA-PSS", "img_signature_certificate_uuid": id_}
    _make_image(seeded, "signed", content, **fields)


def _make_shared(seeded: Seeded) -> None:
    """Make an image that is shared with a project that does not move."""
    _make_image(seeded, "leaflet", b"a leaflet", visibility="shared", min_ram=16)
    other = {"name": f"{seeded.name}-neighbour"}
    seeded.made_by(seeded.operator, "neighbour", "identity", "/projects", "project", other)
    path = f"/images/{seeded.id('leaflet')}/members"
    seeded.owner.post("image", path, {"member": seeded.id("neighbour")})
    seeded.operator.put("image", f"{path}/{seeded.id('neighbour')}", {"status": "accepted"})


def _make_fast(seeded: Seeded) -> None:
    """Make a private type of volumes with limits, and a volume of it for several servers."""
    limits = {"name": f"{seeded.name}-slow", "consumer": "front-end", "total_iops_sec": "100"}
    made = seeded.made_by(
        seeded.operator, "slow", "block_storage", "/qos-specs", "qos_specs", limits
    )
    body = {
        **{"name": f"{seeded.name}-fast", "description": "For the till"},
        **{"extra_specs": {"volume_backend_name": "nfs", "multiattach": "<is> True"}},
        "os-volume-type-access:is_public": False,
    }
    type_ = seeded.made_by(seeded.operator, "fast", "block_storage", "/types", "volume_type", body)
    path = f"/qos-specs/{made['id']}/associate?vol_type_id={type_['id']}"
    seeded.operator.call("GET", "block_storage", path)
    for project_id in (seeded.project_id, seeded.id("neighbour")):
        access = {"addProjectAccess": {"project": project_id}}
        seeded.operator.post("block_storage", f"/types/{type_['id']}/action", access)
    _make_volume(seeded, "till", volume_type=body["name"])


def _make_history(seeded: Seeded) -> None:
    """Make a volume with snapshots of two states before its own."""
    _make_volume(seeded, "diary", description="What happened")
    bytes_of = seeded.cloud.block_storage.volumes.data
    for state in ("monday", "tuesday"):
        bytes_of[seeded.id("diary")] = f"diary of {state}".encode()
        body = {
            **{"volume_id": seeded.id("diary"), "name": f"{seeded.name}-{state}"},
            **{"description": f"As of {state}", "metadata": {"day": state}},
        }
        seeded.make(state, "block_storage", "/snapshots", "snapshot", body)
    bytes_of[seeded.id("diary")] = b"diary of today"


def _make_volume(seeded: Seeded, name: str, **fields: object) -> None:
    body = {"name": f"{seeded.name}-{name}", "size": 1, **fields}
    made = seeded.make(name, "block_storage", "/volumes", "volume", body)
    seeded.cloud.block_storage.volumes.data.setdefault(made["id"], f"volume {name}".encode())
