"""The tenant's flavor and servers."""

from base64 import b64encode

from tests.support.cloud.messages import Json
from tests.support.cloud.seeds import Seeded
from tests.support.cloud.seeds.everybodys import FLAVOR

# since when tags may be given, and the newest that every release but Queens has
_TAGS = "2.52"
_SOFT, _DESCRIBED = "2.15", "2.55"
_REASONS = "2.73"


def seed(seeded: Seeded) -> None:
    """Make a private flavor, a server with a disk of its own, and one that boots from a volume."""
    _make_flavor(seeded)
    _make_groups(seeded)
    _boot(
        seeded,
        *("web-1", "private", "port-1"),
        imageRef=seeded.id("system"),
        key_name="ann-key",
        metadata={"role": "web"},
        description="the first",
        tags=["front", "shop"],
        user_data=b64encode(b"#!/bin/sh\necho hello\n").decode(),
        config_drive=True,
        availability_zone="east",
    )
    root = {"boot_index": 0, "uuid": seeded.id("root"), "source_type": "volume"}
    device = {**root, "destination_type": "volume", "delete_on_termination": False}
    _boot(seeded, "web-2", "everybodys", "port-2", block_device_mapping_v2=[device])
    path = f"/servers/{seeded.id('web-1')}"
    attachment = {"volumeAttachment": {"volumeId": seeded.id("data"), "tag": "goods"}}
    attachments = f"{path}/os-volume_attachments"
    seeded.owner.post("compute", attachments, attachment, microversion=_TAGS)
    seeded.owner.post("compute", f"/servers/{seeded.id('web-2')}/action", {"os-stop": None})
    _lock(seeded)
    written = f"the guest {seeded.id('web-1')} wrote this".encode()
    seeded.cloud.compute.disks[seeded.id("web-1")] += written


def _lock(seeded: Seeded) -> None:
    """Lock one server as its owner, and another as an administrator."""
    for session, name in ((seeded.owner, "web-1"), (seeded.operator, "web-2")):
        path, newest = f"/servers/{seeded.id(name)}/action", session.at_most("compute", _REASONS)
        reason = {"locked_reason": f"{name} is busy"} if newest == _REASONS else None
        session.post("compute", path, {"lock": reason}, microversion=newest)


def _make_groups(seeded: Seeded) -> None:
    """Make a group for the servers, and another one of the same name without any."""
    for name in ("apart", "empty"):
        body = {"name": f"{seeded.name}-apart", "policies": ["soft-anti-affinity"]}
        path, key = "/os-server-groups", "server_group"
        seeded.make(name, "compute", path, key, body, microversion=_SOFT)


def _make_flavor(seeded: Seeded) -> None:
    flavor = {"name": f"{seeded.name}-small", "ram": 64, "vcpus": 1, "disk": 1, "swap": 8}
    body = {**flavor, "os-flavor-access:is_public": False, "description": "for the shop"}
    operator = seeded.operator
    made = seeded.made_by(
        operator, "private", "compute", "/flavors", "flavor", body, microversion=_DESCRIBED
    )
    path = f"/flavors/{made['id']}"
    operator.post("compute", f"{path}/os-extra_specs", {"extra_specs": {"hw_rng:allowed": "true"}})
    for project_id in (seeded.project_id, seeded.id("neighbour")):
        access = {"addTenantAccess": {"tenant": project_id}}
        operator.post("compute", f"{path}/action", access)
    flavors = operator.list("compute", "/flavors/detail", "flavors")
    seeded.made["everybodys"] = next(f for f in flavors if f["name"] == FLAVOR["name"])


def _boot(seeded: Seeded, name: str, flavor: str, port: str, **fields: object) -> None:
    body: Json = {
        "name": f"{seeded.name}-{name}",
        "flavorRef": seeded.id(flavor),
        "networks": [{"port": seeded.id(port), "tag": f"nic of {name}"}],
        **fields,
    }
    hints = {"os:scheduler_hints": {"group": seeded.id("apart")}}
    sent = {"server": body, **hints}
    made = seeded.owner.post("compute", "/servers", sent, "server", microversion=_TAGS)
    seeded.made[name] = made
    path = f"/servers/{seeded.id(name)}"
    seeded.made[name] = seeded.owner.get("compute", path, "server")
