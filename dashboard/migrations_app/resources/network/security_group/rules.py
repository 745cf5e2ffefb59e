"""Rules of security groups: which are the same, and how they read."""

from collections.abc import Callable, Iterable, Mapping
from ipaddress import ip_network
from typing import Any

from dashboard.clients.openstack import Json
from dashboard.migrations_app.resources.records import LeftOut

RULES, GROUP, ADDRESS_GROUP = "security_group_rules", "remote_group_id", "remote_address_group_id"
REMOTES = {GROUP: "security_group", ADDRESS_GROUP: "address_group"}
"""What a rule may name as its remote: the type by the attribute."""
# in the records of stored plans
_MIGRATED = "carried"

_COPIED = (
    *("direction", "ethertype", "port_range_min", "port_range_max"),
    *("protocol", "remote_ip_prefix", GROUP, "description"),
)
# Neutron's names of protocols; it stores a rule's protocol as it was given, name or number
_PROTOCOLS = {
    **{
        "hopopt": 0,
        "ip": 0,
        "icmp": 1,
        "igmp": 2,
        "ipip": 4,
        "tcp": 6,
        "egp": 8,
        "udp": 17,
        "dccp": 33,
    },
    **{"ipv6-encap": 41, "ipv6-route": 43, "ipv6-frag": 44, "rsvp": 46, "gre": 47, "esp": 50},
    **{"ah": 51, "icmpv6": 58, "ipv6-icmp": 58, "ipv6-nonxt": 59, "ipv6-opts": 60, "ospf": 89},
    **{"vrrp": 112, "pgm": 113, "sctp": 132, "udplite": 136},
}
_NAMES: dict[int | str, str] = {number: name for name, number in _PROTOCOLS.items()}


def marked(rules: Iterable[Json], known_groups: set[str]) -> list[Json]:
    """Return the rules, each with a mark whether it can be migrated.

    Without the remote that it names, a rule would let everybody in.
    """
    return [{**rule, _MIGRATED: _remotes(rule) <= known_groups} for rule in rules]


def _remotes(rule: Mapping[str, Any]) -> set[str]:
    return {rule[name] for name in REMOTES if rule.get(name)}


def without_groups(rules: Iterable[Json], left_out: LeftOut) -> list[Json]:
    """Return the rules, those that name a group which is left out marked as not migrated."""
    return [{**rule, _MIGRATED: rule[_MIGRATED] and not _names(rule, left_out)} for rule in rules]


def _names(rule: Mapping[str, Any], left_out: LeftOut) -> bool:
    return any(left_out(type_name, rule.get(name) or "") for name, type_name in REMOTES.items())


def translated(rule: Json, translate: Callable[[str, str], str]) -> Json:
    """Return a rule with other ids of the groups that it names."""
    remotes = {name: rule.get(name) for name in REMOTES}
    return {
        **rule,
        **{name: id_ and translate(REMOTES[name], id_) for name, id_ in remotes.items()},
    }


def migrated_rules(group: Mapping[str, Any]) -> list[Json]:
    """Return the rules of a group that can be migrated."""
    return [rule for rule in group[RULES] if rule[_MIGRATED]]


def lost_rules(group: Mapping[str, Any]) -> list[Json]:
    """Return the rules of a group that cannot be migrated."""
    return [rule for rule in group[RULES] if not rule[_MIGRATED]]


def remote_groups(rules: Iterable[Mapping[str, Any]], name: str = GROUP) -> set[str]:
    """Return the ids of all groups that rules name in that attribute as their remote."""
    return {rule[name] for rule in rules if rule.get(name)}


def rule_body(rule: Mapping[str, Any]) -> Json:
    """Return the attributes to create a rule with; not every Neutron has address groups."""
    group = {ADDRESS_GROUP: rule[ADDRESS_GROUP]} if rule.get(ADDRESS_GROUP) else {}
    return {**{name: rule.get(name) for name in _COPIED}, **group}


def rule_key(rule: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return what is equal for two rules with the same effect, however they are written."""
    return (
        rule.get("direction"),
        rule.get("ethertype"),
        _ports(rule),
        _protocol(rule),
        _prefix(rule),
        rule.get(GROUP),
        rule.get(ADDRESS_GROUP),
        rule.get("description") or "",
    )


def rule_sentence(rule: Mapping[str, Any]) -> str:
    """Return a rule in words: "ingress IPv4 tcp 22-22 with 10.0.0.0/8"."""
    protocol = _protocol(rule)
    ports = _ports(rule)
    remote = rule.get(GROUP) or rule.get(ADDRESS_GROUP)
    words = (
        rule["direction"],
        rule["ethertype"],
        "any" if protocol is None else _NAMES.get(protocol, str(protocol)),
        "" if ports == (None, None) else f"{ports[0]}-{ports[1]}",
        f"with group {remote}" if remote else f"with {_prefix(rule) or 'anybody'}",
        f"({rule['description']})" if rule.get("description") else "",
    )
    return " ".join(word for word in words if word)


def _protocol(rule: Mapping[str, Any]) -> int | str | None:
    """Return a rule's protocol: its number, its name where that is unknown, None for any."""
    given = str(rule.get("protocol") or "any").lower()
    if given == "any":
        return None
    protocol = int(given) if given.isdigit() else _PROTOCOLS.get(given, given)
    # Neutron turns ICMP of an IPv6 rule into ICMPv6
    is_icmp6 = protocol == _PROTOCOLS["icmp"] and rule.get("ethertype") == "IPv6"
    return _PROTOCOLS["ipv6-icmp"] if is_icmp6 else protocol


def _ports(rule: Mapping[str, Any]) -> tuple[int | None, int | None]:
    """Return a rule's ports: a Neutron of today stores 1 to 65535, which are all, as none."""
    ports = rule.get("port_range_min"), rule.get("port_range_max")
    return (None, None) if ports == (1, 65535) else ports


def _prefix(rule: Mapping[str, Any]) -> str | None:
    given = rule.get("remote_ip_prefix")
    return str(ip_network(given, strict=False)) if given else None
