"""Flavors, key pairs and servers."""

from collections.abc import Mapping
from itertools import chain
from typing import Any

from dashboard.clients.openstack import Json
from dashboard.migrations_app.planning.os_migrate.names import Names
from dashboard.migrations_app.planning.os_migrate.network_tables import fixed_ips
from dashboard.migrations_app.planning.os_migrate.table import Table
from dashboard.migrations_app.resources.key_names import key_id
from dashboard.migrations_app.resources.records import Record

USER_DATA = "OS-EXT-SRV-ATTR:user_data"
BOOT_VOLUME_PARAMS = ("availability_zone", "name", "description", "volume_type")
DEFAULTS: Json = {
    "boot_volume_params": dict.fromkeys(BOOT_VOLUME_PARAMS),
    "boot_volume": {"uuid": None},
    "additional_volumes": [{"uuid": None}],
    "data_copy": True,
    "floating_ip_mode": "auto",
    "use_nbdkit_direct": False,
    "nbdkit_socket_uri": None,
    "nbdkit_export_name": None,
}
"""How a server is moved by default: os-migrate refuses a file that lacks one of them."""


def _port_more(record: Record, names: Names) -> Json:
    return {
        "fixed_ips_refs": fixed_ips(record.fields["fixed_ips"], names),
        "network_ref": names.reference("network", record.fields["network_id"]),
    }


def _volume_info(record: Record, _names: Names) -> Json:
    return {"is_bootable": record.fields.get("bootable") == "true"}


def floating_ips_of(record: Record, names: Names) -> list[Record]:
    """Return the floating IPs of a server's ports."""
    ports = record.fields["ports"]
    return [each for each in names.of_type("floating_ip") if each.fields["port_id"] in ports]


def volumes_of(record: Record, names: Names) -> list[Record]:
    """Return the volumes that a server has, the one that it boots from included."""
    keys = [("volume", id_) for id_ in record.fields["volumes"]]
    return [names.records[key] for key in keys if key in names.records]


PORT = Table(
    type="port",
    kind="openstack.network.ServerPort",
    file="",
    params={
        "binding_profile": "binding:profile",
        "binding_vnic_type": "binding:vnic_type",
        "mac_address": "mac_address",
    },
    info={"id": "id", "device_id": "device_id", "device_owner": "device_owner"},
    more=_port_more,
)
FLOATING_IP = Table(
    type="floating_ip",
    kind="openstack.network.ServerFloatingIP",
    file="",
    params={
        "description": "description",
        "dns_domain": "dns_domain",
        "dns_name": "dns_name",
        "fixed_ip_address": "fixed_ip_address",
        "floating_ip_address": "floating_ip_address",
    },
    info={
        name: name
        for name in (
            *("id", "port_id", "router_id", "floating_network_id", "qos_policy_id", "tags"),
            *("created_at", "updated_at"),
        )
    },
    references={
        "floating_network_ref": ("floating_network_id", "network"),
        "qos_policy_ref": ("qos_policy_id", "qos_policy"),
    },
    fixed=("fixed_ip_address",),
    of_server=floating_ips_of,
)
VOLUME = Table(
    type="volume",
    kind="openstack.network.ServerVolume",
    file="detached_volumes.yml",
    params={name: name for name in BOOT_VOLUME_PARAMS},
    info={"id": "id", "size": "size", "attachments": "attachments"},
    accepted={"volume_image_metadata": "volume_image_metadata"},
    chosen=("volume_type",),
    more_info=_volume_info,
    of_server=volumes_of,
)
NESTED = {"floating_ips": FLOATING_IP, "volumes": VOLUME}
"""The parameters of a server that are lists of resources."""


def _ports(server: Record, names: Names) -> list[Record]:
    keys = [("port", id_) for id_ in server.fields["ports"]]
    return [names.records[key] for key in keys if key in names.records]


def _group_ids(server: Record, names: Names) -> list[str]:
    groups = (port.fields["security_groups"] for port in _ports(server, names))
    return [*dict.fromkeys(chain.from_iterable(groups))]


def _server_info(record: Record, names: Names) -> Json:
    return {"security_group_ids": _group_ids(record, names)}


