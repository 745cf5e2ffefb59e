"""The tenant's people: a group and a user alone, with what Keystone keeps for them."""

from uuid import uuid4

from dashboard.clients.openstack import CloudSession
from tests.lab.rich.made import Made

TAGS = ["gold", "site:ulm"]
CREATOR = "creator"
"""Barbican knows the role by this name."""


class People:
    """A tagged project with two users, one of them by a group, and an EC2 credential."""

    def __init__(self, made: Made, name: str) -> None:
        self.made, self.cloud = made, made.cloud
        self.name = name
        self.project_id = self.make_project(name, description="one of everything", tags=TAGS)
        self.other_id = self.make_project(f"{name}-other")
        self.alone, self.alone_id = self.make_user("alone")
        self.let_store_secrets()
        _, self.member_id = self.make_user("by-group", assigned=False)
        self.group_id = self.make_group()
        self.make_credential()

    def make_project(self, name: str, **fields: object) -> str:
        """Return the id of a new project."""
        project = self.made.make(
            "identity", "/projects", "project", name=name, domain_id="default", **fields
        )
        return str(project["id"])

    def make_user(self, name: str, *, assigned: bool = True) -> tuple[CloudSession, str]:
        """Return a new user, as itself, and its id."""
        password = uuid4().hex
        user = self.made.make(
            "identity",
            "/users",
            "user",
            name=f"{self.name}-{name}",
            domain_id="default",
            password=password,
            options={"ignore_password_expiry": True},
        )
        if assigned:
            self.assign(f"users/{user['id']}")
        as_user = self.cloud.as_user(user["id"], password=password, project_id=self.project_id)
        return as_user, str(user["id"])

    def make_group(self) -> str:
        """Return the id of a group with a member, which has a role of its own name."""
        group = self.made.make(
            "identity", "/groups", "group", name=f"{self.name}-group", domain_id="default"
        )
        self.cloud.put("identity", f"/groups/{group['id']}/users/{self.member_id}")
        self.assign(f"groups/{group['id']}")
        return str(group["id"])

    def let_store_secrets(self) -> None:
        """Grant the role that Barbican asks for up to 2023, where members store nothing."""
        if not [*self.cloud.list("identity", "/roles", "roles", name=CREATOR)]:
            self.made.make("identity", "/roles", "role", name=CREATOR)
        self.assign(f"users/{self.alone_id}", CREATOR)

    def assign(self, who: str, role: str = "member") -> None:
        """Grant a user or a group a role in the project."""
        roles = self.cloud.list("identity", "/roles", "roles", name=role)
        role_id = next(roles)["id"]
        self.cloud.put("identity", f"/projects/{self.project_id}/{who}/roles/{role_id}")

    def make_credential(self) -> None:
        """An EC2 credential of the user alone, made by that user."""
        path = f"/users/{self.alone_id}/credentials/OS-EC2"
        body = {"tenant_id": self.project_id}
        self.credential = self.alone.post("identity", path, body, "credential")
