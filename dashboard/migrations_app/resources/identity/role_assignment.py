"""Role assignments: which user has which role on the project."""

from collections.abc import Iterable, Mapping, Sequence

from dashboard.clients.openstack import Json
from dashboard.migrations_app.resources.base import ResourceType
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import INFO, WARN, Finding, FoundBy, Record, Ref
from dashboard.migrations_app.resources.work import Work


class RoleAssignment(ResourceType):
    """A user's role on the project. It has no id of its own: user and role are its name."""

    name = "role_assignment"
    plural = "role assignments"
    # the grant itself has no place for a marker, and granting twice is granting once
    found_by = FoundBy.LEDGER
    needs = ("project", "user", "role")
    mapped = {"user_id": "user", "role_id": "role"}

    def discover(self, reader: TenantReader) -> Iterable[Record]:
        """Return the assignments to users; those to groups are named in the preflight."""
        for assignment in reader.role_assignments:
            if "user" in assignment and "project" in assignment["scope"]:
                yield _record(assignment)

    def requires(self, record: Record, reader: TenantReader) -> Mapping[str, Sequence[Ref]]:
        """The user, the role and the project must be there."""
        return {
            "create": [
                Ref("project", reader.tenant.id, "create"),
                Ref("user", record.fields["user_id"]),
                Ref("role", record.fields["role_id"]),
            ]
        }

    def check(
        self, records: Sequence[Record], source: TenantReader, destination: TenantReader
    ) -> Iterable[tuple[Record | None, Finding]]:
        """Name the assignments that are not carried."""
        groups = sorted({a["group"]["name"] for a in source.role_assignments if "group" in a})
        for group in groups:
            yield (
                None,
                Finding(
                    severity=WARN,
                    sentence=f"Group {group!r} has a role on the project; groups are not carried.",
                    fix="Give the group its role on the destination after the move.",
                ),
            )
        if not source.users:
            yield (
                None,
                Finding(severity=INFO, sentence="No user has a role on the project of his own."),
            )

    def find(self, work: Work) -> str | None:
        """Nothing to look for: to grant twice is to grant once."""
        return None

    def create(self, work: Work) -> str:
        """Grant the role."""
        path, granted = self._grant(work)
        work.destination.put("identity", path)
        return granted

    def remove(self, work: Work) -> None:
        """Take the role away again."""
        user_id, role_id = work.destination_id.split(":")
        work.destination.delete(
            "identity", f"/projects/{work.project_id}/users/{user_id}/roles/{role_id}"
        )

    def _grant(self, work: Work) -> tuple[str, str]:
        user_id = work.destination_id_of("user", work.record.fields["user_id"])
        role_id = work.destination_id_of("role", work.record.fields["role_id"])
        path = f"/projects/{work.project_id}/users/{user_id}/roles/{role_id}"
        return path, f"{user_id}:{role_id}"


def _record(assignment: Json) -> Record:
    user, role = assignment["user"], assignment["role"]
    return Record(
        type="role_assignment",
        id=f"{user['id']}:{role['id']}",
        name=f"{user['name']} as {role['name']}",
        fields={"user_id": user["id"], "role_id": role["id"]},
    )
