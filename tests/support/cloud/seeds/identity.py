"""The project, its people and what they may do."""

import json

from tests.support.cloud.seeds import PASSWORD, Seeded
from tests.support.cloud.seeds.everybodys import PARTNERS

PEOPLE = {
    "ann": {"email": "ann@example.org", "description": "Runs the shop", "enabled": True},
    "rex": {"description": "Looks only", "enabled": True, "options": {"lock_password": True}},
    "gone": {"enabled": False},
    "cleo": {"description": "Has a role by a group alone", "enabled": True},
}


def seed(seeded: Seeded) -> None:
    """Make a project with three users, of whom one owns all that follows, and a role of its own."""
    project = {"name": seeded.name, "description": "The web shop", "enabled": True}
    project["tags"] = ["web", "paid by sales"]
    made = seeded.make("project", "identity", "/projects", "project", project)
    seeded.project_id = made["id"]
    role = {"name": f"{seeded.name}-stocktaker", "description": "Counts what there is"}
    seeded.make("stocktaker", "identity", "/roles", "role", role)
    _imply(seeded)
    roles = seeded.operator.list("identity", "/roles", "roles")
    ids = {role["name"]: role["id"] for role in roles}
    held = {"ann": ("member", f"{seeded.name}-stocktaker"), "rex": ("reader",), "gone": ("member",)}
    held["cleo"] = ()
    for name, fields in PEOPLE.items():
        _make_user(seeded, name, fields)
        for role_name in held[name]:
            path = f"/projects/{made['id']}/users/{seeded.id(name)}/roles/{ids[role_name]}"
            seeded.operator.put("identity", path)
    _make_group(seeded, made["id"], ids["reader"])
    seeded.owner = seeded.operator.as_user(
        seeded.id("ann"), password=PASSWORD, project_id=seeded.project_id
    )
    for name in ("ann", "rex"):
        _make_key(seeded, name)
    _make_credentials(seeded)


def _imply(seeded: Seeded) -> None:
    """Have the tenant's own role imply another one, which nobody has by itself."""
    role = {"name": f"{seeded.name}-counter", "description": "Counts"}
    counter = seeded.make("counter", "identity", "/roles", "role", role)
    seeded.operator.put("identity", f"/roles/{seeded.id('stocktaker')}/implies/{counter['id']}")


def _make_user(seeded: Seeded, name: str, fields: dict[str, object]) -> None:
    own = {"name": f"{seeded.name}-{name}", "password": PASSWORD, **fields}
    if name == "cleo":
        [domain] = seeded.operator.list("identity", "/domains", "domains", name=PARTNERS)
        own["domain_id"] = domain["id"]
    if name == "ann":
        own["default_project_id"] = seeded.project_id
    seeded.make(name, "identity", "/users", "user", own)


def _make_group(seeded: Seeded, project_id: str, below: str) -> None:
    """Make a group with a role that nobody has otherwise, and one for subprojects only."""
    role = {"name": f"{seeded.name}-cashier", "description": "Takes money"}
    cashier = seeded.make("cashier", "identity", "/roles", "role", role)
    group = {"name": f"{seeded.name}-clerks", "description": "Who sells"}
    made = seeded.make("clerks", "identity", "/groups", "group", group)
    for name in ("ann", "gone", "cleo"):
        seeded.operator.put("identity", f"/groups/{made['id']}/users/{seeded.id(name)}")
    held = f"projects/{project_id}/groups/{made['id']}/roles"
    seeded.operator.put("identity", f"/{held}/{cashier['id']}")
    seeded.operator.put("identity", f"/OS-INHERIT/{held}/{below}/inherited_to_projects")


def _make_credentials(seeded: Seeded) -> None:
    """Make EC2 keys for the project and a second factor, and what nobody can carry over."""
    ann, rex = seeded.id("ann"), seeded.id("rex")
    keys = {"access": f"AK{seeded.name}", "secret": f"secret-of-{seeded.name}"}
    ec2 = {"type": "ec2", "blob": json.dumps(keys), "project_id": seeded.project_id}
    totp = {"type": "totp", "blob": f"totp-of-{seeded.name}"}
    for body in (ec2, totp):
        seeded.operator.post("identity", "/credentials", {"credential": {**body, "user_id": ann}})
    name = {"name": f"{seeded.name}-backup"}
    path = f"/users/{ann}/application_credentials"
    seeded.owner.post("identity", path, {"application_credential": name})
    trust = {"trustor_user_id": ann, "trustee_user_id": rex, "project_id": seeded.project_id}
    body = {**trust, "impersonation": False, "roles": [{"name": "member"}]}
    seeded.owner.post("identity", "/OS-TRUST/trusts", {"trust": body})


def _make_key(seeded: Seeded, name: str) -> None:
    key = {
        "name": f"{name}-key",
        "public_key": f"ssh-rsa AAAA{name} {name}@{seeded.name}",
        "type": "ssh",
    }
    body = {**key, "user_id": seeded.id(name)}
    seeded.operator.post("compute", "/os-keypairs", {"keypair": body}, microversion="2.10")
