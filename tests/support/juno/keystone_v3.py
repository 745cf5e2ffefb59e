"""Keystone v3 of the stand-in, as it was in 2014: role assignments have no names."""

import json
from collections.abc import Iterable
from typing import Any, ClassVar

from tests.support.juno.api import route
from tests.support.juno.identity import Identity
from tests.support.juno.keystone_v2 import ISSUED
from tests.support.juno.messages import Json, Refused, Reply, Request

DOMAIN = {"id": "default", "name": "Default"}
EXPIRES = "2099-01-01T00:00:00.000000Z"
_NO_EXTRAS = ("username", "tenantId")


class KeystoneV3(Identity):
    """Version 3, which both ports have."""

    name: ClassVar[str] = "keystone v3"
    version: ClassVar[str] = "v3"

    @route("GET", "/v3/?", open_to_all=True)
    def document(self, request: Request) -> Any:
        """Return the document of the version."""
        return self.cloud.with_addresses(self.state["documents"]["keystone /v3/"])

    @route("POST", "/v3/auth/tokens", open_to_all=True)
    def log_in_here(self, request: Request) -> Reply:
        """Log in by a password."""
        auth = request.body["auth"]
        given = auth["identity"]["password"]["user"]
        project = auth.get("scope", {}).get("project", {})
        key = "id" if "id" in project else "name"
        who = given.get("id") or given["name"]
        user, tenant = self.log_in(who, given["password"], project.get(key, ""), key)
        token: Json = {"methods": ["password"], "expires_at": EXPIRES, "issued_at": ISSUED}
        token |= {"extras": {}, "audit_ids": ["a"]}
        token["user"] = {"domain": DOMAIN, "id": user["id"], "name": user["name"]}
        if tenant:
            token["project"] = {"domain": DOMAIN, "id": tenant["id"], "name": tenant["name"]}
            token["roles"] = self.roles_of(user["id"], tenant["id"])
            token["catalog"] = [_entry(each) for each in self.catalogue(tenant)]
        return Reply(201, {"token": token}, {"X-Subject-Token": self.issue(user, tenant)})

    @route("GET", "/v3/projects")
    def projects(self, request: Request) -> Json:
        """Return all projects, or those of a name."""
        self.as_admin(request)
        return self._list(request, "projects", map(_project, self.state["tenants"]))

    @route("GET", "/v3/projects/{project_id}")
    def project(self, request: Request, project_id: str) -> Json:
        """Return a project."""
        return {"project": self._linked("projects", _project(self._tenant(project_id)))}

    @route("PATCH", "/v3/projects/{project_id}")
    def update_project(self, request: Request, project_id: str) -> Json:
        """Change a project."""
        self.as_admin(request)
        self._tenant(project_id)
        self.change("tenants", project_id, request.body["project"])
        return self.project(request, project_id)

    @route("DELETE", "/v3/projects/{project_id}")
    def remove_project(self, request: Request, project_id: str) -> None:
        """Delete a project."""
        self.as_admin(request)
        self.delete_tenant(project_id)

    @route("GET", "/v3/users")
    def users(self, request: Request) -> Json:
        """Return all users, or those of a name."""
        self.as_admin(request)
        return self._list(request, "users", map(_user, self.state["users"]))

    @route("GET", "/v3/users/{user_id}")
    def user(self, request: Request, user_id: str) -> Json:
        """Return a user."""
        return {"user": self._linked("users", _user(self.row("users", user_id, "user")))}

    @route("DELETE", "/v3/users/{user_id}")
    def remove_user(self, request: Request, user_id: str) -> None:
        """Delete a user."""
        self.as_admin(request)
        self.delete_user(user_id)

    @route("GET", "/v3/users/{user_id}/projects")
    def projects_of(self, request: Request, user_id: str) -> Json:
        """Return the projects in which a user has a role."""
        mine = (t for t in self.state["tenants"] if self.grants_of(user_id, t["id"]))
        return self._list(request, "projects", map(_project, mine))

    @route("GET", "/v3/users/{user_id}/groups")
    def groups_of(self, request: Request, user_id: str) -> Json:
        """Return no group."""
        return self._list(request, "groups", [])

    @route("GET", "/v3/domains")
    def domains(self, request: Request) -> Any:
        """Return the one domain."""
        return self.cloud.with_addresses(self._list(request, "domains", self.state["domains"]))

    @route("GET", "/v3/domains/{domain_id}")
    def domain(self, request: Request, domain_id: str) -> Any:
        """Return a domain."""
        return {"domain": self.cloud.with_addresses(self.row("domains", domain_id, "domain"))}

    @route("GET", "/v3/groups")
    def groups(self, request: Request) -> Json:
        """Return no group."""
        return self._list(request, "groups", [])

    @route("GET", "/v3/services")
    def services(self, request: Request) -> Json:
        """Return the services of the catalogue, or those of a type."""
        type_ = request.query.get("type")
        found = (row for row in self.state["services"] if type_ in (None, row["type"]))
        return self._list(request, "services", found)

    @route("GET", "/v3/roles")
    def roles(self, request: Request) -> Json:
        """Return all roles, or those of a name."""
        return self._list(request, "roles", self.state["roles"])

    @route("GET", "/v3/roles/{role_id}")
    def role(self, request: Request, role_id: str) -> Json:
        """Return a role."""
        return {"role": self._linked("roles", self.row("roles", role_id, "role"))}

    @route("GET", "/v3/projects/{project_id}/users/{user_id}/roles")
    def roles_there(self, request: Request, project_id: str, user_id: str) -> Json:
        """Return the roles of a user in a project."""
        return self._list(request, "roles", self.roles_of(user_id, project_id))

    @route("PUT", "/v3/projects/{project_id}/users/{user_id}/roles/{role_id}")
    def grant_role(self, request: Request, project_id: str, user_id: str, role_id: str) -> None:
        """Grant a role; again is the same."""
        self.as_admin(request)
        self.grant(user_id, project_id, role_id)

    @route("DELETE", "/v3/projects/{project_id}/users/{user_id}/roles/{role_id}")
    def revoke_role(self, request: Request, project_id: str, user_id: str, role_id: str) -> None:
        """Revoke a role."""
        self.as_admin(request)
        if not self.revoke(user_id, project_id, role_id):
            raise Refused(404, f"Could not find role: {role_id}")

    @route("GET", "/v3/role_assignments")
    def role_assignments(self, request: Request) -> Json:
        """Return who has which role where: ids alone, whatever is asked for."""
        self.as_admin(request)
        wanted = {
            key: request.query[name]
            for key, name in (
                ("tenant", "scope.project.id"),
                ("user", "user.id"),
                ("role", "role.id"),
            )
            if name in request.query
        }
        if "scope.domain.id" in request.query or "group.id" in request.query:
            return self._list(request, "role_assignments", [])
        grants = [g for g in self.state["grants"] if all(g[k] == v for k, v in wanted.items())]
        answer = self._list(request, "role_assignments", ())
        answer["role_assignments"] = [self._assignment(grant) for grant in grants]
        return answer

    @route("GET", "/v3/credentials")
    def credentials(self, request: Request) -> Json:
        """Return all EC2 keys, with their secrets."""
        self.as_admin(request)
        return self._list(request, "credentials", map(self._credential, self.state["ec2"]))

    @route("GET", "/v3/credentials/{id_}")
    def credential(self, request: Request, id_: str) -> Json:
        """Return an EC2 key, with its secret."""
        found = next((c for c in map(self._credential, self.state["ec2"]) if c["id"] == id_), None)
        if found is None:
            raise Refused(404, f"Could not find credential: {id_}")
        return {"credential": self._linked("credentials", found)}

    def _tenant(self, id_: str) -> Json:
        return self.row("tenants", id_, "project")

    def _credential(self, key: Json) -> Json:
        known = ("access", "secret", "trust_id")
        return {
            "user_id": key["user_id"],
            "blob": json.dumps({name: key[name] for name in known}),
            "project_id": key["tenant_id"],
            "type": "ec2",
            "id": self.state["credential_ids"].get(key["access"], key["access"]),
        }

    def _assignment(self, grant: Json) -> Json:
        project, user, role = grant["tenant"], grant["user"], grant["role"]
        link = f"{self._root}/projects/{project}/users/{user}/roles/{role}"
        return {
            "scope": {"project": {"id": project}},
            "role": {"id": role},
            "user": {"id": user},
            "links": {"assignment": link},
        }

    def _list(self, request: Request, key: str, rows: Iterable[Json]) -> Json:
        """Return a collection: of the rows with the name that is asked for, if any is."""
        name = request.query.get("name")
        found = [self._linked(key, row) for row in rows if name in (None, row.get("name"))]
        query = "&".join(f"{k}={v}" if v else k for k, v in request.query.items())
        address = f"{self.cloud.url()}{request.path}" + (f"?{query}" if query else "")
        return {key: found, "links": {"self": address, "previous": None, "next": None}}

    def _linked(self, key: str, row: Json) -> Json:
        return {"links": {"self": f"{self._root}/{key}/{row['id']}"}, **row}

    @property
    def _root(self) -> str:
        return f"{self.cloud.url()}/v3"


def _project(tenant: Json) -> Json:
    return {**tenant, "domain_id": "default"}


def _user(user: Json) -> Json:
    fields = {key: value for key, value in user.items() if key not in _NO_EXTRAS}
    default = {"default_project_id": user["tenantId"]} if user.get("tenantId") else {}
    return {**fields, **default, "domain_id": "default"}


def _entry(entry: Json) -> Json:
    """Return an entry of a catalogue in the form of version 3."""
    endpoints = [
        {"interface": name, "region": each["region"], "region_id": each["region"], "id": each["id"]}
        | {"url": each[f"{name}URL"]}
        for each in entry["endpoints"]
        for name in ("admin", "internal", "public")
    ]
    return {
        "type": entry["type"],
        "name": entry["name"],
        "id": entry["type"],
        "endpoints": endpoints,
    }
