"""The project above a project, which only the create call can set."""

from collections.abc import Mapping
from dataclasses import replace

from dashboard.clients.openstack import Json
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import Decision, Loss, Record

PARENT_NAME = "parent_name"


def parent_of(fields: Json, reader: TenantReader) -> Mapping[str, str | None]:
    """Return the id and the name of the project above one, None at the top of a domain.

    A project there names its domain as its parent.
    """
    parent_id = fields.get("parent_id")
    if not parent_id or parent_id == fields["domain_id"]:
        return {"parent_id": None}
    parent = reader.cloud.find("identity", f"/projects/{parent_id}", "project") or {}
    return {"parent_id": parent_id, PARENT_NAME: parent.get("name", parent_id)}


def decided_parent(
    record: Record, decision: Decision, domain_id: str, reader: TenantReader
) -> Decision:
    """Return the decision with what the parent has become, or with its loss.

    Keystone wants both in one domain, and changes the parent of no project.
    """
    parent_id = record.fields.get("parent_id")
    if not parent_id:
        return decision
    there = reader.destination_ids.get(("project", parent_id), "")
    found = reader.cloud.find("identity", f"/projects/{there}", "project") if there else None
    if found and found["domain_id"] == domain_id:
        return replace(decision, resolution={**decision.resolution, "parent_id": there})
    name = record.fields.get(PARENT_NAME, parent_id)
    why = f"is in another domain on {reader.cloud.name}" if found else "has not moved"
    reason = f"It is created directly in its domain because its parent {name} {why}."
    loss = Loss(field="parent_id", value=parent_id, reason=reason)
    return replace(decision, losses=[*decision.losses, loss])
