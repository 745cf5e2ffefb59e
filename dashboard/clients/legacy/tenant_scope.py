"""The operator inside of a tenant, for what an old API lets only the tenant itself do."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from keystoneauth1 import exceptions as auth_errors
from keystoneauth1.adapter import Adapter

from dashboard.clients.legacy.found import Found
from dashboard.clients.logging_in import auth_plugin
from dashboard.errors import NeedsOperator

_OF_PROJECT = ("project_name", "project_domain_name", "project_domain_id", "tenant_name")
_ADMIN = "admin"
# who has lent itself a role must not take it from another thread that needs it
_lock = threading.Lock()


@contextmanager
def compute_in(found: Found, project_id: str) -> Iterator[Adapter]:
    """Yield an adapter to the compute service as the operator in that tenant.

    Old Nova takes only requests whose path names the tenant of the token. An operator without a
    role there gets the one of its own project while inside. Raises ``NeedsOperator`` if that is
    refused, or the login is tied to its scope.
    """
    if found.access.fixed_scope:
        raise _cannot(found, project_id, f"its login has {found.access.fixed_scope}")
    with _lock, ExitStack() as lent:
        _take_back(found)
        adapter = _scoped(found, project_id)
        if adapter is None:
            lent.enter_context(_with_role(found, project_id))
            adapter = _scoped(found, project_id)
        if adapter is None:
            raise _cannot(found, project_id, "Keystone gives it no token for that")
        yield adapter


def take_back(found: Found) -> None:
    """Take away the roles that processes have lent themselves and left in tenants."""
    with _lock:
        _take_back(found)


def _take_back(found: Found) -> None:
    for path in [*found.access.lent_roles.left(found.access.name)]:
        _revoke(found, path)


def _revoke(found: Found, path: str) -> None:
    """Take a lent role away; where that fails, the next one tries again."""
    answer = found.other("identity").request(path, "DELETE", raise_exc=False)
    if answer.status_code < 400 or answer.status_code == 404:
        found.access.lent_roles.forget(found.access.name, path)


def _scoped(found: Found, project_id: str) -> Adapter | None:
    """Return the adapter, None where the operator has no role in the tenant."""
    access, options = found.access, found.access.service("compute")
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
        return None
    return Adapter(found.session, auth=plugin, endpoint_override=address)


@contextmanager
def _with_role(found: Found, project_id: str) -> Iterator[None]:
    """Lend the operator its own role in a tenant while inside."""
    identity, login = found.other("identity"), found.login
    listed = identity.request("/roles", "GET").json()["roles"]
    mine = [role for role in listed if role["name"] in login.role_names]
    mine.sort(key=lambda role: role["name"] != _ADMIN)
    path = f"/projects/{project_id}/users/{login.user_id}/roles/{mine[0]['id']}"
    found.access.lent_roles.lend(found.access.name, path)
    granted = identity.request(path, "PUT", raise_exc=False)
    if granted.status_code >= 400:
        found.access.lent_roles.forget(found.access.name, path)
        raise _cannot(found, project_id, "it has no role there, and Keystone gives it none")
    try:
        yield
    finally:
        _revoke(found, path)


def _cannot(found: Found, project_id: str, why: str) -> NeedsOperator:
    return NeedsOperator(
        f"The account of cloud {found.access.name} cannot act in project {project_id}: {why}.",
        fix="Enable the project if it is disabled, and configure the password of an administrator "
        "who has a role there.",
    )
