"""Deployment facts: what Fuel's nodes get in astute.yaml, including the cloud's passwords."""

from lab.fuel.master import Master, Row
from lab.fuel.refusal import Refusal

ROLES_OF_NETWORKS = {
    "management": ("keystone/api", "management", "mgmt/database", "mgmt/vip", "nova/api"),
    "storage": ("cinder/iscsi", "storage"),
    "fuelweb_admin": ("admin/pxe", "fw-admin"),
}


def deployment_facts(
    master: Master, cluster_id: int, *, node_ids: list[int] | None, split: bool
) -> list[Row]:
    """Return a dictionary per node and one for the master; ``split`` separates common values.

    Raises Refusal for nodes of another environment.
    """
    cluster = master.row("clusters", cluster_id)
    nodes = master.nodes_of(cluster_id)
    if node_ids is not None:
        own = {node["id"] for node in nodes}
        if foreign := [str(one) for one in node_ids if one not in own]:
            raise Refusal(400, f"Nodes {', '.join(foreign)} do not belong to cluster {cluster_id}")
    common = _common(master, cluster)
    chosen = [node for node in nodes if node_ids is None or node["id"] in node_ids]
    if split:
        return [*map(_of_node, chosen), {"uid": "master", "roles": ["master"]}, common]
    master_facts = {"uid": "master", "roles": ["master"]}
    return [common | facts for facts in (*map(_of_node, chosen), master_facts)]


def _common(master: Master, cluster: Row) -> Row:
    plain = {
        section: {
            name: option["value"] if isinstance(option, dict) and "value" in option else option
            for name, option in options.items()
        }
        for section, options in cluster["_settings"].items()
    }
    common, components = plain.pop("common"), plain.pop("additional_components", {})
    components.pop("metadata", None)
    generated = cluster["_generated"]
    keystone = generated["keystone"] | cluster["_facts"].get("keystone", {})
    facts: Row = {
        **plain,
        **generated,
        "debug": common["debug"],
        **{name: {"enabled": is_enabled} for name, is_enabled in components.items()},
        "cluster": {"id": cluster["id"], "name": cluster["name"]},
        "deployment_id": cluster["id"],
        "keystone": keystone,
        "master_ip": "10.20.0.2",
        "network_metadata": _network_metadata(master, cluster),
        "openstack_version": "newton-10.0",
    }
    return facts


def _of_node(node: Row) -> Row:
    return {
        "uid": str(node["id"]),
        "fqdn": node["fqdn"],
        "roles": node["roles"],
        "status": node["status"],
        "online": node["online"],
        "user_node_name": node["name"],
    }


def _network_metadata(master: Master, cluster: Row) -> Row:
    nodes = {node["hostname"]: _node_metadata(node) for node in master.nodes_of(cluster["id"])}
    return {"nodes": nodes, "vips": cluster["_networks"]["vips"]}


def _node_metadata(node: Row) -> Row:
    addresses = {one["name"]: one.get("ip", "").partition("/")[0] for one in node["network_data"]}
    return {
        "uid": str(node["id"]),
        "name": node["hostname"],
        "fqdn": node["fqdn"],
        "user_node_name": node["name"],
        "node_roles": node["roles"],
        "swift_zone": str(node["id"]),
        "network_roles": {
            role: addresses.get(network) or None
            for network, roles in ROLES_OF_NETWORKS.items()
            for role in roles
        },
    }
