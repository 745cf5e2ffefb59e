"""How an attribute of an object changes on a cloud, so that verification has something to see.

Most attributes are fields of one row, which can be anything else. Those that a type puts together
from several rows are in ``DERIVED``; for a new one of those, add how it changes.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from dashboard.migrations_app.resources.key_manager.common.secrets import DESCRIBING
from tests.support.cloud.key_manager.changes import of_secret
from tests.support.cloud.memory import MemoryCloud
from tests.support.cloud.messages import Json

ACTORS = {"role_assignment": "user_id", "group_role_assignment": "group_id"}
"""Who has a role, by the type of the assignment."""
QUOTAS = {
    "compute_quota": "compute",
    "network_quota": "network",
    "block_storage_quota": "block_storage",
}
"""The service of each type of quotas: what is set for a project is no object with an id."""

Change = Callable[[MemoryCloud, Json], None]


def change(cloud: MemoryCloud, type_name: str, attribute: str, id_: str) -> None:
    """Change an attribute of an object, which a resource type knows by that id."""
    row = row_of(cloud, type_name, id_)
    assert row is not None, f"There is no {type_name} {id_}."
    if derived := DERIVED.get((type_name, attribute)):
        derived(cloud, row)
        return
    takes_any = type_name in ("project", "user", "group", "role", "image")
    assert attribute in row or takes_any, (
        f"Nothing says how {attribute} of a {type_name} changes: add it to {__name__}.DERIVED"
    )
    row[attribute] = another(row.get(attribute))


def another(value: Any) -> Any:
    """Return another value of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    if isinstance(value, list):
        return [*value, _item_like(value)]
    if isinstance(value, dict):
        return {**value, "changed": "yes"}
    return f"{value or ''}changed"


def _item_like(values: list[Any]) -> Any:
    if values and isinstance(values[0], dict):
        return {name: another(value) for name, value in values[0].items()}
    return "changed"


def row_of(cloud: MemoryCloud, type_name: str, id_: str) -> Json | None:
    """Return the row that an id of a resource type stands for, None where there is none."""
    if type_name in ACTORS and id_:
        inherited = "/" in id_
        wanted = (*id_.split("/" if inherited else ":"), inherited)
        rows = cloud.rows("identity/assignments").values()
        names = (ACTORS[type_name], "role_id", "project_id", "inherited")
        return next((r for r in rows if tuple(r[name] for name in names) == wanted), None)
    if type_name == "image_quota":
        limits = cloud.identity.limits.rows.values()
        return next((row for row in limits if row["project_id"] == id_), None)
    if type_name in QUOTAS:
        return cloud.quotas.own(QUOTAS[type_name]).get(id_)
    found = (rows.get(id_) for name, rows in cloud.state.items() if isinstance(rows, dict))
    return next((row for row in found if isinstance(row, dict) and "id" in row), None)


def _interfaces(cloud: MemoryCloud, row: Json) -> None:
    ports = cloud.network.ports.where(device_id=row["id"], device_owner="network:router_interface")
    ports[0]["fixed_ips"][0]["ip_address"] = "10.1.0.222"


def _rules(cloud: MemoryCloud, row: Json) -> None:
    rule = cloud.network.rules.where(security_group_id=row["id"])[0]
    rule["protocol"] = "udp"


def _other_user(cloud: MemoryCloud, row: Json) -> None:
    row["user_id"] = next(id_ for id_ in cloud.identity.users.rows if id_ != row["user_id"])


def _other_group(cloud: MemoryCloud, row: Json) -> None:
    row["group_id"] = next(id_ for id_ in cloud.identity.groups.rows if id_ != row["group_id"])


def _access(cloud: MemoryCloud, row: Json) -> None:
    row.update(type="ec2", blob=json.dumps({"access": "another"}))


def _members(cloud: MemoryCloud, row: Json) -> None:
    [operator] = cloud.identity.users.where(name="admin")
    cloud.identity.groups.join_group(row["id"], operator["id"])


def _other_inference(name: str) -> Change:
    def changed(cloud: MemoryCloud, row: Json) -> None:
        row[name] = next(id_ for id_ in cloud.identity.roles.rows if id_ != row[name])

    return changed


def _other_role(cloud: MemoryCloud, row: Json) -> None:
    row["role_id"] = next(id_ for id_ in cloud.identity.roles.rows if id_ != row["role_id"])


def _other_network(cloud: MemoryCloud, row: Json) -> None:
    ids = cloud.network.networks.rows
    row["network_id"] = next(id_ for id_ in ids if id_ != row["network_id"])


