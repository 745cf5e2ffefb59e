"""The project of a seeded tenant, its two users, their group and their keys."""

import json
import os
import secrets as randomness
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from dashboard import secrets
from dashboard.clients.openstack import CloudSession, Json
from dashboard.errors import NeedsOperator
from dashboard.migrations_app.seeding.context import TAGS

KEYS_OF_OTHERS = "2.10"
ROLES = {"owner": "member", "reader": "reader"}
"""The roles of a tenant's users, by the ends of their names."""


@dataclass(frozen=True, kw_only=True)
class SeededUser:
    """A created user with its password, which is written to the secrets file only."""

    id: str
    name: str
    password: str


def create_project(operator: CloudSession, name: str) -> str:
    """Create the project and return its id."""
    project = {"name": name, "description": "A test tenant of Pumphouse", "enabled": True}
    project["tags"] = TAGS
    return str(operator.post("identity", "/projects", {"project": project}, "project")["id"])


def create_users(operator: CloudSession, name: str, project_id: str) -> dict[str, SeededUser]:
    """Create the users with random passwords and grant each its role on the project."""
    roles = _role_ids(operator)
    users = {}
    for what, role in ROLES.items():
        users[what] = _create_user(operator, f"{name}-{what}", project_id)
        grant = f"/projects/{project_id}/users/{users[what].id}/roles/{roles[role]}"
        operator.put("identity", grant)
    return users


def _role_ids(operator: CloudSession) -> dict[str, str]:
    found = {role["name"]: role["id"] for role in operator.list("identity", "/roles", "roles")}
    # clouds from before 2018 have another name for the member, and no reader
    member = found.get("member") or found.get("_member_") or found.get("Member")
    if member is None:
        raise NeedsOperator(
            f"Cloud {operator.name} has no role named member.", fix="Create it, then retry."
        )
    return {"member": member, "reader": found.get("reader", member)}


def _create_user(operator: CloudSession, name: str, project_id: str) -> SeededUser:
    password = randomness.token_urlsafe(18)
    secrets.register(password)
    user = {
        "name": name,
        "password": password,
        "email": f"{name}@example.org",
        "description": "A test user of Pumphouse",
        "default_project_id": project_id,
        "enabled": True,
    }
    made = operator.post("identity", "/users", {"user": user}, "user")
    return SeededUser(id=made["id"], name=name, password=password)


def create_group(
    operator: CloudSession, name: str, project_id: str, users: Iterable[SeededUser]
) -> str:
    """Create a group of the users with a role on the project, and return its id."""
    group = {"name": name, "description": "A test group of Pumphouse"}
    group_id = operator.post("identity", "/groups", {"group": group}, "group")["id"]
    for user in users:
        operator.put("identity", f"/groups/{group_id}/users/{user.id}")
    role_id = _role_ids(operator)["reader"]
    operator.put("identity", f"/projects/{project_id}/groups/{group_id}/roles/{role_id}")
    return str(group_id)


def create_ec2_keys(operator: CloudSession, *, user_id: str, project_id: str) -> dict[str, str]:
    """Create the EC2 keys of a user for the project; return ``access`` and ``secret``."""
    keys = {"access": randomness.token_hex(16), "secret": randomness.token_hex(16)}
    secrets.register(keys["secret"])
    owner = {"user_id": user_id, "project_id": project_id}
    body = {"type": "ec2", "blob": json.dumps(keys), **owner}
    operator.post("identity", "/credentials", {"credential": body})
    return keys


def create_key(operator: CloudSession, name: str, *, user_id: str) -> str:
    """Create a key pair of a user and return the private key.

    From 2.10 on an administrator may do so for others; from 2.92 on Nova generates none.
    """
    body = {"keypair": {"name": name, "user_id": user_id}}
    keypair: Json = operator.post(
        "compute", "/os-keypairs", body, "keypair", microversion=KEYS_OF_OTHERS
    )
    secrets.register(keypair["private_key"])
    return str(keypair["private_key"])


def write_secrets(
    path: Path,
    *,
    users: dict[str, SeededUser],
    keys: dict[str, str],
    ec2: Mapping[str, dict[str, str]] | None = None,
) -> None:
    """Write passwords, private keys and EC2 keys to a new file that only this account can read."""
    logins = {
        user.name: {
            "password": user.password,
            "private_key": keys.get(what, ""),
            "ec2": (ec2 or {}).get(what, {}),
        }
        for what, user in users.items()
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(logins, file, indent=2)
