"""Whether a name and a password are those of an account of Fuel, and which roles it has there."""

from collections.abc import Iterable

from keystoneauth1 import exceptions as auth_errors
from keystoneauth1 import identity
from keystoneauth1.identity.base import BaseIdentityPlugin
from keystoneauth1.session import Session

from dashboard import secrets
from dashboard.clients.fuel.endpoint import FuelEndpoint
from dashboard.errors import Retryable

ANSWER_SECONDS = 10.0


def roles_in_fuel(endpoint: FuelEndpoint, *, username: str, password: str) -> frozenset[str] | None:
    """Ask the Keystone of a Fuel master, and return the account's roles in Fuel's tenant.

    No roles for an account of another tenant, None where Keystone refuses name or password. By API
    v2.0, or v3 where that is gone. Raises ``Retryable`` when Keystone does not answer.
    """
    with secrets.hidden(password):
        return _asked(endpoint, username, password)


def _asked(endpoint: FuelEndpoint, username: str, password: str) -> frozenset[str] | None:
    root = f"{endpoint.root}/keystone"
    session = Session(verify=endpoint.verify, timeout=ANSWER_SECONDS, redirect=False)
    try:
        try:
            return _roles(_by_version_two(root, endpoint.tenant, username, password), session)
        except (auth_errors.NotFound, auth_errors.Gone):
            return _roles(_by_version_three(root, endpoint.tenant, username, password), session)
    except auth_errors.ClientException:
        raise Retryable(
            f"The Keystone of Fuel at {endpoint.host} does not answer.",
            fix="Try again later, or log in with an account of Pumphouse's own.",
        ) from None


def _roles(attempts: Iterable[BaseIdentityPlugin], session: Session) -> frozenset[str] | None:
    """Log in with the tenant, then without: Keystone says of an account that is in another one
    only that it is not allowed, as it does of a wrong password."""
    for attempt in attempts:
        try:
            return frozenset(attempt.get_auth_ref(session).role_names)
        except (auth_errors.Unauthorized, auth_errors.Forbidden):
            continue
    return None


def _by_version_two(
    root: str, tenant: str, username: str, password: str
) -> list[BaseIdentityPlugin]:
    address = f"{root}/v2.0"
    return [
        identity.V2Password(address, username, password, tenant_name=tenant),
        identity.V2Password(address, username, password),
    ]


def _by_version_three(
    root: str, tenant: str, username: str, password: str
) -> list[BaseIdentityPlugin]:
    account = {"username": username, "password": password, "user_domain_id": "default"}
    return [
        identity.V3Password(
            f"{root}/v3", project_name=tenant, project_domain_id="default", **account
        ),
        identity.V3Password(f"{root}/v3", unscoped=True, **account),
    ]
