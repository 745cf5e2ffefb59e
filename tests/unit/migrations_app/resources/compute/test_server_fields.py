"""What is told of a server: the order of its interfaces and volumes, and nothing secret."""

from types import SimpleNamespace
from typing import Any

from dashboard.migrations_app.resources.compute.server.fields import USER_DATA, server_record
from dashboard.migrations_app.resources.compute.server.states import FIXES, MIGRATABLE, fix_of


def read_as(server: dict[str, Any], *, ports: list[Any] = [], volumes: list[Any] = []) -> Any:  # noqa: B006
    """Return the record of a server of which the tenant's lists say this."""
    lists = {
        "ports": ports,
        "volumes": volumes,
        "flavors": [],
        "networks": [],
        "maintenance_locks": (),
        "asks_of_each": False,
        "destination": None,
        "cloud": SimpleNamespace(at_most=lambda *_: "2.64", supports=lambda *_: False),
    }
    reader = SimpleNamespace(**lists, flavor_id=lambda _: "f1", list=lambda *_, **__: [])
    whole = {
        "id": "s1",
        "name": "web",
        "metadata": {},
        "image": {"id": "i1"},
        "addresses": {},
        "os-extended-volumes:volumes_attached": [
            {"id": volume["id"], "delete_on_termination": False} for volume in volumes
        ],
        **server,
    }
    return server_record(whole, reader).fields  # type: ignore[arg-type]


def port(id_: str, mac: str) -> dict[str, str]:
    return {"id": id_, "device_id": "s1", "mac_address": mac, "network_id": "n1"}


def volume(id_: str, device: str | None) -> dict[str, Any]:
    return {"id": id_, "attachments": [{"server_id": "s1", "device": device}]}


def address(mac: str) -> dict[str, str]:
    return {"OS-EXT-IPS-MAC:mac_addr": mac, "addr": "10.0.0.1"}


def test_ports_are_in_the_order_of_novas_addresses():
    addresses = {"b": [address("m2"), address("m2")], "a": [address("m3"), address("m1")]}
    fields = read_as(
        {"addresses": addresses},
        ports=[port("p1", "m1"), port("p2", "m2"), port("p3", "m3"), port("p4", "m4")],
    )
    # the one without an address comes last
    assert fields["ports"] == ["p2", "p3", "p1", "p4"]


def test_volumes_are_in_the_order_of_their_devices_the_roots_first():
    fields = read_as(
        {"image": "", "OS-EXT-SRV-ATTR:root_device_name": "/dev/vdc"},
        volumes=[volume("v1", "/dev/vdaa"), volume("v2", "/dev/vdb"), volume("v3", "/dev/vdc")],
    )
    assert fields["volumes"] == ["v3", "v2", "v1"]
    assert fields["root_volume"] == "v3"


def test_a_server_with_an_image_has_no_root_volume():
    assert read_as({}, volumes=[volume("v1", "/dev/vdb")])["root_volume"] == ""


def test_a_server_with_an_image_and_a_volume_as_root_device_boots_from_the_volume():
    root = {"OS-EXT-SRV-ATTR:root_device_name": "/dev/vda"}
    fields = read_as(root, volumes=[volume("v1", "/dev/vdb"), volume("v2", "/dev/vda")])
    assert fields["root_volume"] == "v2"
    assert read_as(root, volumes=[volume("v1", "/dev/vdb")])["root_volume"] == ""
    assert read_as(root, volumes=[volume("v1", None)])["root_volume"] == ""


def test_user_data_can_be_compared_and_not_read():
    one, same, other = (read_as({USER_DATA: text})[USER_DATA] for text in ("a", "a", "b"))
    assert one == same != other
    assert one != "a"
    assert read_as({USER_DATA: None})[USER_DATA] == ""


def test_the_marker_is_not_the_tenants_metadata():
    fields = read_as({"metadata": {"pumphouse_source_id": "old", "role": "db"}})
    assert fields["metadata"] == {"role": "db"}


def test_a_moved_server_tells_its_base_image_and_not_the_temporary_one():
    fields = read_as({"metadata": {"base_image_ref": "base", "role": "db"}})
    assert fields["image"] == "base"
    assert fields["metadata"] == {"role": "db"}


def test_each_state_that_cannot_be_moved_says_how_it_is_left():
    assert not FIXES.keys() & set(MIGRATABLE)
    assert fix_of("VERIFY_RESIZE") == "Confirm or revert its resize"
    assert fix_of("INVENTED") == "Bring it to ACTIVE or SHUTOFF"
