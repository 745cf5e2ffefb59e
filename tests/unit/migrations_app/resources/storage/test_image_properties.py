"""Which attributes of an image are sent to another Glance."""

from dashboard.clients.image_stream import told_digest
from dashboard.migrations_app.resources.storage.common.image_properties import (
    attributes_of,
    properties_of,
)
from dashboard.migrations_app.resources.storage.common.temporary_names import is_temporary

IMAGE = {
    "id": "i1",
    "name": "appliance",
    "stores": "ceph",
    "direct_url": "rbd://…",
    "os_glance_importing_to_stores": "",
    "os_hash_algo": "sha512",
    "owner_specified.openstack.sha256": "x",
    "base_image_ref": "b1",
    "instance_uuid": "s1",
    "hw_firmware_type": "uefi",
    "os_distro": "debian",
    "colour": "blue",
    "nothing": None,
}


def test_properties_of_people_are_sent_and_those_of_services_are_not():
    kept = {"hw_firmware_type": "uefi", "os_distro": "debian", "colour": "blue"}
    assert properties_of(IMAGE) == kept


def test_attributes_are_not_properties():
    assert not attributes_of(IMAGE).keys() & properties_of(IMAGE).keys()
    assert attributes_of(IMAGE)["name"] == "appliance"


def test_temporary_images_are_told_by_property_or_by_name():
    volume = "pumphouse-volume-0c0b9d9c-9d8c-4d23-9d6e-4d9e0a1f3b11-image"
    assert is_temporary({"name": "web-snapshot-s1", "pumphouse_temporary": "server:s1.7f"})
    assert not is_temporary({"name": "nightly", "pumphouse_temporary": "server:s1"})
    assert is_temporary({"name": volume})
    assert not is_temporary({"name": f"{volume}-of-mine"})
    assert not is_temporary({"name": None})


def test_the_hash_is_told_by_its_own_algorithm_or_else_by_md5():
    image = {"os_hash_algo": "sha512", "os_hash_value": "s", "checksum": "m"}
    assert told_digest(image) == ("sha512", "s")
    assert told_digest({"os_hash_algo": "sha512", "checksum": "m"}) == ("md5", "m")
    assert told_digest({"checksum": None}) == ("md5", "")
