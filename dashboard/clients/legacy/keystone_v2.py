"""Keystone v2.0 as version 3: tenants are projects, and all is in one domain.

Only its admin endpoint serves users, roles, and tenants of others. Who has a role is told tenant by
tenant, and user by user.
"""

import json
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any, ClassVar

from keystoneauth1.adapter import Adapter
from typing_extensions import override

from dashboard.clients.legacy.answers import Answer, OldApiRefusedError, refused
from dashboard.clients.legacy.found import Found
from dashboard.clients.legacy.translator import Call, Json, Translator, route

DOMAIN = {"id": "default", "name": "Default", "enabled": True}
_SCOPE, _USER, _ROLE = "scope.project.id", "user.id", "role.id"
_OF_OTHERS = ("group.id", "scope.domain.id", "scope.system")
_EC2 = "/users/{}/credentials/OS-EC2"
_VERSION = "/v2.0"
_PUBLIC = (
    "this is Keystone's public port, which serves neither users nor roles, and of tenants only the "
    "account's own: name its admin port, mostly 35357, as identity_endpoint_override"
)


class KeystoneV2(Translator):
    """Version 2.0, where a cloud has no other: the login was by it."""

    name: ClassVar[str] = "Keystone v2.0"
    service: ClassVar[str] = "identity"

    @classmethod
    @override
    def speaks(cls, found: Found) -> bool:
        is_unknown = found.version is None or found.version[0] == 2
        return is_unknown and found.login.version == "v2.0"

    @override
    def connect(self, found: Found) -> Adapter:
        chosen = found.access.service(self.service).endpoint_override
        address = (chosen or found.address("identity", "admin")).rstrip("/")
        return found.at(address if address.endswith(_VERSION) else f"{address}{_VERSION}")

    @override
    def answered(self, call: Call) -> Any:
        return refused(421, _PUBLIC) if self._is_public else super().answered(call)

    @cached_property
    def _is_public(self) -> bool:
        """Whether this is the public port, which has no path for a single tenant."""
        try:
            self.ask("GET", f"/tenants/{self.found.login.project_id}")
        except OldApiRefusedError as error:
            return bool(error.response.status_code == 404)
        return False

    @route("GET", "/domains")
    def domains(self, call: Call) -> Json:
        """Return the one domain."""
        return {"domains": _named([DOMAIN], call)}

    @route("GET", "/domains/{domain_id}")
    def domain(self, call: Call, domain_id: str) -> Json | Answer:
        """Return the one domain."""
        if domain_id != DOMAIN["id"]:
            return refused(404, f"Could not find domain: {domain_id}.")
        return {"domain": DOMAIN}

    @route("GET", "/groups")
    def groups(self, call: Call) -> Json:
        """Return none: there are no groups."""
        return {"groups": []}

    @route("GET", "/users/{user_id}/groups")
    def groups_of(self, call: Call, user_id: str) -> Json:
        """Return none: there are no groups."""
        return {"groups": []}

    @route("GET", "/services")
    def services(self, call: Call) -> Json:
        """Return the services of the catalogue."""
        return {"services": self.ask("GET", "/OS-KSADM/services")["OS-KSADM:services"]}

    @route("GET", "/projects")
    def projects(self, call: Call) -> Json:
        """Return all tenants, or the one of a name."""
        if "name" in call.query:
            found = self.find("/tenants", query={"name": call.query["name"]})
            tenants = [found["tenant"]] if found else []
        else:
            tenants = self._tenants()
        return {"projects": [_project(each) for each in tenants]}

    @route("GET", "/projects/{project_id}")
    def project(self, call: Call, project_id: str) -> Json:
        """Return a tenant."""
        return {"project": _project(self.ask("GET", f"/tenants/{project_id}")["tenant"])}

    @route("POST", "/projects")
    def create_project(self, call: Call) -> Answer:
        """Create a tenant."""
        body = {"tenant": _tenant(call.body["project"])}
        created = self.ask("POST", "/tenants", body=body)["tenant"]
        return Answer(201, {"project": _project(created)})

    @route("PATCH", "/projects/{project_id}")
    def update_project(self, call: Call, project_id: str) -> Json:
        """Change a tenant."""
        body = {"tenant": {"id": project_id, **_tenant(call.body["project"])}}
        return {
            "project": _project(self.ask("POST", f"/tenants/{project_id}", body=body)["tenant"])
        }

    @route("DELETE", "/projects/{project_id}")
    def delete_project(self, call: Call, project_id: str) -> None:
        """Delete a tenant."""
        self.ask("DELETE", f"/tenants/{project_id}")

    @route("GET", "/users")
    def users(self, call: Call) -> Json:
        """Return all users, or the one of a name."""
        if "name" in call.query:
            found = self.find("/users", query={"name": call.query["name"]})
            users = [found["user"]] if found else []
        else:
            users = self.ask("GET", "/users")["users"]
        return {"users": [_user(each) for each in users]}

    @route("GET", "/users/{user_id}")
    def user(self, call: Call, user_id: str) -> Json:
        """Return a user."""
        return {"user": _user(self.ask("GET", f"/users/{user_id}")["user"])}

    @route("POST", "/users")
    def create_user(self, call: Call) -> Answer:
        """Create a user."""
        body = {"user": _old_user(call.body["user"])}
        return Answer(201, {"user": _user(self.ask("POST", "/users", body=body)["user"])})

    @route("PATCH", "/users/{user_id}")
    def update_user(self, call: Call, user_id: str) -> Json:
        """Change a user; the password and being enabled have paths of their own."""
        fields = _old_user(call.body["user"])
        for name, path in (("password", "/OS-KSADM/password"), ("enabled", "/OS-KSADM/enabled")):
            if name in fields:
                body = {"user": {"id": user_id, name: fields.pop(name)}}
                self.ask("PUT", f"/users/{user_id}{path}", body=body)
        if fields:
            self.ask("PUT", f"/users/{user_id}", body={"user": {"id": user_id, **fields}})
        return self.user(call, user_id)

    @route("DELETE", "/users/{user_id}")
    def delete_user(self, call: Call, user_id: str) -> None:
        """Delete a user."""
        self.ask("DELETE", f"/users/{user_id}")

    @route("GET", "/roles")
    def roles(self, call: Call) -> Json:
        """Return all roles, or those of a name."""
        return {"roles": _named(self._roles(), call)}

    @route("GET", "/roles/{role_id}")
    def role(self, call: Call, role_id: str) -> Json:
        """Return a role."""
        return {"role": self.ask("GET", f"/OS-KSADM/roles/{role_id}")["role"]}

    @route("POST", "/roles")
    def create_role(self, call: Call) -> Answer:
        """Create a role."""
        return Answer(201, self.ask("POST", "/OS-KSADM/roles", body=call.body))

    @route("DELETE", "/roles/{role_id}")
    def delete_role(self, call: Call, role_id: str) -> None:
        """Delete a role."""
        self.ask("DELETE", f"/OS-KSADM/roles/{role_id}")

    @route("PUT", "/projects/{project_id}/users/{user_id}/roles/{role_id}")
    def grant(self, call: Call, project_id: str, user_id: str, role_id: str) -> None:
        """Grant a role; one that was granted before is fine, as in version 3."""
        try:
            self.ask("PUT", f"/tenants/{project_id}/users/{user_id}/roles/OS-KSADM/{role_id}")
        except OldApiRefusedError as error:
            if error.response.status_code != 409:
                raise

    @route("DELETE", "/projects/{project_id}/users/{user_id}/roles/{role_id}")
    def revoke(self, call: Call, project_id: str, user_id: str, role_id: str) -> None:
        """Revoke a role."""
        self.ask("DELETE", f"/tenants/{project_id}/users/{user_id}/roles/OS-KSADM/{role_id}")

    @route("GET", "/role_assignments")
    def role_assignments(self, call: Call) -> Json:
        """Return who has which role where, with names; nothing of groups and of domains."""
        if any(name in call.query for name in _OF_OTHERS):
            return {"role_assignments": []}
        role = call.query.get(_ROLE)
        found = [each for each in self._assigned(call) if role in (None, each["role"]["id"])]
        return {"role_assignments": found}

    @route("GET", "/credentials")
    def credentials(self, call: Call) -> Json:
        """Return the EC2 keys of a user, or of all, with their secrets; none without that extension
        (OS-EC2)."""
        user = call.query.get("user_id")
        ids = [user] if user else [each["id"] for each in self.ask("GET", "/users")["users"]]
        answers = (self.find(_EC2.format(id_)) or {} for id_ in ids)
        keys = (key for answer in answers for key in answer.get("credentials", ()))
        return {"credentials": [_credential(key) for key in keys]}

    @route("GET", "/credentials/{user_id}:{access}")
    def credential(self, call: Call, user_id: str, access: str) -> Json:
        """Return an EC2 key, with its secret."""
        key = self.ask("GET", f"{_EC2.format(user_id)}/{access}")["credential"]
        return {"credential": _credential(key)}

    @route("DELETE", "/credentials/{user_id}:{access}")
    def delete_credential(self, call: Call, user_id: str, access: str) -> None:
        """Delete an EC2 key."""
        self.ask("DELETE", f"{_EC2.format(user_id)}/{access}")

    def _roles(self) -> list[Json]:
        return [*self.ask("GET", "/OS-KSADM/roles")["roles"]]

    def _tenants(self) -> list[Json]:
        return [*self.ask("GET", "/tenants")["tenants"]]

    def _assigned(self, call: Call) -> Iterator[Json]:
        """Yield the assignments in the tenants, and of the user, that are asked for."""
        for tenant in self._tenants_asked(call):
            for user in self._users_asked(call, tenant):
                path = f"/tenants/{tenant['id']}/users/{user['id']}/roles"
                for role in self.ask("GET", path)["roles"]:
                    yield _assignment(tenant, user, role)

    def _tenants_asked(self, call: Call) -> Iterable[Json]:
        if _SCOPE not in call.query:
            return self._tenants()
        found = self.find(f"/tenants/{call.query[_SCOPE]}")
        return [found["tenant"]] if found else []

    def _users_asked(self, call: Call, tenant: Json) -> Iterable[Json]:
        users: list[Json] = self.ask("GET", f"/tenants/{tenant['id']}/users")["users"]
        return [user for user in users if call.query.get(_USER) in (None, user["id"])]


