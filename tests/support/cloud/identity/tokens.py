"""Tokens: given for passwords or other tokens, worth what the user's roles are worth now."""

from typing import TYPE_CHECKING, Any

from tests.support.cloud.messages import Answer, Json, Refused, Request, Token
from tests.support.cloud.service import UNAUTHORIZED

if TYPE_CHECKING:
    from tests.support.cloud.identity import Identity

LIFETIME = "2099-01-01T00:00:00.000000Z"
INTERFACES = ("public", "internal", "admin")


class Tokens:
    """The tokens of a cloud."""

    def __init__(self, service: "Identity") -> None:
        self.service = service
        service.route("POST", "auth/tokens", self.create)
        service.route("GET", "auth/tokens", self.show)

    @property
    def rows(self) -> dict[str, Json]:
        """All tokens that are valid. They are no part of the cloud's state: sessions keep them."""
        return self.service.cloud.tokens

    def read(self, id_: str) -> Token | None:
        """Return what a token is worth now, None where it is not valid (any more)."""
        row = self.rows.get(id_)
        user = self.service.users.rows.get(row["user_id"]) if row else None
        if row is None or user is None or not user["enabled"]:
            return None
        project_id = row["project_id"]
        project = self.service.projects.rows.get(project_id)
        if project_id and (project is None or not project["enabled"]):
            return None
        system = bool(row.get("system"))
        roles = self._scoped_roles(row)
        names, user_id = frozenset(roles.values()), user["id"]
        return Token(id=id_, user_id=user_id, project_id=project_id, roles=names, is_system=system)

    def _scoped_roles(self, row: Json) -> dict[str, str]:
        """Return the roles in the scope of a token; the account of bootstrap has the system's."""
        if row.get("system"):
            return {role["id"]: "admin" for role in self.service.roles.where(name="admin")}
        return self._roles(row["user_id"], row["project_id"]) if row["project_id"] else {}

    def _roles(self, user_id: str, project_id: str) -> dict[str, str]:
        ids = self.service.assignments.roles_in(user_id, project_id)
        return {id_: self.service.roles.rows[id_]["name"] for id_ in sorted(ids)}

    def forget_user(self, user_id: str) -> None:
        """End all tokens of a user."""
        for id_, row in [*self.rows.items()]:
            if row["user_id"] == user_id:
                del self.rows[id_]

    def create(self, request: Request) -> Answer:
        """Issue a token for a password or another token."""
        auth = request.body["auth"]
        user = self._user(auth["identity"])
        project = self._project(auth.get("scope"))
        if project and not self._roles(user["id"], project["id"]):
            raise Refused(401, UNAUTHORIZED)
        system = "system" in (auth.get("scope") or {})
        if system and user["name"] != "admin":
            raise Refused(401, UNAUTHORIZED)
        id_ = f"token-{self.service.cloud.new_id()}"
        scope = {"project_id": project["id"] if project else "", "system": system}
        self.rows[id_] = {"user_id": user["id"], **scope}
        return self._answer(id_, status=201)

    def show(self, request: Request) -> Answer:
        """Answer what a token is worth."""
        id_ = request.headers.get("X-Subject-Token", "")
        if self.read(id_) is None:
            raise Refused(404, "Could not find token.")
        return self._answer(id_, status=200)

    def _user(self, identity: Json) -> Json:
        """Return the user that proves who it is."""
        method = identity["methods"][0]
        if method == "token":
            row = self.rows.get(identity["token"]["id"])
            user = self.service.users.rows.get(row["user_id"]) if row else None
        else:
            given = identity[method]["user"]
            user = self._found(given, "users")
            if user and user.get("~password") != given.get("password"):
                user = None
        if user is None or not user["enabled"]:
            raise Refused(401, UNAUTHORIZED)
        if user.get("~must_change"):
            sentence = "The password is expired and needs to be changed for user: "
            raise Refused(401, f"{sentence}{user['id']}.")
        return user

    def _project(self, scope: Any) -> Json | None:
        if not isinstance(scope, dict) or "project" not in scope:
            return None
        project = self._found(scope["project"], "projects")
        if project is None or not project["enabled"]:
            raise Refused(401, UNAUTHORIZED)
        return project

    def _found(self, given: Json, path: str) -> Json | None:
        """Return a user or project that is named by its id, or by name and domain."""
        collection = self.service.cloud.collection("identity", path)
        if "id" in given:
            return collection.rows.get(given["id"])
        domain = given.get("domain", {"id": "default"})
        by_name = self.service.domains.where(name=domain.get("name", ""))
        domain_id = domain.get("id") or next((each["id"] for each in by_name), "")
        found = collection.where(name=given["name"], domain_id=domain_id)
        return found[0] if found else None

    def _answer(self, id_: str, *, status: int) -> Answer:
        row = self.rows[id_]
        token = {
            "methods": ["password"],
            "user": self._told("users", row["user_id"]),
            "audit_ids": [id_[-22:]],
            "expires_at": LIFETIME,
            "issued_at": self.service.cloud.now(form="%Y-%m-%dT%H:%M:%S.000000Z"),
        }
        if project_id := row["project_id"]:
            roles = self._roles(row["user_id"], project_id)
            token |= {
                "project": self._told("projects", project_id),
                "is_domain": False,
                "roles": [{"id": key, "name": name} for key, name in roles.items()],
                "catalog": self._catalogue(project_id),
            }
        if row.get("system"):
            roles = self._scoped_roles(row)
            token |= {
                "system": {"all": True},
                "roles": [{"id": key, "name": name} for key, name in roles.items()],
                "catalog": self._catalogue(""),
            }
        return Answer(status=status, body={"token": token}, headers={"X-Subject-Token": id_})

    def _told(self, path: str, id_: str) -> Json:
        found = self.service.cloud.collection("identity", path).get(id_)
        domain = self.service.domains.get(found["domain_id"])
        domain_told = {"id": domain["id"], "name": domain["name"]}
        return {"id": id_, "name": found["name"], "domain": domain_told}

    def _catalogue(self, project_id: str) -> list[Json]:
        return [
            {
                "id": service.name,
                "type": service.type_in_catalogue,
                "name": service.name,
                "endpoints": [
                    {
                        "id": f"{service.name}-{interface}",
                        "interface": interface,
                        "region": "RegionOne",
                        "region_id": "RegionOne",
                        "url": service.url_in_catalogue(project_id),
                    }
                    for interface in INTERFACES
                ],
            }
            for service in self.service.cloud.services.values()
        ]
