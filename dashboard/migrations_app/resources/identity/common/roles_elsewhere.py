"""Where else on the destination a user or group has a role, or a role is held."""

from dashboard.clients.openstack import Json
from dashboard.migrations_app.resources.identity.common.assignment_ids import actor_of, id_of
from dashboard.migrations_app.resources.work import Work


def role_elsewhere(work: Work, kind: str, id_: str) -> str:
    """Return in words an assignment of something that this plan did not make, "" without one.

    ``kind`` is ``user``, ``group`` or ``role``.
    """
    query = {f"{kind}.id": id_}
    found = work.destination.list("identity", "/role_assignments", "role_assignments", **query)
    other = next((each for each in found if not _is_ours(work, each)), None)
    if other is None:
        return ""
    place = _place(other["scope"])
    return f"somebody holds it on {place}" if kind == "role" else f"has a role on {place}"


def _place(scope: Json) -> str:
    kind = next((kind for kind in ("project", "domain") if kind in scope), "")
    return f"{kind} {scope[kind]['id']}" if kind else "the whole system"


def _is_ours(work: Work, assignment: Json) -> bool:
    if "project" not in assignment["scope"]:
        return False
    id_ = id_of(assignment, assignment["scope"]["project"]["id"])
    is_of_group = actor_of(assignment) == "group"
    return work.is_ours("group_role_assignment" if is_of_group else "role_assignment", id_)
