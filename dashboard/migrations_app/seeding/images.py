"""The flavor and the images of a seeded tenant."""

from dashboard.clients.openstack import Json, poll_until
from dashboard.migrations_app.seeding.grounds import Grounds, known_bytes

MEBIBYTE = 1024 * 1024


def make_flavor(grounds: Grounds) -> str:
    """Make a private flavor that the tenant may use, with extra specs, and give its id."""
    flavor = {
        "name": grounds.named("small"),
        "ram": 64,
        "vcpus": 1,
        "disk": 1,
        "os-flavor-access:is_public": False,
    }
    operator = grounds.operator
    made = operator.post("compute", "/flavors", {"flavor": flavor}, "flavor")
    specs = {"hw_rng:allowed": "true", "quota:disk_read_bytes_sec": "10485760"}
    operator.post("compute", f"/flavors/{made['id']}/os-extra_specs", {"extra_specs": specs})
    access = {"addTenantAccess": {"tenant": grounds.project_id}}
    operator.post("compute", f"/flavors/{made['id']}/action", access)
    return str(made["id"])


def make_image(grounds: Grounds, what: str, *, mebibytes: int) -> str:
    """Make a private image of known bytes, with properties and tags, and give its id."""
    name = grounds.named(what)
    image: Json = {
        "name": name,
        "disk_format": "raw",
        "container_format": "bare",
        "visibility": "private",
        "min_disk": 1,
        "min_ram": 32,
        "os_distro": "cirros",
        "hw_disk_bus": "virtio",
        "pumphouse_note": "known bytes",
        "tags": ["demo", what],
    }
    image_id = grounds.owner.post("image", "/images", image)["id"]
    content = known_bytes(name, size=mebibytes * MEBIBYTE)
    grounds.owner.upload(f"/images/{image_id}/file", content)
    poll_until(
        lambda: grounds.owner.get("image", f"/images/{image_id}")["status"] == "active" or None,
        what=f"image {name} to become active",
        seconds=120,
    )
    return str(image_id)
