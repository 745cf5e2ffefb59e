"""Quotas of networks, which are Nova's with nova-network."""

from collections.abc import Mapping

from dashboard.clients.legacy.nova_network.security_groups import EGRESS_RULES

_UNLIMITED = -1
_GROUPS, _RULES = "security_groups", "security_group_rules"
# Neutron's names of those that are counted in the same way
_NAMES = {"floatingip": "floating_ips", "security_group": _GROUPS}


def limits_of(quota_set: Mapping[str, int]) -> dict[str, int]:
    """Return the limits under Neutron's names.

    Nova limits the rules of each group, Neutron those of all: there are as many as Nova would let
    all groups together have, with the rules for egress that each of Neutron's groups has.
    """
    found = {name: quota_set[theirs] for name, theirs in _NAMES.items() if theirs in quota_set}
    if _GROUPS in quota_set and _RULES in quota_set:
        groups, rules = quota_set[_GROUPS], quota_set[_RULES]
        is_limited = _UNLIMITED not in (groups, rules)
        found["security_group_rule"] = groups * (rules + EGRESS_RULES) if is_limited else _UNLIMITED
    return found


def quota_set_of(limits: Mapping[str, int]) -> dict[str, int]:
    """Return Nova's names of limits that are to be set; rules are limited by group there."""
    return {_NAMES[name]: limit for name, limit in limits.items() if name in _NAMES}


def detailed(limits: Mapping[str, int], used: Mapping[str, int]) -> dict[str, dict[str, int]]:
    """Return the limits with what is used, as Neutron's details of quotas are."""
    return {
        name: {"limit": limit, "used": used[name], "reserved": 0} for name, limit in limits.items()
    }
