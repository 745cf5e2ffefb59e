"""Who may use a private flavor: projects that have been given access."""

from dashboard.clients.openstack import CloudSession
from dashboard.errors import NeedsOperator


def projects_with_access(cloud: CloudSession, flavor_id: str) -> set[str]:
    """Return the ids of the projects that have access to a private flavor."""
    answer = cloud.get("compute", f"/flavors/{flavor_id}/os-flavor-access")
    return {entry["tenant_id"] for entry in answer["flavor_access"]}


def grant_access(cloud: CloudSession, flavor_id: str, project_id: str) -> bool:
    """Grant a project access to a private flavor; return False if it has it already."""
    if project_id in projects_with_access(cloud, flavor_id):
        return False
    body = {"addTenantAccess": {"tenant": project_id}}
    try:
        cloud.post("compute", f"/flavors/{flavor_id}/action", body)
    except NeedsOperator:
        # another server's step may have granted it a moment ago
        if project_id not in projects_with_access(cloud, flavor_id):
            raise
        return False
    return True


def revoke_access(cloud: CloudSession, flavor_id: str, project_id: str) -> None:
    """Revoke a project's access to a flavor; nothing happens if it has none."""
    if cloud.find("compute", f"/flavors/{flavor_id}", "flavor"):
        body = {"removeTenantAccess": {"tenant": project_id}}
        cloud.call("POST", "compute", f"/flavors/{flavor_id}/action", body=body, missing_ok=True)
