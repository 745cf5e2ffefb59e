"""What Nova's answer tells of a server, in a form in which two clouds can be compared."""

import hashlib
import hmac
import os
from collections.abc import Mapping
from typing import Any

from dashboard.clients.openstack import Json
from dashboard.migrations_app.resources.compute.common.server_groups import all_groups
from dashboard.migrations_app.resources.compute.server.base_image import BASE_IMAGE, base_image_of
from dashboard.migrations_app.resources.compute.server.devices import DEVICES, tag_fields
from dashboard.migrations_app.resources.compute.server.locks import lock_fields
from dashboard.migrations_app.resources.flavor_sizes import is_told, sizes_of
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import MARKER, Record

ATTR = "OS-EXT-SRV-ATTR:"
USER_DATA = f"{ATTR}user_data"
FROM_IMAGE = "boots_from_image"
"""Set where the copy is to boot from the server's image, without what is on the disk."""
EXTRA_SPECS = "extra_specs"
ON_EXTERNAL = "on_external_network"
_MAC = "OS-EXT-IPS-MAC:mac_addr"
ATTACHED = "os-extended-volumes:volumes_attached"

# of this process only, see _fingerprint
_key = os.urandom(32)


def server_record(server: Json, reader: TenantReader) -> Record:
    """Return the record of a server: references are ids, in the order that the guest sees."""
    devices = _devices(server, reader)
    volumes = _volume_ids(server, devices)
    fields = {
        **server,
        "metadata": _metadata(server),
        "image": base_image_of(server),
        **lock_fields(server, reader),
        **_sizes(server, reader),
        "flavor_id": reader.flavor_id(server),
        "ports": _port_ids(server, reader),
        ON_EXTERNAL: _is_on_external(server, reader),
        "volumes": volumes,
        "root_volume": volumes[0] if _boots_from(volumes, server, devices) else "",
        "deleted_volumes": [v["id"] for v in server[ATTACHED] if v.get("delete_on_termination")],
        "server_groups": _groups(server, reader),
        "config_drive": str(server.get("config_drive")).lower() == "true",
        DEVICES: {id_: name for id_, name in devices.items() if name},
        **tag_fields(server, reader),
        USER_DATA: _fingerprint(server.get(USER_DATA)),
    }
    return Record(type="server", id=server["id"], name=server["name"], fields=fields)


def _metadata(server: Json) -> Json:
    """Return the metadata without what moves put among it."""
    ours = (MARKER, BASE_IMAGE)
    return {key: value for key, value in server["metadata"].items() if key not in ours}


def _sizes(server: Json, reader: TenantReader) -> Json:
    """Return what the server's flavor gives it; before microversion 2.47 only the flavor says."""
    found = server.get("flavor") or {}
    if not is_told(found):
        id_ = reader.flavor_id(server)
        found = next((flavor for flavor in reader.flavors if flavor["id"] == id_), {})
    specs = {EXTRA_SPECS: found[EXTRA_SPECS]} if is_told(found) and EXTRA_SPECS in found else {}
    return {**sizes_of(found), **specs}


def mac_addresses(server: Json) -> list[str]:
    """Return the server's MACs in the order of its interfaces, in which Nova lists addresses."""
    addresses = (address for network in server["addresses"].values() for address in network)
    return [*dict.fromkeys(address[_MAC] for address in addresses if _MAC in address)]


def _port_ids(server: Json, reader: TenantReader) -> list[str]:
    """Return the server's ports in the order of its interfaces, those without addresses last."""
    order = {mac: index for index, mac in enumerate(mac_addresses(server))}
    ports = [port for port in reader.ports if port["device_id"] == server["id"]]
    ports.sort(key=lambda port: order.get(port["mac_address"], len(order)))
    return [port["id"] for port in ports]


def _is_on_external(server: Json, reader: TenantReader) -> bool:
    """Return whether a port of the server is on an external network that nobody else shares."""
    external = {
        network["id"]
        for network in reader.networks
        if network.get("router:external") and not network.get("shared")
    }
    ports = (port for port in reader.ports if port["device_id"] == server["id"])
    return any(port["network_id"] in external for port in ports)


def _devices(server: Json, reader: TenantReader) -> dict[str, str]:
    """Return the devices of the server's volumes by their ids, "" where none is told."""
    return {
        volume["id"]: attachment["device"] or ""
        for volume in reader.volumes
        for attachment in volume["attachments"]
        if attachment["server_id"] == server["id"]
    }


def _boots_from(volumes: list[str], server: Json, devices: Mapping[str, str]) -> bool:
    """Return whether the first volume is the server's root disk.

    Without an image it is. With one it may be: launched from the snapshot of a server that boots
    from a volume, a server has both, and Nova goes by the root device.
    """
    root = server.get(f"{ATTR}root_device_name")
    return bool(volumes) and (not server["image"] or (root or None) == devices.get(volumes[0]))


def _volume_ids(server: Json, devices: Mapping[str, str]) -> list[str]:
    """Return the server's volumes in the order of devices: the root's, then vdb, vdc, …, vdaa."""
    root = server.get(f"{ATTR}root_device_name")
    attached = [volume["id"] for volume in server[ATTACHED]]

    def place(volume_id: str) -> tuple[bool, int, str]:
        device = devices.get(volume_id, "")
        return device != root, len(device), device

    return sorted(attached, key=place)


def _groups(server: Json, reader: TenantReader) -> list[str]:
    return [group["id"] for group in all_groups(reader) if server["id"] in group["members"]]


def _fingerprint(user_data: str | None) -> str:
    """Return what two servers' user data can be compared by within this process.

    User data may hold passwords: nothing from which it could be guessed may be stored.
    """
    return hmac.digest(_key, user_data.encode(), hashlib.sha256).hex() if user_data else ""


def has_disk_to_copy(fields: Mapping[str, Any]) -> bool:
    """Return whether a server has a disk of its own that its copy gets."""
    return not fields["root_volume"] and not fields.get(FROM_IMAGE)
