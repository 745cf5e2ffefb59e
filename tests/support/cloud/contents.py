"""What is in a cloud in memory, to be compared with what was in it before."""

from collections import Counter
from typing import Any

from tests.support.cloud.memory import MemoryCloud
from tests.support.cloud.messages import Json
from tests.support.cloud.network.ports import GATEWAY

PASSING = ("clock",)
"""What changes in a cloud without anybody having changed it."""

_TOUCHED = frozenset({"updated_at", "updated", "revision_number", "~later"})


def contents(cloud: MemoryCloud) -> Json:
    """Return all rows of a cloud, without what changes whenever they are touched."""
    return {
        name: dict(_content(id_, row) for id_, row in rows.items())
        for name, rows in cloud.state.items()
        if name not in PASSING and rows
    }


def _content(id_: str, row: Any) -> tuple[str, Any]:
    """Return what to know a row by, and what is in it.

    Neutron makes a new port whenever a router is given its gateway back.
    """
    if not isinstance(row, dict):
        return id_, row
    if row.get("device_owner") == GATEWAY:
        addresses = [fixed["ip_address"] for fixed in row["fixed_ips"]]
        return f"gateway {addresses} of {row['device_id']}", row["fixed_ips"]
    content = {name: value for name, value in row.items() if name not in _TOUCHED}
    if "internal_port_id" in row:  # a forwarding, which nobody can make with the id that it had
        del content["id"]
        id_ = f"{row['protocol']} {row['external_port_range']} of {row['floatingip_id']}"
    if "router_id" in row and "ip_address" in row:  # neither can a proxy
        del content["id"], content["created_at"]
        id_ = f"{row['ip_address']} by {row['router_id']}"
    return id_, content


def changes_between(before: Json, after: Json) -> list[str]:
    """Return what differs between two contents of a cloud, in words."""
    found = []
    for name in sorted({*before, *after}):
        old, new = before.get(name, {}), after.get(name, {})
        found += [f"{name} {id_} is gone: {old[id_]}" for id_ in old.keys() - new.keys()]
        found += [f"{name} {id_} is new: {new[id_]}" for id_ in new.keys() - old.keys()]
        found += [
            f"{name} {id_} was {old[id_]} and is {new[id_]}"
            for id_ in old.keys() & new.keys()
            if old[id_] != new[id_]
        ]
    return found


def counts(cloud: MemoryCloud) -> Counter[str]:
    """Return how many rows of each collection a cloud has."""
    return Counter({name: len(rows) for name, rows in contents(cloud).items()})
