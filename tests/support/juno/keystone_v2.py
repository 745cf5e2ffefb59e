"""Keystone v2.0 of the stand-in, on its public and its admin port."""

from typing import Any, ClassVar

from tests.support.juno.api import route
from tests.support.juno.identity import Identity
from tests.support.juno.messages import Json, Refused, Reply, Request

ADMIN = ("keystone-admin",)
PUBLIC = ("keystone",)
MEMBER = "9fe2ff9ee4384b1894a90878d3e92bab"
NO_PASSWORD = (
    "Expecting to find passwordCredentials in auth - the server could not comply with the request "
    "since it is either malformed or otherwise incorrect. The client is assumed to be in error."
)
EXPIRES, ISSUED = "2099-01-01T00:00:00Z", "2026-01-01T00:00:00.000000"


class KeystoneV2(Identity):
    """Version 2.0: users, tenants and the rest only on the admin port."""

    name: ClassVar[str] = "keystone v2.0"
    version: ClassVar[str] = "v2.0"

    @route("GET", "/v2.0/?", open_to_all=True)
    def document(self, request: Request) -> Any:
        """Return the document of the version."""
        return self.cloud.with_addresses(self.state["documents"][f"{request.port} /v2.0/"])

    @route("POST", "/v2.0/tokens", open_to_all=True)
    def log_in_here(self, request: Request) -> Json:
        """Log in by a password, or by a token for another tenant."""
        auth = self._auth_of(request)
        key = "id" if "tenantId" in auth else "name"
        tenant = auth.get("tenantId") or auth.get("tenantName") or ""
        given = auth.get("passwordCredentials") or {}
        if "token" in auth:
            user_id, _ = self.cloud.tokens.get(auth["token"]["id"], ("", ""))
            owner = next((user for user in self.state["users"] if user["id"] == user_id), {})
            password = self.state["passwords"].get(user_id, f"PASSWORD-{owner.get('name')}")
            given = {"userId": user_id, "password": password}
        who = given.get("userId") or given.get("username", "")
        user, found = self.log_in(who, given.get("password", ""), tenant, key)
        return self.access(user, found)

    def _auth_of(self, request: Request) -> Json:
        body: Json = request.body or {}
        if other := next((name for name in body if name != "auth"), ""):
            raise Refused(400, f"authenticate() got an unexpected keyword argument '{other}'")
        auth: Json = body.get("auth") or {}
        if not auth:
            raise Refused(400, NO_PASSWORD)
        return auth

    def access(self, user: Json, tenant: Json) -> Json:
        """Return what a login is answered with."""
        roles = self.roles_of(user["id"], tenant["id"]) if tenant else []
        token: Json = {"issued_at": ISSUED, "expires": EXPIRES, "id": self.issue(user, tenant)}
        return {
            "access": {
                "token": {**token, **({"tenant": tenant} if tenant else {}), "audit_ids": ["a"]},
                "serviceCatalog": self.catalogue(tenant),
                "user": {
                    "username": user["name"],
                    "roles_links": [],
                    "id": user["id"],
                    "roles": [{"name": role["name"]} for role in roles],
                    "name": user["name"],
                },
                "metadata": {"is_admin": 0, "roles": [role["id"] for role in roles]},
            }
        }

    @route("GET", "/v2.0/tenants", ports=PUBLIC)
    def own_tenants(self, request: Request) -> Json:
        """Return the tenants in which the caller has a role."""
        user_id = self.cloud.caller(request).user_id
        mine = [
            t for t in self.state["tenants"] if t["enabled"] and self.grants_of(user_id, t["id"])
        ]
        return {"tenants_links": [], "tenants": mine}

    @route("GET", "/v2.0/tenants", ports=ADMIN)
    def tenants(self, request: Request) -> Json:
        """Return all tenants, a page of them, or the one of a name."""
        self.as_admin(request)
        if name := request.query.get("name"):
            return {"tenant": self._named("tenants", name, "project")}
        rows = self.state["tenants"]
        ids = [row["id"] for row in rows]
        start = ids.index(request.query["marker"]) + 1 if "marker" in request.query else 0
        limit = int(request.query.get("limit", len(rows)))
        return {"tenants_links": [], "tenants": rows[start : start + limit]}

    @route("POST", "/v2.0/tenants", ports=ADMIN)
    def create_tenant(self, request: Request) -> Json:
        """Create a tenant."""
        self.as_admin(request)
        given = request.body["tenant"]
        self._be_new("tenants", given["name"], "project")
        row = {"description": None, "enabled": True, "id": self.cloud.new_id(), **given}
        self.state["tenants"].append(row)
        return {"tenant": row}

    @route("GET", "/v2.0/tenants/{tenant_id}", ports=ADMIN)
    def tenant(self, request: Request, tenant_id: str) -> Json:
        """Return a tenant."""
        self.as_admin(request)
        return {"tenant": self.row("tenants", tenant_id, "project")}

    @route("POST", "/v2.0/tenants/{tenant_id}", ports=ADMIN)
    def update_tenant(self, request: Request, tenant_id: str) -> Json:
        """Change a tenant."""
        self.as_admin(request)
        self.row("tenants", tenant_id, "project")
        self.change("tenants", tenant_id, request.body["tenant"])
        row = self.row("tenants", tenant_id, "project")
        return {"tenant": {**row, "extra": {}, "domain_id": "default"}}

    @route("DELETE", "/v2.0/tenants/{tenant_id}", ports=ADMIN)
    def remove_tenant(self, request: Request, tenant_id: str) -> None:
        """Delete a tenant."""
        self.as_admin(request)
        self.delete_tenant(tenant_id)

    @route("GET", "/v2.0/tenants/{tenant_id}/users", ports=ADMIN)
    def users_of(self, request: Request, tenant_id: str) -> Json:
        """Return who has a role in a tenant."""
        self.as_admin(request)
        self.row("tenants", tenant_id, "project")
        users = [user for user in self.state["users"] if self.grants_of(user["id"], tenant_id)]
        return {"users": users}

    @route("GET", "/v2.0/tenants/{tenant_id}/users/{user_id}/roles", ports=ADMIN)
    def roles_there(self, request: Request, tenant_id: str, user_id: str) -> Json:
        """Return the roles of a user in a tenant."""
        self.as_admin(request)
        return {"roles": self.roles_of(user_id, tenant_id)}

    @route("PUT", "/v2.0/tenants/{tenant}/users/{user}/roles/OS-KSADM/{role}", ports=ADMIN)
    def grant_role(self, request: Request, tenant: str, user: str, role: str) -> Json:
        """Grant a role."""
        self.as_admin(request)
        if self.grant(user, tenant, role):
            sentence = f"User {user} already has role {role} in tenant {tenant}"
            raise Refused(409, f"Conflict occurred attempting to store role grant - {sentence}")
        return {"role": self.row("roles", role, "role")}

    @route("DELETE", "/v2.0/tenants/{tenant}/users/{user}/roles/OS-KSADM/{role}", ports=ADMIN)
    def revoke_role(self, request: Request, tenant: str, user: str, role: str) -> None:
        """Revoke a role."""
        self.as_admin(request)
        if not self.revoke(user, tenant, role):
            raise Refused(404, f"Cannot remove role that has not been granted, {role}")

    @route("GET", "/v2.0/users", ports=ADMIN)
    def users(self, request: Request) -> Json:
        """Return all users, or the one of a name."""
        self.as_admin(request)
        if name := request.query.get("name"):
            return {"user": self._named("users", name, "user")}
        return {"users": self.state["users"]}

    @route("POST", "/v2.0/users", ports=ADMIN)
    def create_user(self, request: Request) -> Json:
        """Create a user; one with a tenant gets the role of its members."""
        self.as_admin(request)
        given = dict(request.body["user"])
        self._be_new("users", given["name"], "user")
        id_ = self.cloud.new_id()
        self.state["passwords"][id_] = given.pop("password", "")
        row = {"username": given["name"], "enabled": True, "email": None, **given, "id": id_}
        self.state["users"].append(row)
        if tenant_id := row.get("tenantId"):
            self.grant(id_, tenant_id, MEMBER)
        return {"user": row}

    @route("GET", "/v2.0/users/{user_id}", ports=ADMIN)
    def user(self, request: Request, user_id: str) -> Json:
        """Return a user."""
        self.as_admin(request)
        return {"user": self.row("users", user_id, "user")}

    @route("PUT", "/v2.0/users/{user_id}", ports=ADMIN)
    @route("PUT", "/v2.0/users/{user_id}/OS-KSADM/enabled", ports=ADMIN)
    @route("PUT", "/v2.0/users/{user_id}/OS-KSADM/password", ports=ADMIN)
    def update_user(self, request: Request, user_id: str) -> Json:
        """Change a user."""
        self.as_admin(request)
        self.row("users", user_id, "user")
        given = dict(request.body["user"])
        if password := given.pop("password", None):
            self.state["passwords"][user_id] = password
        self.change("users", user_id, given)
        row = self.row("users", user_id, "user")
        return {"user": {**row, "extra": {"email": row.get("email")}}}

    @route("DELETE", "/v2.0/users/{user_id}", ports=ADMIN)
    def remove_user(self, request: Request, user_id: str) -> None:
        """Delete a user."""
        self.as_admin(request)
        self.delete_user(user_id)

    @route("GET", "/v2.0/users/{user_id}/roles", ports=ADMIN)
    def roles_anywhere(self, request: Request, user_id: str) -> Reply:
        """Refuse: there are no roles without a tenant."""
        message = "User roles not supported: tenant ID required"
        error = {"message": message, "code": 501, "title": "Not Implemented"}
        return Reply(501, {"error": error})

    @route("GET", "/v2.0/OS-KSADM/roles", ports=ADMIN)
    def roles(self, request: Request) -> Json:
        """Return all roles."""
        self.as_admin(request)
        return {"roles": self.state["roles"]}

    @route("POST", "/v2.0/OS-KSADM/roles", ports=ADMIN)
    def create_role(self, request: Request) -> Json:
        """Create a role."""
        self.as_admin(request)
        row = {"id": self.cloud.new_id(), "name": request.body["role"]["name"]}
        self.state["roles"].append(row)
        return {"role": row}

    @route("GET", "/v2.0/OS-KSADM/roles/{role_id}", ports=ADMIN)
    def role(self, request: Request, role_id: str) -> Json:
        """Return a role."""
        self.as_admin(request)
        return {"role": self.row("roles", role_id, "role")}

    @route("DELETE", "/v2.0/OS-KSADM/roles/{role_id}", ports=ADMIN)
    def remove_role(self, request: Request, role_id: str) -> None:
        """Delete a role."""
        self.as_admin(request)
        self.row("roles", role_id, "role")
        self.drop("roles", "id", role_id)
        self.drop("grants", "role", role_id)

    @route("GET", "/v2.0/OS-KSADM/services", ports=ADMIN)
    def services(self, request: Request) -> Json:
        """Return the services of the catalogue."""
        self.as_admin(request)
        return {"OS-KSADM:services": self.state["services"]}

    @route("GET", "/v2.0/users/{user_id}/credentials/OS-EC2")
    def keys(self, request: Request, user_id: str) -> Json:
        """Return the EC2 keys of a user, with their secrets."""
        return {"credentials": [each for each in self.state["ec2"] if each["user_id"] == user_id]}

    @route("POST", "/v2.0/users/{user_id}/credentials/OS-EC2")
    def create_key(self, request: Request, user_id: str) -> Json:
        """Make an EC2 key."""
        row = {
            "access": self.cloud.new_id(),
            "tenant_id": request.body["tenant_id"],
            "secret": self.cloud.new_id(),
            "user_id": user_id,
            "trust_id": None,
        }
        self.state["ec2"].append(row)
        return {"credential": row}

    @route("GET", "/v2.0/users/{user_id}/credentials/OS-EC2/{access}")
    def key(self, request: Request, user_id: str, access: str) -> Json:
        """Return an EC2 key."""
        return {"credential": self._key(access)}

    @route("DELETE", "/v2.0/users/{user_id}/credentials/OS-EC2/{access}")
    def remove_key(self, request: Request, user_id: str, access: str) -> None:
        """Delete an EC2 key."""
        self._key(access)
        self.drop("ec2", "access", access)

    def _key(self, access: str) -> Json:
        found = next((each for each in self.state["ec2"] if each["access"] == access), None)
        if found is None:
            raise Refused(404, f"Could not find credential: {access}")
        return dict(found)

    def _named(self, kind: str, name: str, word: str) -> Json:
        found = next((row for row in self.state[kind] if row["name"] == name), None)
        if found is None:
            raise Refused(404, f"Could not find {word}: {name}")
        return dict(found)

    def _be_new(self, kind: str, name: str, word: str) -> None:
        if any(row["name"] == name for row in self.state[kind]):
            raise Refused(409, f"Conflict occurred attempting to store {word} - Duplicate Entry")
