"""What becomes of an object for which the operator chose another one by name or id."""

from collections.abc import Collection, Mapping, Sequence

from dashboard.clients.openstack import Json
from dashboard.migrations_app.resources.base import ResourceType
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import MAP, Decision, Record

LEAVE_OUT = "skip"
"""The choice that leaves an object out of the move, of whichever type it is."""

STRETCH = "stretch"
"""The choice by which a network is joined across both clouds while its tenant moves."""


def choice_of(choices: Mapping[str, str], type_name: str, id_: str, name: str) -> str:
    """Return what was chosen for an object, "" for nothing; its id is stronger than its name."""
    return str(choices.get(f"{type_name}:{id_}") or choices.get(f"{type_name}:{name}") or "")


def mapped_to_only(
    type_: ResourceType, record: Record, name: str, found: Sequence[Json], reader: TenantReader
) -> Decision:
    """Map an object to the only one found by that name or id; none or several are a problem."""
    if len(found) == 1:
        return Decision(action=MAP, destination_id=found[0]["id"])
    count = f"{len(found)} {type_.plural}" if found else f"no {type_.label}"
    return Decision(
        action=MAP,
        problem=f"Cloud {reader.cloud.name} has {count} named {name!r}.",
        fix=f"Create it there, or map {type_.name}:{record.name}=NAME-OR-ID to another one.",
    )


def unknown_choice(
    record: Record, what: str, choice: str, offered: Collection[str], reader: TenantReader
) -> Decision:
    """Return the problem of a choice that the destination does not offer, with all that it does."""
    return Decision(
        problem=f"Cloud {reader.cloud.name} has no {what} {choice!r}.",
        fix=f"Map {record.type}:{record.name} to one of: {', '.join(sorted(offered))}.",
    )
