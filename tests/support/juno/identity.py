"""The rows of the stand-in's Keystone, which both versions of its API share."""

import json
from typing import ClassVar

from typing_extensions import override

from tests.support.juno.api import JunoApi
from tests.support.juno.messages import UNAUTHORIZED, Json, Refused, Reply, Request

FORBIDDEN = "You are not authorized to perform the requested action: admin_required"


class Identity(JunoApi):
    """What both versions of Keystone's API do with its rows."""

    ports: ClassVar[tuple[str, ...]] = ("keystone", "keystone-admin")
    version: ClassVar[str]

    @property
    @override
    def state(self) -> Json:
        found: Json = self.cloud.state["keystone"]
        return found

    @override
    def answer(self, request: Request) -> Reply | None:
        """Answer only for a version that this cloud speaks."""
        return super().answer(request) if self.version in self.cloud.keystone_versions else None

    @override
    def envelope(self, refused: Refused) -> Json:
        titles = {400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found"}
        title = titles.get(refused.status, "Conflict" if refused.status == 409 else "Error")
        error = {"message": refused.message, "code": refused.status, "title": title}
        return {"error": error}

    def as_admin(self, request: Request) -> None:
        """Refuse everybody but an administrator."""
        if not self.cloud.caller(request).is_admin:
            raise Refused(403, FORBIDDEN)

    def row(self, kind: str, id_: str, word: str) -> Json:
        """Return the row of that id. Raises ``Refused`` without one."""
        found = next((row for row in self.state[kind] if row["id"] == id_), None)
        if found is None:
            raise Refused(404, f"Could not find {word}: {id_}")
        return dict(found)

    def change(self, kind: str, id_: str, fields: Json) -> None:
        """Change a row."""
        next(row for row in self.state[kind] if row["id"] == id_).update(fields)

    def log_in(self, name: str, password: str, tenant: str, key: str = "name") -> tuple[Json, Json]:
        """Return the user and the tenant of a login, {} without one. Raises ``Refused``."""
        user = next(
            (user for user in self.state["users"] if name in (user["name"], user["id"])), {}
        )
        known = self.state["passwords"].get(user.get("id"), f"PASSWORD-{user.get('name')}")
        if not user or password != known or not user["enabled"]:
            raise Refused(401, UNAUTHORIZED)
        if not tenant:
            return user, {}
        found = next((row for row in self.state["tenants"] if row[key] == tenant), None)
        if not found or not found["enabled"] or not self.roles_of(user["id"], found["id"]):
            raise Refused(401, UNAUTHORIZED)
        return user, found

    def roles_of(self, user_id: str, tenant_id: str) -> list[Json]:
        """Return the roles of a user in a tenant."""
        held = {each["role"] for each in self.grants_of(user_id, tenant_id)}
        return [role for role in self.state["roles"] if role["id"] in held]

    def grants_of(self, user_id: str, tenant_id: str) -> list[Json]:
        """Return what was granted to a user in a tenant."""
        mine = (each for each in self.state["grants"] if each["user"] == user_id)
        return [each for each in mine if each["tenant"] == tenant_id]

    def grant(self, user_id: str, tenant_id: str, role_id: str) -> bool:
        """Grant a role; return whether it was granted before."""
        grant = {"tenant": tenant_id, "user": user_id, "role": role_id}
        if grant in self.state["grants"]:
            return True
        self.state["grants"].append(grant)
        return False

    def revoke(self, user_id: str, tenant_id: str, role_id: str) -> bool:
        """Revoke a role; return whether it had been granted."""
        grant = {"tenant": tenant_id, "user": user_id, "role": role_id}
        if grant in self.state["grants"]:
            self.state["grants"].remove(grant)
            return True
        return False

    def issue(self, user: Json, tenant: Json) -> str:
        """Return a token, named as in the recordings."""
        parts = ["TOKEN", user["name"], *([tenant["name"]] if tenant else [])]
        token = "-".join(parts)
        self.cloud.tokens[token] = (user["id"], tenant.get("id", ""))
        return token

    def catalogue(self, tenant: Json) -> list[Json]:
        """Return the catalogue of a tenant in the form of v2.0."""
        if not tenant:
            return []
        text = json.dumps(self.state["catalogue"]).replace("{tenant}", tenant["id"])
        found: list[Json] = self.cloud.with_addresses(json.loads(text))
        return found

    def delete_tenant(self, tenant_id: str) -> None:
        """Delete a tenant with its roles and keys."""
        self.row("tenants", tenant_id, "project")
        self.drop("tenants", "id", tenant_id)
        self.drop("grants", "tenant", tenant_id)
        self.drop("ec2", "tenant_id", tenant_id)

    def delete_user(self, user_id: str) -> None:
        """Delete a user with its roles and keys."""
        self.row("users", user_id, "user")
        self.drop("users", "id", user_id)
        self.drop("grants", "user", user_id)
        self.drop("ec2", "user_id", user_id)

    def drop(self, kind: str, key: str, value: str) -> None:
        """Delete the rows that have that value."""
        self.state[kind] = [row for row in self.state[kind] if row[key] != value]
