"""Finds a role that lets users see everything and change nothing: by trying, not by release."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from dashboard.clients.openstack import CloudSession
from dashboard.clients.temporary_account import temporary_account
from dashboard.errors import NeedsOperator
from dashboard.migrations_app.maintenance.write_attempts import (
    Probe,
    listed,
    try_account,
)

READER = "reader"
OWN_ROLE = "pumphouse-maintenance"
"""The role to which the operator's policies deny writing, where ``reader`` does not do."""


@dataclass(frozen=True, kw_only=True)
class Role:
    """A role of one cloud."""

    id: str
    name: str


def find_read_only_role(
    cloud: CloudSession, project_id: str, *, wanted: str = "", log: Callable[[str], None]
) -> Role:
    """Return the first role whose holder can see everything and change nothing.

    Tries ``wanted`` if the operator named a role, else ``reader``, then the dedicated role. Raises
    ``NeedsOperator``, with the services in which the last of them can write.
    """
    probe = Probe(writable=(), unreadable=())
    for name in (wanted,) if wanted else (READER, OWN_ROLE):
        role = _own_role(cloud) if name == OWN_ROLE else role_named(cloud, name)
        if role is None:
            continue
        probe = _try_role(cloud, project_id, role)
        log(f"Tried the role {role.name}: {_described(probe)}.")
        if probe.is_read_only:
            return role
        if name == OWN_ROLE:
            _remove_unused(cloud, role)
    raise _refusal(cloud, wanted or OWN_ROLE, probe)


def open_beside(
    cloud: CloudSession, project_id: str, role: Role, others: Iterable[str]
) -> tuple[str, ...]:
    """Return the services in which a holder of the role can write who also has the other roles.

    A service denies that where its policies say ``not role:…``; ``reader`` denies nothing.
    """
    with temporary_account(cloud, project_id, role_ids=[role.id, *others]) as account:
        return try_account(account).writable


def role_named(cloud: CloudSession, name: str) -> Role | None:
    """Return the role of that name that is for the whole cloud, None if there is none."""
    found = cloud.list("identity", "/roles", "roles", name=name)
    return next((Role(id=each["id"], name=name) for each in found if each["name"] == name), None)


def _own_role(cloud: CloudSession) -> Role:
    """Return the dedicated role, created if necessary.

    It implies ``reader`` where that exists, without which newer services show nothing. A Keystone
    without implied roles (before 2016) answers 404.
    """
    role = role_named(cloud, OWN_ROLE)
    if role is None:
        body = {"role": {"name": OWN_ROLE, "description": "Denied all writing by policies."}}
        role = Role(id=str(cloud.post("identity", "/roles", body, "role")["id"]), name=OWN_ROLE)
    if reader := role_named(cloud, READER):
        _imply(cloud, role, reader)
    return role


def _imply(cloud: CloudSession, role: Role, reader: Role) -> None:
    path = f"/roles/{role.id}/implies/{reader.id}"
    if cloud.find("identity", path) is None:
        cloud.call("PUT", "identity", path, missing_ok=True)


def _remove_unused(cloud: CloudSession, role: Role) -> None:
    query = {"role.id": role.id}
    if not any(cloud.list("identity", "/role_assignments", "role_assignments", **query)):
        cloud.delete("identity", f"/roles/{role.id}")


def _try_role(cloud: CloudSession, project_id: str, role: Role) -> Probe:
    with temporary_account(cloud, project_id, role_ids=[role.id]) as account:
        return try_account(account)


def _described(probe: Probe) -> str:
    writes = f"its holder can write in {listed(probe.writable)}" if probe.writable else ""
    blind = f"its holder cannot read in {listed(probe.unreadable)}" if probe.unreadable else ""
    return ", ".join(part for part in (writes, blind) if part) or "its holder can only read"


def _refusal(cloud: CloudSession, name: str, probe: Probe) -> NeedsOperator:
    if not (probe.writable or probe.unreadable):
        return NeedsOperator(
            f"Cloud {cloud.name} has no role {name}.", fix="Create it, or name another with --role."
        )
    return NeedsOperator(
        f"Cloud {cloud.name} has no read-only role: with {name}, {_described(probe)}.",
        fix=f"Install policies that deny writing to {OWN_ROLE} in these services, then retry: "
        "“pumphouse maintenance policies” writes them, and the plugin's settings in Fuel install "
        "them.",
    )
