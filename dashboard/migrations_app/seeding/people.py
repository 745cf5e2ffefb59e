"""The project of a seeded tenant, its two users and their keys."""

import json
import os
import secrets as randomness
from dataclasses import dataclass
from pathlib import Path

from dashboard import secrets
from dashboard.clients.openstack import CloudSession, Json
from dashboard.errors import NeedsOperator

ROLES = {"owner": "member", "reader": "reader"}
"""The users of a tenant and the role that each has, by what their names end with."""


@dataclass(frozen=True, kw_only=True)
class Person:
    """A user that was made, its password included: it is written to a sealed file only."""

    id: str
    name: str
    password: str


def make_project(operator: CloudSession, name: str) -> str:
    """Make the project and give its id."""
    project = {"name": name, "description": "A test tenant of Pumphouse", "enabled": True}
    return str(operator.post("identity", "/projects", {"project": project}, "project")["id"])


def make_people(operator: CloudSession, name: str, project_id: str) -> dict[str, Person]:
    """Make the users with random passwords and give each one's role on the project."""
    roles = _role_ids(operator)
    people = {}
    for what, role in ROLES.items():
        people[what] = _make_person(operator, f"{name}-{what}", project_id)
        grant = f"/projects/{project_id}/users/{people[what].id}/roles/{roles[role]}"
        operator.put("identity", grant)
    return people


def _role_ids(operator: CloudSession) -> dict[str, str]:
    found = {role["name"]: role["id"] for role in operator.list("identity", "/roles", "roles")}
    # Clouds of before 2018 know the member by another name and no reader at all.
    member = found.get("member") or found.get("_member_") or found.get("Member")
    if member is None:
        raise NeedsOperator(
            f"Cloud {operator.name} has no role named member.", fix="Create it, then try again."
        )
    return {"member": member, "reader": found.get("reader", member)}


def _make_person(operator: CloudSession, name: str, project_id: str) -> Person:
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
    return Person(id=made["id"], name=name, password=password)


def make_key(person: CloudSession, name: str) -> str:
    """Have nova make a key pair for whoever ``person`` acts as, and give the private key.

    Asked without a microversion, which makes nova generate it: since 2.92 it would not.
    """
    keypair: Json = person.post("compute", "/os-keypairs", {"keypair": {"name": name}}, "keypair")
    secrets.register(keypair["private_key"])
    return str(keypair["private_key"])


def seal(path: Path, *, people: dict[str, Person], keys: dict[str, str]) -> None:
    """Write passwords and private keys to a new file that only this account can read."""
    logins = {
        person.name: {"password": person.password, "private_key": keys.get(what, "")}
        for what, person in people.items()
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(logins, file, indent=2)
