"""Who may use a private flavor: projects that have been given access."""

from dashboard.clients.openstack import CloudSession
from dashboard.errors import NeedsOperator
from dashboard.migrations_app.resources.work import Work


def projects_with_access(cloud: CloudSession, flavor_id: str) -> set[str]:
    """Return the ids of the projects that have access to a private flavor."""
    answer = cloud.get("compute", f"/flavors/{flavor_id}/os-flavor-access")
    return {entry["tenant_id"] for entry in answer["flavor_access"]}


def grant_access(work: Work, flavor_id: str) -> bool:
    """Grant the tenant's project access to a private flavor; return False if it has it already."""
    if work.project_id in projects_with_access(work.destination, flavor_id):
        return False
    body = {"addTenantAccess": {"tenant": work.project_id}}
    try:
        work.destination.post("compute", f"/flavors/{flavor_id}/action", body)
    except NeedsOperator:
        # another server's step may have granted it a moment ago
        if work.project_id not in projects_with_access(work.destination, flavor_id):
            raise
        return False
    return True


def revoke_access(work: Work, flavor_id: str) -> None:
    """Revoke the access of the tenant's project; nothing happens if it has none."""
    if work.destination.find("compute", f"/flavors/{flavor_id}", "flavor"):
        body = {"removeTenantAccess": {"tenant": work.project_id}}
        path = f"/flavors/{flavor_id}/action"
        work.destination.call("POST", "compute", path, body=body, missing_ok=True)
