"""Role assignments of groups: which group has which role on the project."""

from collections.abc import Iterable

from typing_extensions import override

from dashboard.migrations_app.resources.identity.common.assignments import Assignment
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import Record


class GroupRoleAssignment(Assignment):
    """A group's role on the project, or one that only its subprojects inherit."""

    name = "group_role_assignment"
    plural = "role assignments of groups"
    actor = "group"
    needs = ("project", "group", "role")
    mapped = {"group_id": "group", "role_id": "role"}

    @override
    def discover(self, reader: TenantReader) -> Iterable[Record]:
        for assignment in reader.group_assignments:
            yield self.record(assignment, reader)
        yield from self.given_above(reader)
