"""Images that servers use move with what these refer to, whoever owns them."""

from typing import Any

from dashboard.migrations_app.resources.reader import TenantReader, TenantRef
from dashboard.migrations_app.resources.storage.image import Image


class Cloud:
    """A cloud of which servers boot from an image of another project, with a kernel of its own."""

    name = "old"
    images = {
        "ami": {"kernel_id": "aki", "ramdisk_id": "ari"},
        "aki": {},
        "ari": {},
        "other": {},
    }

    def at_most(self, *_: Any) -> str:
        return ""

    def get(self, *_: Any, **__: Any) -> dict[str, Any]:
        return {}

    def find(self, _service: str, path: str, **_: Any) -> dict[str, Any]:
        id_ = path.rpartition("/")[2]
        told = {"id": id_, "name": id_, "visibility": "public", "owner": "operator"}
        return {**told, "status": "active", **self.images[id_]}

    def list(self, _service: str, path: str, *_: Any, **__: Any) -> list[dict[str, Any]]:
        server = {"id": "s", "image": {"id": "ami"}, "status": "ACTIVE"}
        return [server] if path == "/servers/detail" else []


def test_the_kernel_and_ramdisk_of_an_image_of_others_move_with_it():
    cloud: Any = Cloud()
    found = Image().discover(TenantReader(cloud, TenantRef("t", "shop")))
    assert sorted(record.id for record in found) == ["aki", "ami", "ari"]