def _server_more(record: Record, names: Names) -> Json:
    fields = record.fields
    return {
        "flavor_ref": names.reference("flavor", fields["flavor_id"]),
        "image_ref": None if fields["root_volume"] else _image(fields, names),
        "security_group_refs": [
            names.reference("security_group", id_) for id_ in _group_ids(record, names)
        ],
        "ports": [PORT.resource(port, names) for port in _ports(record, names)],
        "floating_ips": [
            FLOATING_IP.resource(each, names) for each in floating_ips_of(record, names)
        ],
        "volumes": [VOLUME.resource(each, names) for each in volumes_of(record, names)],
        "config_drive": fields.get("config_drive") or None,
        "scheduler_hints": None,
        "user_data": _user_data(record, names),
    }


def _image(fields: Mapping[str, Any], names: Names) -> Json | None:
    return names.reference("image", fields.get("image"))


def _user_data(record: Record, names: Names) -> Any:
    """Return the user data itself: a record has only its fingerprint."""
    if not names.with_user_data:
        return None
    found = (each for each in names.reader.servers if each["id"] == record.id)
    return next((each.get(USER_DATA) for each in found), None)


def _server_migration(record: Record, names: Names) -> Json:
    """Return how Pumphouse moves a server: it always copies the disk.

    os-migrate's mode ``nova`` takes one address a port; its ``neutron`` loses security groups.
    """
    is_plain = all(len(port.fields["fixed_ips"]) == 1 for port in _ports(record, names))
    mode = "nova" if is_plain else "neutron"
    return {"boot_disk_copy": True, "port_creation_mode": mode, **DEFAULTS}


def _flavor_swap(record: Record, _names: Names) -> Json:
    """Return the swap as a number: Nova tells none as an empty text."""
    return {"swap": record.fields.get("swap") or 0}


def _key_id(info: Mapping[str, Any]) -> str:
    name, user_id = str(info.get("id") or ""), str(info.get("user_id") or "")
    return key_id(user_id, name) if name and user_id else ""


def _key_info(record: Record, _names: Names) -> Json:
    return {"id": record.name}


FLAVOR = Table(
    type="flavor",
    kind="openstack.compute.Flavor",
    file="flavors.yml",
    params={
        "name": "name",
        "description": "description",
        "disk": "disk",
        "ephemeral": "OS-FLV-EXT-DATA:ephemeral",
        "extra_specs": "extra_specs",
        "is_public": "os-flavor-access:is_public",
        "ram": "ram",
        "rxtx_factor": "rxtx_factor",
        "swap": "swap",
        "vcpus": "vcpus",
    },
    info={"id": "id", "is_disabled": "OS-FLV-DISABLED:disabled"},
    more=_flavor_swap,
)
KEYPAIR = Table(
    type="keypair",
    kind="openstack.compute.Keypair",
    file="keypairs.yml",
    params={"name": "name", "public_key": "public_key", "type": "type"},
    info={
        "user_id": "user_id",
        "fingerprint": "fingerprint",
        "created_at": "created_at",
        "is_deleted": "deleted",
    },
    references={"user_ref": ("user_id", "user")},
    fixed=("name", "type"),
    more_info=_key_info,
    id_of=_key_id,
)
SERVER = Table(
    type="server",
    kind="openstack.compute.Server",
    file="workloads.yml",
    params={
        "name": "name",
        "description": "description",
        "availability_zone": "OS-EXT-AZ:availability_zone",
        "config_drive": "config_drive",
        "disk_config": "OS-DCF:diskConfig",
        "key_name": "key_name",
        "metadata": "metadata",
        "tags": "tags",
    },
    info={
        "id": "id",
        "created_at": "created",
        "updated_at": "updated",
        "launched_at": "OS-SRV-USG:launched_at",
        "project_id": "tenant_id",
        "status": "status",
        "user_id": "user_id",
        "flavor_id": "flavor_id",
    },
    fixed=("key_name",),
    chosen=("availability_zone",),
    more=_server_more,
    more_info=_server_info,
    migration_params=_server_migration,
)