def _named(rows: Iterable[Json], call: Call) -> list[Json]:
    """Return the rows with the name that is asked for, all where none is."""
    return [row for row in rows if call.query.get("name") in (None, row["name"])]


def _project(tenant: Json) -> Json:
    return {
        **{key: value for key, value in tenant.items() if key != "extra"},
        "domain_id": DOMAIN["id"],
    }


def _tenant(project: Json) -> Json:
    """Return what a tenant can have of a project."""
    return {key: project[key] for key in ("name", "description", "enabled") if key in project}


def _user(user: Json) -> Json:
    """Return a user; what a site keeps beside is on the user itself, once more in ``extra``."""
    own = ("username", "tenantId", "extra")
    default = {"default_project_id": user["tenantId"]} if user.get("tenantId") else {}
    fields = {key: value for key, value in user.items() if key not in own}
    return {**fields, **default, "domain_id": DOMAIN["id"]}


def _old_user(user: Json) -> Json:
    """Return what a user of version 2.0 can have; there are no options."""
    fields = {key: user[key] for key in user if key not in ("domain_id", "options")}
    if default := fields.pop("default_project_id", None):
        fields["tenantId"] = default
    return fields


def _assignment(tenant: Json, user: Json, role: Json) -> Json:
    domain = {"id": DOMAIN["id"], "name": DOMAIN["name"]}
    return {
        "scope": {"project": {"id": tenant["id"], "name": tenant["name"], "domain": domain}},
        "user": {"id": user["id"], "name": user["name"], "domain": domain},
        "role": {"id": role["id"], "name": role["name"]},
    }


def _credential(key: Json) -> Json:
    return {
        "id": f"{key['user_id']}:{key['access']}",
        "type": "ec2",
        "user_id": key["user_id"],
        "project_id": key["tenant_id"],
        "blob": json.dumps({name: key.get(name) for name in ("access", "secret", "trust_id")}),
    }
