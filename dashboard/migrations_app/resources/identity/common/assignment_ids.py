"""What identifies a role assignment: the ids of its user or group, its role and its project.

One that only subprojects inherit is another assignment than one on the project itself, and stands
with another separator. Two tenants may have the same user in the same role.
"""

from dashboard.clients.openstack import Json
from dashboard.migrations_app.resources.identity_reader import INHERITED_TO

_OWN, _INHERITED = ":", "/"


def actor_of(assignment: Json) -> str:
    """Return who has the role: ``user`` or ``group``."""
    return "user" if "user" in assignment else "group"


def assignment_id(actor_id: str, role_id: str, project_id: str, *, inherited: bool = False) -> str:
    """Return what identifies the assignment of a role to a user or group on a project."""
    return (_INHERITED if inherited else _OWN).join((actor_id, role_id, project_id))


def assignment_path(id_: str, actor: str = "user") -> str:
    """Return the API's path of an assignment to a ``user`` or ``group``."""
    inherited = _INHERITED in id_
    actor_id, role_id, project_id = id_.split(_INHERITED if inherited else _OWN)
    path = f"/projects/{project_id}/{actor}s/{actor_id}/roles/{role_id}"
    return f"/OS-INHERIT{path}/inherited_to_projects" if inherited else path


def id_of(assignment: Json, project_id: str) -> str:
    """Return what identifies an assignment on a project, as Keystone lists it."""
    actor_id, role_id = assignment[actor_of(assignment)]["id"], assignment["role"]["id"]
    inherited = INHERITED_TO in assignment["scope"]
    return assignment_id(actor_id, role_id, project_id, inherited=inherited)
