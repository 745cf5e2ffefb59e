"""Security groups: nova-network's rules only let in, and what leaves a server is free."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from ipaddress import ip_network

from dashboard.clients.legacy.nova_network.made_ids import group_id, made_id
from dashboard.clients.legacy.translator import Json

DEFAULT = "default"
_ANY = -1
EGRESS_RULES = 2

Groups = Callable[[str, str], str]


def group_of(row: Json, groups: Groups, defaults: Sequence[Json]) -> Json:
    """Return the group of a row of os-security-groups, with Neutron's two rules for egress.

    ``defaults`` are the rules that default groups get when they are made.
    """
    owner = _owner(row)
    named = {"default_rules": [*map(_default_rule, defaults)]}
    return {
        **{"id": group_id(row["id"]), "name": row["name"], **owner},
        "description": row.get("description") or "",
        "security_group_rules": [
            *(_egress(row, version) for version in ("IPv4", "IPv6")),
            *(_ingress(row, rule, groups) for rule in row["rules"]),
        ],
        **(named if row["name"] == DEFAULT and defaults else {}),
    }


def lookup(rows: Iterable[Json]) -> Groups:
    """Return what finds a group's id by its tenant and name, "" for none."""
    ids: Mapping[tuple[str, str], str] = {
        (row["tenant_id"], row["name"]): group_id(row["id"]) for row in rows
    }
    return lambda tenant, name: ids.get((tenant, name), "")


def _owner(row: Json) -> Json:
    return {"project_id": row["tenant_id"], "tenant_id": row["tenant_id"]}


def _egress(row: Json, version: str) -> Json:
    id_ = made_id("egress rule", row["id"], version)
    return {**_rule(row, id_), "direction": "egress", "ethertype": version}


def _ingress(row: Json, rule: Json, groups: Groups) -> Json:
    """Return a rule; a source that no group is any more stands for a group that nobody knows."""
    cidr, source = (rule.get("ip_range") or {}).get("cidr"), rule.get("group") or {}
    group = source and (
        groups(source["tenant_id"], source["name"]) or made_id("no group", *source.values())
    )
    return {
        **_rule(row, made_id("rule", rule["id"])),
        "direction": "ingress",
        "ethertype": f"IPv{ip_network(cidr, strict=False).version}" if cidr else "IPv4",
        **_protocol(rule),
        **{"remote_ip_prefix": cidr, "remote_group_id": group or None},
    }


def _rule(row: Json, id_: str) -> Json:
    return {
        **{"id": id_, "security_group_id": group_id(row["id"]), **_owner(row)},
        **{"protocol": None, "port_range_min": None, "port_range_max": None},
        **{"remote_ip_prefix": None, "remote_group_id": None, "description": ""},
    }


def _protocol(rule: Json) -> Json:
    """Return the protocol and ports: -1 is any. Of ICMP they are the type and the code."""
    protocol = (rule.get("ip_protocol") or "").lower()
    low, high = (None if rule.get(name) in (_ANY, None) else rule[name] for name in _PORTS)
    return {"protocol": protocol or None, "port_range_min": low, "port_range_max": high}


_PORTS = ("from_port", "to_port")


def _default_rule(rule: Json) -> str:
    """Return a rule in words: "tcp 22-22 from 10.0.0.0/8"."""
    said = _protocol(rule)
    low, high = said["port_range_min"], said["port_range_max"]
    ports = "" if low is None else f" {low}-{high}"
    return f"{said['protocol'] or 'any'}{ports} from {rule['ip_range'].get('cidr', 'anywhere')}"
