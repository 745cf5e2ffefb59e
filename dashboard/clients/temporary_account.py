"""A Keystone account for the length of a question: what may somebody do who holds these roles?"""

import secrets as randomness
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from keystoneauth1.exceptions import ClientException

from dashboard.clients.openstack import CloudSession, Json
from dashboard.clients.refusals import PASSING_STATUSES
from dashboard.errors import PumphouseError, Retryable

DESCRIPTION = "Made by Pumphouse to try what a role may do; it may be deleted."


@dataclass(frozen=True, kw_only=True)
class TemporaryAccount:
    """An account with roles in one project. Its password is never stored."""

    operator: CloudSession
    cloud: CloudSession
    id: str
    project_id: str

    def give(self, role_id: str) -> None:
        """Assign it another role in its project."""
        self.operator.put("identity", self._grant(role_id))

    def take(self, role_id: str) -> None:
        """Revoke one of its roles."""
        self.operator.delete("identity", self._grant(role_id))

    def token(self) -> str:
        """Return its token: one that was issued at the first call of this."""
        return self.cloud.fresh_token(seconds=60)

    def answer(
        self, method: str, service: str, path: str, *, body: Json | None = None, token: str
    ) -> Any:
        """Do one request with exactly that token and return the answer, whatever its status.

        A token that is refused is not renewed, as it would be everywhere else. Raises ``Retryable``
        where the service does not answer, or says that it cannot now.
        """
        url = self.cloud.endpoint(service).rstrip("/") + path
        try:
            response = self.cloud.session.request(
                url,
                method,
                json=body,
                headers={"X-Auth-Token": token},
                authenticated=False,
                raise_exc=False,
            )
        except ClientException:
            raise Retryable(f"Cloud {self.cloud.name} does not answer at {url}.") from None
        if response.status_code in PASSING_STATUSES - {413}:
            raise Retryable(
                f"Cloud {self.cloud.name} answered {response.status_code} to "
                f"{method} {service} {path}."
            )
        return response

    def _grant(self, role_id: str) -> str:
        return f"/projects/{self.project_id}/users/{self.id}/roles/{role_id}"


@contextmanager
def temporary_account(
    operator: CloudSession, project_id: str, *, role_ids: Iterable[str]
) -> Iterator[TemporaryAccount]:
    """Make an account with roles in a project, and delete it on leaving.

    What a killed process has left is found by its name and deleted first. The account is made in
    the operator's own domain: that of the tenant may be a directory that nobody can write to.
    """
    domain_id = _own_domain(operator)
    remove_temporary_account(operator, project_id)
    password = "aA1-" + randomness.token_urlsafe(32)
    user = {
        "name": _name(project_id),
        "domain_id": domain_id,
        "password": password,
        "description": DESCRIPTION,
        "enabled": True,
    }
    id_ = str(operator.post("identity", "/users", {"user": user}, "user")["id"])
    try:
        cloud = operator.as_user(id_, password=password, project_id=project_id)
        account = TemporaryAccount(operator=operator, cloud=cloud, id=id_, project_id=project_id)
        for role_id in role_ids:
            account.give(role_id)
        yield account
    finally:
        operator.delete("identity", f"/users/{id_}")


def remove_temporary_account(operator: CloudSession, project_id: str) -> None:
    """Delete the account that was made for a project, if there is one."""
    name, domain_id = _name(project_id), _own_domain(operator)
    found = operator.list("identity", "/users", "users", name=name, domain_id=domain_id)
    for user in found:
        operator.delete("identity", f"/users/{user['id']}")


def is_temporary(user_name: str, project_id: str) -> bool:
    """Return whether a user is the account that was made for a project."""
    return user_name == _name(project_id)


def has_service(cloud: CloudSession, service: str) -> bool:
    """Return whether a cloud's catalogue has a service."""
    try:
        return bool(cloud.endpoint(service))
    except Retryable:
        raise
    except PumphouseError:
        return False


def _own_domain(operator: CloudSession) -> str:
    user = operator.get("identity", f"/users/{operator.user_id}", "user")
    return str(user.get("domain_id") or "default")


def _name(project_id: str) -> str:
    return f"pumphouse-probe-{project_id}"
