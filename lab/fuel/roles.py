"""The roles of nodes, as a master of Fuel 10.0 has them, and Nailgun's rules about them."""

from collections.abc import Callable, Iterable
from typing import Any

from lab.fuel.master import Row
from lab.fuel.refusal import Refusal

ROLES: dict[str, Row] = {
    "base-os": {
        "meta": {"group": "other", "name": "Operating System", "tags": ["base-os"], "weight": 70},
        "volumes_roles_mapping": [{"allocate_size": "min", "id": "os"}],
    },
    "ceph-osd": {
        "meta": {
            "group": "storage",
            "limits": {"min": "settings:storage.osd_pool_size.value"},
            "name": "Ceph OSD",
            "restrictions": [
                {
                    "condition": "settings:storage.volumes_ceph.value == "
                    "false and "
                    "settings:storage.images_ceph.value == "
                    "false and "
                    "settings:storage.ephemeral_ceph.value "
                    "== false and "
                    "settings:storage.objects_ceph.value == "
                    "false",
                    "message": "Ceph should be enabled in the environment settings.",
                }
            ],
            "tags": ["ceph-osd"],
            "update_once": ["controller"],
            "weight": 50,
        },
        "volumes_roles_mapping": [
            {"allocate_size": "min", "id": "os"},
            {"allocate_size": "min", "id": "cephjournal"},
            {"allocate_size": "full-disk", "id": "ceph"},
        ],
    },
    "cinder": {
        "meta": {
            "group": "storage",
            "limits": {"recommended": 1},
            "name": "Cinder",
            "restrictions": [
                {
                    "condition": "settings:storage.volumes_lvm.value == false",
                    "message": "Cinder LVM should be enabled in the environment settings.",
                },
                {
                    "condition": "settings:storage.volumes_ceph.value == true",
                    "message": "Ceph RBD cannot be used with Cinder",
                },
            ],
            "tags": ["cinder"],
            "weight": 30,
        },
        "volumes_roles_mapping": [
            {"allocate_size": "min", "id": "os"},
            {"allocate_size": "all", "id": "cinder"},
        ],
    },
    "cinder-block-device": {
        "meta": {
            "conflicts": ["controller", "cinder", "ceph-osd"],
            "group": "storage",
            "name": "Cinder Block Device",
            "public_ip_required": False,
            "restrictions": [
                {
                    "condition": "settings:storage.volumes_block_device.value == false",
                    "message": "Cinder Block Device driver "
                    "should be enabled in the "
                    "environment settings.",
                },
                {
                    "condition": "settings:storage.volumes_ceph.value == true",
                    "message": "Ceph RBD cannot be used with Cinder Block Device",
                },
            ],
            "tags": ["cinder-block-device"],
            "weight": 35,
        },
        "volumes_roles_mapping": [
            {"allocate_size": "min", "id": "os"},
            {"allocate_size": "full-disk", "id": "cinder-block-device"},
        ],
    },
    "compute": {
        "meta": {
            "fault_tolerance": "2%",
            "group": "compute",
            "limits": {"recommended": 1},
            "name": "Compute",
            "public_for_dvr_required": True,
            "tags": ["compute"],
            "weight": 20,
        },
        "volumes_roles_mapping": [
            {"allocate_size": "min", "id": "os"},
            {"allocate_size": "all", "id": "vm"},
        ],
    },
    "controller": {
        "meta": {
            "conflicts": ["compute"],
            "group": "base",
            "limits": {
                "min": 1,
                "overrides": [
                    {
                        "condition": "settings:neutron_advanced_configuration.neutron_l3_ha.value "
                        "== true",
                        "message": "Neutron L3 HA requires at least "
                        "2 Controller nodes to function "
                        "properly.",
                        "min": 2,
                    }
                ],
                "recommended": 3,
            },
            "name": "Controller",
            "public_for_dvr_required": True,
            "public_ip_required": True,
            "tags": ["controller", "rabbitmq", "database", "keystone", "neutron"],
            "update_required": ["compute", "cinder"],
            "weight": 10,
        },
        "volumes_roles_mapping": [
            {"allocate_size": "min", "id": "os"},
            {"allocate_size": "min", "id": "logs"},
            {"allocate_size": "all", "id": "image"},
            {"allocate_size": "min", "id": "mysql"},
            {"allocate_size": "min", "id": "horizon"},
        ],
    },
    "ironic": {
        "meta": {
            "conflicts": ["compute"],
            "group": "compute",
            "limits": {"min": 1, "recommended": 3},
            "name": "Ironic",
            "restrictions": [
                {
                    "condition": "settings:additional_components.ironic.value == false",
                    "message": "Ironic should be enabled in the environment settings.",
                }
            ],
            "tags": ["ironic"],
            "weight": 100,
        },
        "volumes_roles_mapping": [
            {"allocate_size": "min", "id": "os"},
            {"allocate_size": "min", "id": "logs"},
        ],
    },
    "mongo": {
        "meta": {
            "conflicts": ["compute", "ceph-osd"],
            "group": "other",
            "limits": {
                "min": 1,
                "overrides": [
                    {
                        "condition": "cluster:mode != 'ha_compact'",
                        "max": 1,
                        "message": "At most 1 MongoDB node can be added for non-HA deployment",
                    },
                    {
                        "condition": "cluster:mode == 'ha_compact'",
                        "message": "At least 3 MongoDB nodes are recommended for HA deployment.",
                        "recommended": 3,
                    },
                ],
            },
            "name": "Telemetry - MongoDB",
            "restrictions": [
                {
                    "condition": "settings:additional_components.ceilometer.value == false",
                    "message": "Ceilometer should be enabled in the environment settings.",
                },
                {
                    "condition": "settings:additional_components.mongo.value == true",
                    "message": "You are already using external MongoDB.",
                },
                {"action": "hide", "condition": "not ('experimental' in version:feature_groups)"},
            ],
            "tags": ["mongo"],
            "weight": 60,
        },
        "volumes_roles_mapping": [
            {"allocate_size": "min", "id": "os"},
            {"allocate_size": "all", "id": "mongo"},
        ],
    },
    "virt": {
        "meta": {
            "conflicts": ["controller", "base-os"],
            "group": "compute",
            "name": "Virtual",
            "public_ip_required": True,
            "restrictions": [
                {
                    "action": "hide",
                    "condition": "not ('advanced' in version:feature_groups)",
                    "message": "Advanced feature should be enabled in feature groups",
                }
            ],
            "tags": ["virt"],
            "weight": 80,
        },
        "volumes_roles_mapping": [
            {"allocate_size": "min", "id": "os"},
            {"allocate_size": "all", "id": "vm"},
        ],
    },
}