def _gateway(cloud: MemoryCloud, row: Json) -> None:
    info = row["external_gateway_info"]
    row["external_gateway_info"] = {**info, "enable_snat": not info["enable_snat"]}


def _properties(cloud: MemoryCloud, row: Json) -> None:
    row["a_new_property"] = "yes"


def _readonly(cloud: MemoryCloud, row: Json) -> None:
    was = row["~notes"].get("readonly", "False")
    row["~notes"]["readonly"] = str(was != "True")


def _server_ids(cloud: MemoryCloud, row: Json) -> None:
    row["attachments"] = [*row["attachments"], {"server_id": "another", "device": "/dev/vdz"}]


def _ports(cloud: MemoryCloud, row: Json) -> None:
    for port in cloud.compute.servers.ports_of(row):
        port["device_id"] = "another"


def _volumes(cloud: MemoryCloud, row: Json) -> None:
    for id_ in [each["id"] for each in cloud.compute.attachments.of(row["id"])]:
        del cloud.compute.attachments.rows[id_]


def _root_volume(cloud: MemoryCloud, row: Json) -> None:
    if row["image"]:
        row["image"] = ""
    else:
        row["image"] = {"id": "an-image"}


def _deletion(cloud: MemoryCloud, row: Json) -> None:
    for each in cloud.compute.attachments.of(row["id"]):
        each["delete_on_termination"] = not each["delete_on_termination"]


def _flavor(cloud: MemoryCloud, row: Json) -> None:
    others = [f for f in cloud.compute.flavors.rows.values() if f["id"] != row["~flavor"]["id"]]
    row["~flavor"] = others[0]


def _resized(size: str) -> Change:
    def changed(cloud: MemoryCloud, row: Json) -> None:
        row["~flavor"] = {**row["~flavor"], size: (row["~flavor"][size] or 0) + 1}

    return changed


def _other_specs(cloud: MemoryCloud, row: Json) -> None:
    row["~flavor"] = {**row["~flavor"], "extra_specs": {"changed": "yes"}}


def _locked_by_admin(cloud: MemoryCloud, row: Json) -> None:
    row["~actions"] = [{**action, "project_id": "another"} for action in row["~actions"]]


def _other_tags(cloud: MemoryCloud, row: Json) -> None:
    row["~tags"] = dict.fromkeys(row["~tags"], "another")


def _of_volumes(name: str) -> Change:
    def changed(cloud: MemoryCloud, row: Json) -> None:
        for each in cloud.compute.attachments.of(row["id"]):
            each[name] = "another"
            volume = cloud.block_storage.volumes.get(each["volume_id"])
            volume["attachments"] = [{**told, name: "another"} for told in volume["attachments"]]

    return changed


def _base_image(cloud: MemoryCloud, row: Json) -> None:
    row["metadata"] = {**row["metadata"], "base_image_ref": "another"}


def _zone(cloud: MemoryCloud, row: Json) -> None:
    row["OS-EXT-AZ:availability_zone"] = "nova"


def _server_groups(cloud: MemoryCloud, row: Json) -> None:
    for group in cloud.compute.groups.rows.values():
        group["members"] = [id_ for id_ in group["members"] if id_ != row["id"]]


def _config_drive(cloud: MemoryCloud, row: Json) -> None:
    row["config_drive"] = "" if row["config_drive"] else "True"


def _shared(object_type: str) -> Change:
    def changed(cloud: MemoryCloud, row: Json) -> None:
        cloud.network.policies.share(row, "*", object_type)

    return changed


def _other_port(cloud: MemoryCloud, row: Json) -> None:
    row["port_id"] = next(id_ for id_ in cloud.network.ports.rows if id_ != row["port_id"])


def _other_vlan(cloud: MemoryCloud, row: Json) -> None:
    row["sub_ports"][0]["segmentation_id"] += 1


def _forwardings(cloud: MemoryCloud, row: Json) -> None:
    port_id, row["port_id"] = row["port_id"], None
    fields: Json = {"protocol": "tcp", "internal_port_id": port_id, "external_port": 80}
    fields |= {"internal_ip_address": "10.1.0.9", "internal_port": 80}
    forwarding = {"id": "another", "floatingip_id": row["id"], **fields}
    cloud.network.forwardings.rows["another"] = forwarding


def _limits(cloud: MemoryCloud, row: Json) -> None:
    name = next(iter(row))
    row[name] = another(row[name])


def _helpers(cloud: MemoryCloud, row: Json) -> None:
    fields = {"router_id": row["id"], "protocol": "tcp", "port": 2121, "helper": "ftp"}
    cloud.network.helpers.rows["another"] = {"id": "another", **fields}


