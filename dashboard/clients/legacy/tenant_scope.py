"""The operator inside of a tenant, for what an old API lets only the tenant itself do."""

from dataclasses import replace

from keystoneauth1 import exceptions as auth_errors
from keystoneauth1.adapter import Adapter

from dashboard.clients.legacy.found import Found
from dashboard.clients.logging_in import auth_plugin
from dashboard.errors import NeedsOperator

_OF_PROJECT = ("project_name", "project_domain_name", "project_domain_id", "tenant_name")


def compute_of(found: Found, project_id: str) -> Adapter:
    """Return an adapter to the compute service as the operator in that tenant.

    Old Nova takes only requests whose path names the tenant of the token. Raises ``NeedsOperator``
    if the operator has no role there, or a login that is tied to its scope.
    """
    access, options = found.access, found.access.service("compute")
    if access.fixed_scope:
        raise _cannot(found, project_id, f"its login has {access.fixed_scope}")
    auth = {name: value for name, value in access.auth.items() if name not in _OF_PROJECT}
    plugin = auth_plugin(replace(access, auth={**auth, "project_id": project_id}))
    try:
        address = plugin.get_endpoint(
            found.session,
            service_type=options.service_type or "compute",
            interface=options.interface,
            region_name=found.region(),
            skip_discovery=True,
        )
    except auth_errors.Unauthorized:
        raise _cannot(found, project_id, "it has no role there") from None
    return Adapter(found.session, auth=plugin, endpoint_override=address)


def _cannot(found: Found, project_id: str, why: str) -> NeedsOperator:
    return NeedsOperator(
        f"The account of cloud {found.access.name} cannot act in project {project_id}: {why}.",
        fix="Configure the password of an administrator who has a role in the project.",
    )
