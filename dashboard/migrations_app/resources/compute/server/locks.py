"""Locks of servers: who set them and why, and how the copy gets the same one.

Nova tells no API user who locked a server. Its instance actions do, by the project that asked: a
lock from the server's own project is its owner's, any other one an administrator's, which the
owner cannot take off. Old actions may have been purged.
"""

from collections.abc import Iterable

from dashboard.clients.openstack import Json
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import Loss, Record
from dashboard.migrations_app.resources.work import Work

LOCKED, REASON, BY = "locked", "locked_reason", "locked_by"
OWNER, ADMIN = "owner", "admin"
# since then a lock has a reason
REASONS_SINCE = "2.73"


def lock_fields(server: Json, reader: TenantReader) -> Json:
    """Return whether, why and by whom a server is locked; "" for somebody unknown.

    The locks of a maintenance are not the tenant's. Nova tells locks from microversion 2.9 on.
    """
    if LOCKED not in server:
        return {}
    if not server[LOCKED] or server["id"] in reader.maintenance_locks:
        return {LOCKED: False, BY: "", **({REASON: None} if REASON in server else {})}
    return {LOCKED: True, BY: _who_locked(server, reader)}


def lock_copy(work: Work) -> None:
    """Lock the copy as the source's server is, by its owner or else by the operator.

    Nova refuses the owner everything afterwards: this comes last.
    """
    fields = work.record.fields
    if not fields.get(LOCKED):
        return
    is_owners = fields.get(BY) == OWNER
    cloud = work.session_as(fields["user_id"]) if is_owners else work.destination
    reason = fields.get(REASON) if cloud.supports("compute", REASONS_SINCE) else None
    body = {"lock": {REASON: reason} if reason else None}
    microversion = REASONS_SINCE if reason else ""
    cloud.post("compute", _action(work), body, microversion=microversion)


def unlock_copy(work: Work) -> None:
    """Take off the lock of the copy, so that its owner can be acted for again."""
    if work.record.fields.get(LOCKED) and work.destination_id:
        body = {"unlock": None}
        work.destination.call("POST", "compute", _action(work), body=body, missing_ok=True)


def lock_losses(record: Record) -> Iterable[Loss]:
    """Return the loss of who locked a server, where the source does not tell it any more."""
    if record.fields.get(LOCKED) and not record.fields[BY]:
        reason = (
            "Nova's instance actions do not tell who locked it: the operator locks the copy, and "
            "only an administrator can unlock it."
        )
        yield Loss(field=BY, value=None, reason=reason)


def _who_locked(server: Json, reader: TenantReader) -> str:
    """Replay the locks: an owner's leaves a lock as it is, an administrator's takes it over."""
    path = f"/servers/{server['id']}/os-instance-actions"
    actions = reader.list("compute", path, "instanceActions")
    by = ""
    for action in sorted(actions, key=lambda each: str(each["start_time"])):
        if action["action"] == "unlock":
            by = ""
        elif action["action"] == "lock" and action["project_id"] != server["tenant_id"]:
            by = ADMIN
        elif action["action"] == "lock":
            by = by or OWNER
    return by


def _action(work: Work) -> str:
    return f"/servers/{work.destination_id}/action"
