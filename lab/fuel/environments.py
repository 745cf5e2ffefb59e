"""Environments, their settings and their releases."""

import copy
import secrets

from lab.fuel import networks, releases
from lab.fuel.master import Master, Row
from lab.fuel.refusal import Refusal

PROVIDERS = ("neutron", "nova_network")
SERVICES_WITH_DATABASE = ("keystone", "nova", "glance", "cinder", "heat")


def create(master: Master, body: Row, *, number: int = 1) -> Row:
    """Create an environment. Raises Refusal for a name in use, as Nailgun does.

    Its ranges are derived from ``number``: those of all new ones are the same.
    """
    if not release_of(body)["is_deployable"]:
        raise Refusal(403, f"Release with ID '{release_of(body)['id']}' is not deployable.")
    if any(cluster["name"] == body["name"] for cluster in master.all("clusters")):
        raise Refusal(409, "Environment with this name already exists")
    if body.get("components") == []:
        raise Refusal(
            400,
            "Components with [u'hypervisor', u'network', u'storage'] types are required but "
            "wasn't found in data.",
        )
    if body.get("net_provider") == "nova_network":
        raise Refusal(400, "Nova network is not supported in current release", plain=True)
    cluster = master.add("clusters", _cluster(body))
    group_id = master.next_id("nodegroups")
    cluster |= {"_group_id": group_id, "_groups": {}}
    cluster["_networks"] = networks.make_configuration(master, number=number, group_id=group_id)
    segmentation = body.get("net_segment_type") or "vlan"
    cluster["_networks"]["networking_parameters"]["segmentation_type"] = segmentation
    return cluster


def release_of(body: Row) -> Row:
    """Return the release that a new environment names. Raises Refusal."""
    release_id = body.get("release") or body.get("release_id")
    if not release_id:
        raise Refusal(400, "Release ID is required")
    try:
        return releases.release(release_id)
    except Refusal:
        raise Refusal(400, "Invalid release ID") from None


def change(master: Master, cluster_id: int, body: Row) -> Row:
    """Change an environment's name, and how the pages show its nodes."""
    cluster = master.row("clusters", cluster_id)
    for key in ("name", "ui_settings"):
        cluster[key] = body.get(key, cluster[key])
    return cluster


def settings(cluster: Row) -> Row:
    """Return an environment's settings."""
    return {"editable": cluster["_settings"]}


def change_settings(cluster: Row, body: Row) -> Row:
    """Merge settings into the existing ones."""
    _merge(cluster["_settings"], copy.deepcopy(body.get("editable", {})))
    return settings(cluster)


def configuration(cluster: Row, provider: str) -> Row:
    """Return the networks of an environment. Raises Refusal for the wrong provider."""
    if provider != cluster["net_provider"]:
        raise Refusal(400, f"Wrong net provider - environment uses '{cluster['net_provider']}'")
    answer: Row = cluster["_networks"]
    return answer


def _cluster(body: Row) -> Row:
    return {
        "name": body["name"],
        "release_id": body.get("release") or body["release_id"],
        "net_provider": "neutron",
        "mode": "ha_compact",
        "status": "new",
        "fuel_version": "10.0",
        "components": [],
        "is_customized": False,
        "is_locked": False,
        "changes": [
            {"name": "attributes", "node_id": None},
            {"name": "networks", "node_id": None},
        ],
        "ui_settings": {
            "filter": {},
            "filter_by_labels": {},
            "search": "",
            "sort": [{"roles": "asc"}],
            "sort_by_labels": [],
            "view_mode": "standard",
        },
        "_settings": releases.new_settings(body.get("release") or body["release_id"]),
        "_generated": _generated(),
        "_facts": {},
        "_links": [],
    }


def _generated() -> Row:
    made: Row = {
        service: {"db_password": secrets.token_hex(12), "user_password": secrets.token_hex(12)}
        for service in SERVICES_WITH_DATABASE
    }
    made["keystone"] = {
        "admin_token": secrets.token_hex(12),
        "db_password": secrets.token_hex(12),
    }
    made["mysql"] = {
        "root_password": secrets.token_hex(12),
        "wsrep_password": secrets.token_hex(12),
    }
    return made | {"rabbit": {"password": secrets.token_hex(12)}}


def _merge(into: Row, given: Row) -> None:
    for key, value in given.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = value
