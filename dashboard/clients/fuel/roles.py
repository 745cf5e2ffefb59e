"""The roles of an environment's nodes: which go together, which are open, which have a public
network.

Nailgun checks all of it when a node gets its roles or its interfaces. A reassignment checks it in
its plan, since by then the host has been erased.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.clients.fuel.objects import Environment, Json
from dashboard.clients.fuel.restrictions import UnreadableCondition, holds

ALL = "*"
CONTROLLER = "controller"


@dataclass(frozen=True, kw_only=True)
class Role:
    """A role. ``restrictions`` are conditions under which it is closed, each with a message.

    ``is_public`` says that its nodes have a public network, ``is_public_with_dvr`` that they have
    one where Neutron routes on every node.
    """

    name: str
    conflicts: frozenset[str] = frozenset()
    restrictions: Sequence[tuple[str, str]] = ()
    is_public: bool = False
    is_public_with_dvr: bool = False

    @classmethod
    def of(cls, data: Json) -> "Role":
        """Read Nailgun's JSON."""
        meta = data["meta"]
        conflicts = meta.get("conflicts") or ()
        return cls(
            name=data["name"],
            conflicts=frozenset([ALL] if conflicts == ALL else conflicts),
            restrictions=tuple(map(_restriction, meta.get("restrictions") or ())),
            is_public=bool(meta.get("public_ip_required")),
            is_public_with_dvr=bool(meta.get("public_for_dvr_required")),
        )

    def excludes(self, other: str) -> bool:
        """Return whether a node that has this role cannot have the other one."""
        return other != self.name and (other in self.conflicts or ALL in self.conflicts)


def _restriction(data: Any) -> tuple[str, str]:
    """Return condition and message of a restriction, which Nailgun writes in three ways."""
    if isinstance(data, str):
        return data, ""
    if "condition" in data:
        return data["condition"], data.get("message") or ""
    ((condition, message),) = data.items()
    return condition, message


def conflicts_among(roles: Iterable[str], known: Mapping[str, Role]) -> list[tuple[str, str]]:
    """Return the pairs of roles that no node can have together."""
    names = list(dict.fromkeys(roles))
    return [
        (one, other)
        for number, one in enumerate(names)
        for other in names[number + 1 :]
        if _excludes(known, one, other) or _excludes(known, other, one)
    ]


def _excludes(known: Mapping[str, Role], one: str, other: str) -> bool:
    return one in known and known[one].excludes(other)


def closed_because(role: Role, models: Mapping[str, Any]) -> Iterator[str]:
    """Yield why nobody can have a role, in Fuel's words; ``models`` are those of conditions.

    A condition that cannot be read does not close the role: Fuel itself decides then.
    """
    for condition, message in role.restrictions:
        try:
            is_closed = holds(condition, models)
        except UnreadableCondition:
            continue
        if is_closed:
            yield (message or condition).rstrip(".")


def unread_conditions(role: Role, models: Mapping[str, Any]) -> Iterator[str]:
    """Yield the conditions of a role that cannot be read."""
    for condition, _ in role.restrictions:
        try:
            holds(condition, models)
        except UnreadableCondition:
            yield condition


def has_public_network(
    roles: Iterable[str], known: Mapping[str, Role], *, environment: Environment, settings: Json
) -> bool:
    """Return whether a node with these roles has the network ``public``, by Nailgun's own rule.

    ``settings`` are the environment's editable ones. A master that tells nothing of roles gives it
    to controllers.
    """
    assignment = settings.get("public_network_assignment")
    if environment.net_provider == "nova_network" or not assignment:
        return True
    if assignment["assign_to_all_nodes"]["value"]:
        return True
    if not known:
        return CONTROLLER in roles
    dvr = (settings.get("neutron_advanced_configuration") or {}).get("neutron_dvr") or {}
    wanted = [known[role] for role in roles if role in known]
    return any(role.is_public or (dvr.get("value") and role.is_public_with_dvr) for role in wanted)