def is_on(settings: Row, path: str) -> bool:
    """Return whether a setting is on: ``storage.volumes_ceph``."""
    section, name = path.split(".")
    return bool(settings[section][name]["value"])


def _off(*paths: str) -> Callable[[Row], bool]:
    return lambda settings: not any(is_on(settings, path) for path in paths)


def _on(path: str) -> Callable[[Row], bool]:
    return lambda settings: is_on(settings, path)


def _never(settings: Row) -> bool:
    return False  # this master has all the feature groups that conditions ask for


CONDITIONS: dict[str, Callable[[Row], bool]] = {
    "not ('advanced' in version:feature_groups)": _never,
    "not ('experimental' in version:feature_groups)": _never,
    "settings:additional_components.ceilometer.value == false": _off(
        "additional_components.ceilometer"
    ),
    "settings:additional_components.ironic.value == false": _off("additional_components.ironic"),
    "settings:additional_components.mongo.value == true": _on("additional_components.mongo"),
    "settings:storage.volumes_block_device.value == false": _off("storage.volumes_block_device"),
    "settings:storage.volumes_ceph.value == false and settings:storage.images_ceph.value == false "
    "and settings:storage.ephemeral_ceph.value == false and "
    "settings:storage.objects_ceph.value == false": _off(
        "storage.volumes_ceph",
        "storage.images_ceph",
        "storage.ephemeral_ceph",
        "storage.objects_ceph",
    ),
    "settings:storage.volumes_ceph.value == true": _on("storage.volumes_ceph"),
    "settings:storage.volumes_lvm.value == false": _off("storage.volumes_lvm"),
}
"""The conditions of the roles' restrictions, which the product reads by a language of its own."""


def listed() -> list[Row]:
    """Return the roles as the API lists them."""
    return [{"name": name, **role} for name, role in ROLES.items()]


def refuse_misfits(cluster: Row, roles: Iterable[str]) -> None:
    """Raise Refusal for unknown roles, for roles in conflict, and for restricted ones."""
    wanted = list(roles)
    if unknown := [role for role in wanted if role not in ROLES]:
        names = ", ".join(unknown)
        text = f"{names} are not valid roles for node in environment {cluster['id']}"
        raise Refusal(400, text)
    for role in wanted:
        for other in ROLES[role]["meta"].get("conflicts", ()):
            if other in wanted:
                raise Refusal(400, f"Role '{role}' in conflict with role '{other}'.")
    for role in wanted:
        if messages := [*_restrictions(cluster["_settings"], ROLES[role]["meta"])]:
            text = f"Role '{role}' restrictions mismatch: {' '.join(messages)}"
            raise Refusal(400, text)


def _restrictions(settings: Row, meta: Row) -> Iterable[Any]:
    for restriction in meta.get("restrictions", ()):
        if CONDITIONS[restriction["condition"]](settings):
            yield restriction["message"]


def has_public(cluster: Row, node: Row) -> bool:
    """Return whether a node has the network ``public``."""
    settings = cluster["_settings"]
    if is_on(settings, "public_network_assignment.assign_to_all_nodes"):
        return True
    metas = [ROLES[role]["meta"] for role in (*node["roles"], *node["pending_roles"])]
    dvr = is_on(settings, "neutron_advanced_configuration.neutron_dvr")
    return any(
        meta.get("public_ip_required") or (dvr and meta.get("public_for_dvr_required"))
        for meta in metas
    )