def _published(cloud: MemoryCloud, row: Json) -> None:
    row["is_public"] = row["os-volume-type-access:is_public"] = not row["is_public"]


def _other_qos(cloud: MemoryCloud, row: Json) -> None:
    row["qos_specs_id"] = None


def _further(cloud: MemoryCloud, row: Json) -> None:
    row["~further"] = [{"network_id": "another", "external_fixed_ips": []}]


def _proxies(cloud: MemoryCloud, row: Json) -> None:
    fields = {"router_id": row["id"], "port_id": "another", "ip_address": "fd00::9"}
    cloud.network.proxies.rows["another"] = {"id": "another", "project_id": "", **fields}


def _gateway_qos(cloud: MemoryCloud, row: Json) -> None:
    row["external_gateway_info"]["qos_policy_id"] = "another"


def _unified_limit(cloud: MemoryCloud, row: Json) -> None:
    row["resource_limit"] += 1


def _limits_of_user(cloud: MemoryCloud, row: Json) -> None:
    row["limits"]["cores"] += 1


def _owner_of_limits(cloud: MemoryCloud, row: Json) -> None:
    del cloud.quotas.of_users[row["id"]]
    row["id"] = "another:one"
    cloud.quotas.of_users[row["id"]] = row


def _encrypted(cloud: MemoryCloud, row: Json) -> None:
    row["~encryption"] = {"provider": "luks"}


DERIVED: Mapping[tuple[str, str], Change] = {
    **{(type_name, "limits"): _limits for type_name in QUOTAS},
    ("image_quota", "limits"): _unified_limit,
    ("compute_user_quota", "limits"): _limits_of_user,
    ("compute_user_quota", "user_id"): _owner_of_limits,
    ("compute_user_quota", "project_id"): _owner_of_limits,
    ("network", "shared"): _shared("network"),
    ("qos_policy", "shared"): _shared("qos_policy"),
    ("address_scope", "shared"): _shared("address_scope"),
    ("subnet_pool", "shared"): _shared("subnetpool"),
    ("role_assignment", "user_id"): _other_user,
    ("role_assignment", "role_id"): _other_role,
    ("group_role_assignment", "group_id"): _other_group,
    ("group_role_assignment", "role_id"): _other_role,
    ("group", "members"): _members,
    ("credential", "access"): _access,
    ("implied_role", "prior_role_id"): _other_inference("prior"),
    ("implied_role", "implied_role_id"): _other_inference("implied"),
    ("group_member", "group_id"): _other_group,
    ("group_member", "user_id"): _other_user,
    ("port", "network_id"): _other_network,
    ("floating_ip", "port_forwardings"): _forwardings,
    ("trunk", "port_id"): _other_port,
    ("trunk", "sub_ports"): _other_vlan,
    ("router", "interfaces"): _interfaces,
    ("router", "conntrack_helpers"): _helpers,
    ("router", "further_gateways"): _further,
    ("router", "gateway_qos_policy_id"): _gateway_qos,
    ("router", "ndp_proxies"): _proxies,
    ("router", "external_gateway_info"): _gateway,
    ("security_group", "security_group_rules"): _rules,
    ("image", "properties"): _properties,
    ("volume", "readonly"): _readonly,
    ("volume_type", "is_public"): _published,
    ("volume_type", "qos_specs"): _other_qos,
    ("volume_type", "encryption"): _encrypted,
    **{("secret", name): of_secret(name, "another") for name in DESCRIBING},
    ("secret", "user_id"): of_secret("creator_id", "another"),
    ("secret", "content_types"): of_secret("~type", "application/octet-stream"),
    ("secret", "project_access"): of_secret("~access", {"project-access": False}),
    ("secret", "readers"): of_secret("~access", {"users": []}),
    ("volume", "server_ids"): _server_ids,
    ("server", "ports"): _ports,
    ("server", "volumes"): _volumes,
    ("server", "root_volume"): _root_volume,
    ("server", "deleted_volumes"): _deletion,
    ("server", "flavor_id"): _flavor,
    ("server", "server_groups"): _server_groups,
    **{("server", size): _resized(size) for size in ("vcpus", "ram", "disk", "swap")},
    ("server", "ephemeral"): _resized("OS-FLV-EXT-DATA:ephemeral"),
    ("server", "extra_specs"): _other_specs,
    ("server", "config_drive"): _config_drive,
    ("server", "image"): _base_image,
    ("server", "port_tags"): _other_tags,
    ("server", "volume_tags"): _of_volumes("tag"),
    ("server", "devices"): _of_volumes("device"),
    ("server", "locked_by"): _locked_by_admin,
    ("server", "OS-EXT-AZ:availability_zone"): _zone,
}
