"""The releases, and the settings and networks of their new environments."""

import secrets
import uuid
from typing import Any

from lab.fuel import roles
from lab.fuel.master import Master, Row
from lab.fuel.refusal import not_found
from lab.fuel.routing import Call, route

RELEASES = (
    (2, "Newton on Ubuntu 16.04", "newton-10.0", "available"),
    (4, "Ocata on Ubuntu 16.04", "ocata-11.0", "available"),
    (1, "Newton on CentOS 6.5", "newton-10.0", "unavailable"),
)
NEWEST = 4
NETWORKS = ("public", "management", "storage", "private")


@route("GET", "releases")
def list_releases(master: Master, call: Call) -> list[Row]:
    """List the releases."""
    return [release(identity) for identity, *_ in RELEASES]


@route("GET", "releases/#")
def show_release(master: Master, call: Call) -> Row:
    """Show a release."""
    return release(call.ids[0])


@route("GET", "releases/#/networks")
def show_release_networks(master: Master, call: Call) -> Row:
    """Show the networks of a release's environments."""
    release(call.ids[0])
    names: list[Row] = [{"name": name} for name in NETWORKS]
    return {"neutron": {"config": {}, "networks": names}}


@route("GET", "releases/#/roles")
def list_release_roles(master: Master, call: Call) -> list[Row]:
    """List the roles of a release, as masters before 9.0 do instead of an environment's."""
    release(call.ids[0])
    return roles.listed()


def release(release_id: int) -> Row:
    """Return one release, without the metadata of roles. Raises Refusal 404."""
    known = {identity: rest for identity, *rest in RELEASES}
    if release_id not in known:
        raise not_found("Release")
    name, version, state = known[release_id]
    return {
        "id": release_id,
        "name": name,
        "version": version,
        "operating_system": "CentOS" if "CentOS" in name else "Ubuntu",
        "state": state,
        "description": "",
        "is_deployable": state == "available",
        "attributes_metadata": {"editable": _settings(release_id)},
        "components_metadata": [],
        "modes_metadata": {},
        "roles_metadata": {},
        "tags_metadata": {},
    }


def new_settings(release_id: int) -> Row:
    """Return the settings of a new environment, including those that Fuel generates."""
    settings = _settings(release_id)
    for section in settings.values():
        for attribute in section.values():
            if isinstance(attribute.get("value"), dict):
                attribute["value"] = _made(attribute["value"]["generator"])
    return settings


def _made(generator: str) -> str:
    return str(uuid.uuid4()) if generator == "uuid4" else secrets.token_hex(12)


def _settings(release_id: int) -> Row:
    """Return a release's settings: the newest has neither murano nor qemu, and other packages."""
    settings = _all_settings(release_id)
    if release_id == NEWEST:
        del settings["additional_components"]["murano"]
        del settings["common"]["libvirt_type"]["values"][1]
        settings["common"]["libvirt_type"]["value"] = "kvm"
    return settings


def _all_settings(release_id: int) -> Row:
    return {**_general_settings(), **_service_settings(release_id)}


def _general_settings() -> Row:
    return {
        "access": {
            "metadata": {"group": "general", "label": "OpenStack Access", "weight": 10},
            "user": _setting("Username", "admin"),
            "password": _setting("Password", "admin", kind="password"),
            "tenant": _setting("Tenant", "admin"),
            "email": _setting("Email", "admin@localhost"),
        },
        "additional_components": {
            "metadata": {"label": "Additional Components", "weight": 10},
            "ceilometer": _setting("Install Ceilometer and Aodh", False, kind="checkbox"),
            "ironic": _setting("Install Ironic", False, kind="checkbox"),
            "mongo": _setting("Use external Mongo DB", False, kind="checkbox"),
            "murano": _setting("Install Murano", False, kind="checkbox"),
            "sahara": _setting("Install Sahara", False, kind="checkbox"),
        },
        "common": {
            "metadata": {"label": "Common", "weight": 20},
            "debug": _setting("OpenStack debug logging", False, kind="checkbox"),
            "libvirt_type": _choice("Hypervisor type", "qemu", ("kvm", "qemu")),
        },
        "neutron_advanced_configuration": {
            "metadata": {"group": "network", "label": "Neutron Advanced Configuration"},
            "neutron_dvr": _setting("Neutron DVR", False, kind="checkbox"),
            "neutron_l3_ha": _setting("Neutron L3 HA", False, kind="checkbox"),
        },
        "public_network_assignment": {
            "metadata": {"group": "network", "label": "Public network assignment"},
            "assign_to_all_nodes": _setting(
                "Assign public network to all nodes", False, kind="checkbox"
            ),
        },
        "operator_user": {
            "metadata": {"label": "Operating System Access", "weight": 15},
            "password": _setting("Password", {"generator": "password"}, kind="password"),
        },
    }


def _service_settings(release_id: int) -> Row:
    return {
        "public_ssl": {
            "metadata": {"group": "security", "label": "Public TLS", "weight": 110},
            "services": _setting("TLS for OpenStack public endpoints", False, kind="checkbox"),
            "horizon": _setting("HTTPS for Horizon", False, kind="checkbox"),
            "hostname": _setting("DNS hostname for public TLS endpoints", "public.fuel.local"),
            "cert_source": _setting("Select source for certificate", "self_signed", kind="radio"),
            "cert_data": _setting("Certificate", "", kind="file"),
        },
        "repo_setup": {
            "metadata": {"label": "Repositories", "weight": 50},
            "repos": {
                "type": "custom_repo_configuration",
                "description": "",
                "value": [{"name": f"of-{release_id}"}],
            },
        },
        "storage": {
            "metadata": {"label": "Storage Backends", "weight": 60},
            "volumes_lvm": _setting("Cinder LVM over iSCSI", True, kind="checkbox"),
            "volumes_block_device": _setting("Cinder Block device driver", False, kind="checkbox"),
            "volumes_ceph": _setting("Ceph RBD for volumes", False, kind="checkbox"),
            "images_ceph": _setting("Ceph RBD for images", False, kind="checkbox"),
            "ephemeral_ceph": _setting("Ceph RBD for ephemeral volumes", False, kind="checkbox"),
            "objects_ceph": _setting("Ceph RadosGW for objects", False, kind="checkbox"),
            "osd_pool_size": _setting("Ceph object replication factor", "3"),
            "fsid": {"type": "hidden", "value": {"generator": "uuid4"}},
        },
        "syslog": {
            "metadata": {"enabled": False, "label": "Syslog", "toggleable": True, "weight": 50},
            "syslog_server": _setting("Hostname", ""),
        },
    }


def _setting(label: str, value: Any, *, kind: str = "text") -> Row:
    return {"label": label, "description": "", "type": kind, "value": value, "weight": 10}


def _choice(label: str, value: str, values: tuple[str, ...]) -> Row:
    choices = [{"data": one, "label": one.upper(), "description": ""} for one in values]
    return {"label": label, "type": "radio", "value": value, "weight": 10, "values": choices}
