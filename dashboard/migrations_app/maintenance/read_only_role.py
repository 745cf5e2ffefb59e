"""Which role lets people look and change nothing. Found out by trying, never by release."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from dashboard.clients.openstack import CloudSession
from dashboard.clients.temporary_account import temporary_account
from dashboard.errors import NeedsOperator
from dashboard.migrations_app.maintenance.write_attempts import (
    Probe,
    named,
    try_account,
)

READER = "reader"
OWN_ROLE = "pumphouse-maintenance"
"""The role that policies of the operator deny writing to, where ``reader`` is not honoured."""


@dataclass(frozen=True, kw_only=True)
class Role:
    """A role of one cloud."""

    id: str
    name: str


def find_read_only_role(
    cloud: CloudSession, project_id: str, *, wanted: str = "", log: Callable[[str], None]
) -> Role:
    """Return the first role whose holder may look at everything and change nothing.

    Tried are ``wanted`` alone where the operator named one, else ``reader``, then the dedicated
    role. Raises ``NeedsOperator`` that names the services which let the last of them write.
    """
    probe = Probe(lax=(), blind=())
    for name in (wanted,) if wanted else (READER, OWN_ROLE):
        role = _own_role(cloud) if name == OWN_ROLE else role_named(cloud, name)
        if role is None:
            continue
        probe = _try_role(cloud, project_id, role)
        log(f"Tried the role {role.name}: {_told(probe)}.")
        if probe.is_read_only:
            return role
        if name == OWN_ROLE:
            _remove_unused(cloud, role)
    raise _refusal(cloud, wanted or OWN_ROLE, probe)


def open_beside(
    cloud: CloudSession, project_id: str, role: Role, others: Iterable[str]
) -> tuple[str, ...]:
    """Return the services that let those write who hold the role and also the others (ids).

    A service denies them writing where its policies say ``not role:…``; ``reader`` takes nothing.
    """
    with temporary_account(cloud, project_id, role_ids=[role.id, *others]) as account:
        return try_account(account).lax


def role_named(cloud: CloudSession, name: str) -> Role | None:
    """Return a role that is for the whole cloud, None when there is none of that name."""
    found = cloud.list("identity", "/roles", "roles", name=name)
    return next((Role(id=each["id"], name=name) for each in found if each["name"] == name), None)


def _own_role(cloud: CloudSession) -> Role:
    """Return the dedicated role, created if need be.

    It implies ``reader`` where that exists: newer services let nobody look without it. Keystones
    from before implied roles (2016) answer 404 to that.
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


def _told(probe: Probe) -> str:
    lax = f"it lets its holder write in {named(probe.lax)}" if probe.lax else ""
    blind = f"it does not let its holder look into {named(probe.blind)}" if probe.blind else ""
    return ", ".join(part for part in (lax, blind) if part) or "its holder can only look"


def _refusal(cloud: CloudSession, name: str, probe: Probe) -> NeedsOperator:
    if not (probe.lax or probe.blind):
        return NeedsOperator(
            f"Cloud {cloud.name} has no role {name}.", fix="Create it, or name another with --role."
        )
    return NeedsOperator(
        f"Cloud {cloud.name} has no read-only role: with {name}, {_told(probe)}.",
        fix=f"Install policies that deny writing to {OWN_ROLE} in these services: “pumphouse "
        "maintenance policies” writes them, and Fuel's settings of the plugin install them; then "
        "retry.",
    )
