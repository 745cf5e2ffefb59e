"""Keystone: projects, users, roles and who has which of them, and the tokens that follow."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.support.cloud.identity.assignments import Assignments
from tests.support.cloud.identity.collections import Domains, KeystoneCollection, Projects
from tests.support.cloud.identity.credentials import Credentials, Delegations
from tests.support.cloud.identity.limits import UnifiedLimits
from tests.support.cloud.identity.people import Groups, Users
from tests.support.cloud.identity.roles import Roles
from tests.support.cloud.identity.tokens import Tokens
from tests.support.cloud.messages import Json, Refused, Request
from tests.support.cloud.service import UNAUTHORIZED, Service, error_of_keystone

if TYPE_CHECKING:
    from tests.support.cloud.memory import MemoryCloud

PASSWORD = "the-password-of-the-operator"


class Identity(Service):
    """Keystone's v3 API. The account ``admin`` has the password ``PASSWORD``."""

    type = "identity"
    name = "keystone"
    root = "identity"
    prefix = "/v3"
    path_in_catalogue = "/v3"

    def __init__(self, cloud: "MemoryCloud") -> None:
        super().__init__(cloud)
        self.domains, self.projects, self.users = Domains(), Projects(), Users()
        self.groups, self.roles = Groups(), Roles()
        self.credentials = Credentials()
        cloud.add(self, self.domains, self.projects, self.users, self.groups, self.roles)
        cloud.add(self, self.credentials)
        self.delegations = Delegations(self)
        self.assignments = Assignments(self)
        self.tokens = Tokens(self)
        self.limits = UnifiedLimits(self)
        self._bootstrap()

    def identify(self, request: Request) -> Request:
        """Return the request with the token that it has, None for one that is not valid."""
        token = self.tokens.read(request.headers.get("X-Auth-Token", ""))
        return replace(request, token=token)

    def authorize(self, request: Request) -> None:
        """Refuse who has no token; what only administrators may do is said by the collections."""
        if (request.method, request.path) == ("POST", "/v3/auth/tokens"):
            return
        if request.token is None:
            raise Refused(401, UNAUTHORIZED)

    @property
    def denial(self) -> str:
        """Keystone's words for what the policy denies."""
        return "You are not authorized to perform the requested action."

    def envelope(self, refused: Refused) -> Json:
        """Return the body of an error."""
        return error_of_keystone(refused)

    def page(self, request: Request, key: str, rows: list[Json], *, id_: str = "id") -> Json:
        """Return all rows: Keystone has no pages."""
        query = "&".join(f"{name}={value[0]}" for name, value in request.query.items())
        own = f"{self.cloud.url}/identity/v3{request.path}{'?' if query else ''}{query}"
        return {"links": {"next": None, "previous": None, "self": own}, key: rows}

    def _bootstrap(self) -> None:
        """Make what keystone-manage bootstrap makes, and the projects of the services."""
        domain = {"name": "Default", "description": "The default domain", "enabled": True}
        self.domains.add({"id": "default", **domain})
        fixed = {"options": {"immutable": True}}
        roles = {name: self.roles.add({"name": name, **fixed})["id"] for name in self._role_names()}
        self._imply(roles)
        admin = self.projects.add({"name": "admin"})
        self.projects.add({"name": "service"})
        user = self.users.add({"name": "admin", "~password": PASSWORD})
        self.assignments.give(roles["admin"], user_id=user["id"], project_id=admin["id"])

    def _role_names(self) -> Iterable[str]:
        recent = ("manager",) if self.cloud.release.is_from("2023.1") else ()
        return ("admin", "member", "reader", "service", *recent)

    def _imply(self, roles: dict[str, str]) -> None:
        if not self.cloud.release.is_from("2023.1"):
            return
        for prior, implied in (("admin", "manager"), ("manager", "member"), ("member", "reader")):
            self.roles.imply(roles[prior], roles[implied])

    @property
    def admin_project_id(self) -> str:
        """The project of the administrator's account."""
        return str(self.projects.where(name="admin")[0]["id"])


__all__ = ["PASSWORD", "Identity", "KeystoneCollection"]
