"""What grants of an object to another project have in common: they come with the later of both."""

from dashboard.migrations_app.resources.records import CREATE, MIGRATED, SKIP, Decision, Record


def awaited(project: str) -> Decision:
    """Return the decision about a grant to a project, by its name, that has not moved yet."""
    return Decision(action=SKIP, reason=f"It comes when project {project} moves.")


def awaited_by(record: Record) -> Decision:
    """Return that decision for a grant whose name ends with "for" and the project."""
    return awaited(record.name.rpartition(" for ")[2])


def unless_foreign(decision: Decision, granted: Decision | None, reason: str) -> Decision:
    """Return the decision, or with a reason to leave a grant alone whose object is not our own.

    ``granted`` is the decision about the object, None where the plan has none. One that was there
    before is the destination's: who else uses it is not changed.
    """
    is_ours = granted is None or granted.action in (CREATE, MIGRATED)
    if is_ours or decision.action != CREATE:
        return decision
    return Decision(action=SKIP, reason=reason)
