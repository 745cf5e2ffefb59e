"""The flavor and the images of a test tenant."""

from dashboard.clients.openstack import Json
from dashboard.clients.polling import poll_until
from dashboard.migrations_app.seeding.context import FLAVOR, SeedContext, known_bytes

MEBIBYTE = 1024 * 1024


def create_flavor(seed: SeedContext) -> str:
    """Create a private flavor with extra specs for the tenant, and return its id."""
    flavor = {
        "name": seed.named(FLAVOR),
        "ram": 64,
        "vcpus": 1,
        "disk": 1,
        "os-flavor-access:is_public": False,
    }
    operator = seed.operator
    made = operator.post("compute", "/flavors", {"flavor": flavor}, "flavor")
    specs = {"hw_rng:allowed": "true", "quota:disk_read_bytes_sec": "10485760"}
    operator.post("compute", f"/flavors/{made['id']}/os-extra_specs", {"extra_specs": specs})
    access = {"addTenantAccess": {"tenant": seed.project_id}}
    operator.post("compute", f"/flavors/{made['id']}/action", access)
    return str(made["id"])


def create_image(seed: SeedContext, what: str, *, mebibytes: int) -> str:
    """Create a private image of known bytes, with properties and tags, and return its id."""
    name = seed.named(what)
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
    image_id = seed.owner.post("image", "/images", image)["id"]
    content = known_bytes(name, size=mebibytes * MEBIBYTE)
    seed.owner.upload(f"/images/{image_id}/file", content)
    poll_until(
        lambda: seed.owner.get("image", f"/images/{image_id}")["status"] == "active" or None,
        what=f"image {name} to become active",
        seconds=120,
    )
    return str(image_id)
