"""Projects, users, and the roles of users."""

from collections.abc import Mapping
from typing import Any

from dashboard.clients.openstack import Json
from dashboard.migrations_app.planning.os_migrate.names import Names
from dashboard.migrations_app.planning.os_migrate.table import Table
from dashboard.migrations_app.resources.records import Record


def _domain(record: Record, names: Names) -> Json:
    return {"domain_ref": names.domain(record.fields.get("domain_id"))}


def _domain_and_parent(record: Record, names: Names) -> Json:
    parent, domain = record.fields.get("parent_id"), record.fields.get("domain_id")
    of_domain = names.domain(domain)
    parent_ref = of_domain if parent in (None, domain) else names.reference("project", parent)
    return {"domain_ref": of_domain, "parent_ref": parent_ref}


def _assignment_id(info: Mapping[str, Any]) -> str:
    """Return our id of a role of a user: os-migrate's has none."""
    ids = [str(info.get(f"{name}_id") or "") for name in ("user", "role", "project")]
    return ":".join(ids) if all(ids) else ""


def _project(record: Record, names: Names) -> Json:
    return {"project_ref": names.reference("project", names.reader.tenant.id)}


def _assignment_info(record: Record, names: Names) -> Json:
    """Return the project, and an id: os-migrate writes none, and then finds its own file broken."""
    return {"id": record.id, "project_id": names.reader.tenant.id}


PROJECT = Table(
    type="project",
    kind="openstack.identity.Project",
    file="projects.yml",
    params={
        "name": "name",
        "description": "description",
        "is_enabled": "enabled",
        "is_domain": "is_domain",
    },
    info={"id": "id", "domain_id": "domain_id", "parent_id": "parent_id"},
    fixed=("is_domain", "name"),
    more=_domain_and_parent,
)
USER = Table(
    type="user",
    kind="openstack.user.User",
    file="users.yml",
    params={
        "name": "name",
        "description": "description",
        "email": "email",
        "is_enabled": "enabled",
    },
    info={"id": "id", "domain_id": "domain_id", "default_project_id": "default_project_id"},
    references={"default_project_ref": ("default_project_id", "project")},
    fixed=("name",),
    more=_domain,
)
ROLE_ASSIGNMENT = Table(
    type="role_assignment",
    kind="openstack.identity.UserProjectRoleAssignment",
    file="user_project_role_assignments.yml",
    params={},
    info={"role_id": "role_id", "user_id": "user_id"},
    references={"role_ref": ("role_id", "role"), "user_ref": ("user_id", "user")},
    more=_project,
    more_info=_assignment_info,
    id_of=_assignment_id,
)
