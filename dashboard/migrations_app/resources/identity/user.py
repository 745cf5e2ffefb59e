"""Users: created with a password of this run, given their old one at the end."""

from collections.abc import Iterable, Mapping, Sequence

from dashboard.clients.openstack import Json
from dashboard.migrations_app.resources.attributes import only_set
from dashboard.migrations_app.resources.base import ResourceType
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import (
    ADOPT,
    COMPLETE,
    EVERYTHING,
    MARKER,
    Decision,
    FoundBy,
    Record,
    Ref,
    Stage,
    renamed,
)
from dashboard.migrations_app.resources.work import Work


class User(ResourceType):
    """A Keystone user with a role on the project. One that exists already is not touched."""

    name = "user"
    plural = "users"
    found_by = FoundBy.MARKER
    choice = "the name that the user is to have there; one who has it is adopted"
    needs = ("project",)
    copied = ("name", "description", "email", "enabled")
    mapped = {"default_project_id": "project"}
    own = (
        "id",
        "domain_id",
        "domain_name",
        "role_names",
        "links",
        "password_expires_at",
        "federated",
        MARKER,
    )
    lost = {"options": "Options of users, as exemptions from password rules, are not carried."}
    stages = (
        Stage(name="create", verb="Create"),
        # soft: whatever became of the user's servers, he gets his password
        Stage(name="restore_password", verb="Give back the password of", phase=COMPLETE, soft=True),
    )

    def discover(self, reader: TenantReader) -> Iterable[Record]:
        """Return the users that have a role on the project themselves."""
        for user_id, known in _assigned_users(reader).items():
            # one by one: a directory of a company may hold more users than can be listed
            fields = {**reader.cloud.get("identity", f"/users/{user_id}", "user"), **known}
            yield Record(type=self.name, id=user_id, name=fields["name"], fields=fields)

    def decide(self, record: Record, choice: str, reader: TenantReader) -> Decision:
        """Adopt the user of that name in that domain, else create one."""
        domain_id = _domain_of(record, reader)
        if not domain_id:
            domain_name = record.fields["domain_name"]
            return Decision(
                problem=f"Cloud {reader.cloud.name} has no domain {domain_name!r}, that of "
                f"user {record.name}.",
                fix="Create the domain there, then plan again.",
            )
        name = choice or record.name
        for user in reader.list("identity", "/users", "users", name=name, domain_id=domain_id):
            return Decision(action=ADOPT, destination_id=user["id"])
        resolution = {"domain_id": domain_id, "name": name}
        return Decision(resolution=resolution, losses=renamed(record, name))

    def requires(self, record: Record, reader: TenantReader) -> Mapping[str, Sequence[Ref]]:
        """Only the user's own project, when it is the one that moves."""
        project_id = record.fields.get("default_project_id")
        return {"create": [Ref("project", project_id)] if project_id == reader.tenant.id else []}

    def follows(self, record: Record, reader: TenantReader) -> Mapping[str, Sequence[Ref]]:
        """The old password comes back when nothing is left to be done as the user."""
        servers = [Ref("server", s["id"], EVERYTHING) for s in _owned(reader.servers, record)]
        volumes = [Ref("volume", v["id"], EVERYTHING) for v in _owned(reader.volumes, record)]
        return {"restore_password": servers + volumes}

    def find(self, work: Work) -> str | None:
        """Look for the marker on the users of that name."""
        found = work.destination.list("identity", "/users", "users", name=work.resolution["name"])
        return next((user["id"] for user in found if user.get(MARKER) == work.record.id), None)

    def create(self, work: Work) -> str:
        """Create the user, enabled, with a password that only this run knows."""
        body = {
            **only_set(work.record.fields, self.copied),
            **work.resolution,
            "enabled": True,
            "password": work.temporary_password(),
            MARKER: work.record.id,
        }
        if work.record.fields.get("default_project_id") and work.project_id:
            body["default_project_id"] = work.project_id
        return str(work.destination.post("identity", "/users", {"user": body}, "user")["id"])

    def restore_password(self, work: Work) -> None:
        """Restore the old password, and disable the user if the source's is disabled."""
        work.restore_password()
        if work.record.fields.get("enabled") is False:
            path = f"/users/{work.destination_id}"
            work.destination.patch("identity", path, {"user": {"enabled": False}})

    def remove(self, work: Work) -> None:
        """Delete the user from the destination."""
        work.destination.delete("identity", f"/users/{work.destination_id}")


def _domain_of(record: Record, reader: TenantReader) -> str:
    """Return the id of the destination's domain that has the name of the user's domain."""
    domains = {name: domain_id for domain_id, name in reader.domains.items()}
    return domains.get(record.fields["domain_name"], "")


def _assigned_users(reader: TenantReader) -> dict[str, Json]:
    """Return what the role assignments tell of each user: the names of its domain and its roles."""
    known: dict[str, Json] = {}
    for assignment in reader.role_assignments:
        if user := assignment.get("user"):
            domain_name = user["domain"]["name"]
            fields = known.setdefault(user["id"], {"domain_name": domain_name, "role_names": []})
            fields["role_names"].append(assignment["role"]["name"])
    return known


def _owned(objects: Iterable[Json], user: Record) -> list[Json]:
    return [fields for fields in objects if fields.get("user_id") == user.id]
