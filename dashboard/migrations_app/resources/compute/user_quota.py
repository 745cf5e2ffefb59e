"""The limits of single users within the project in Nova."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from typing_extensions import override

from dashboard.clients.openstack import CloudSession
from dashboard.migrations_app.resources.project_quota import EXCEEDED, ProjectQuota, limits_to_set
from dashboard.migrations_app.resources.quota_api import COMPUTE, Limits, used_of
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import (
    SKIP,
    Decision,
    DecisionLookup,
    Record,
    Ref,
)
from dashboard.migrations_app.resources.work import Work


class ComputeUserQuota(ProjectQuota):
    """The limits that Nova has for one user of the project, where they are not the project's."""

    name = "compute_user_quota"
    plural = "compute user quotas"
    api = COMPUTE
    # Nova accepts no limit above the project's
    needs = ("project", "user", "compute_quota")
    mapped = {"user_id": "user", "project_id": "project"}

    @override
    def discover(self, reader: TenantReader) -> Iterable[Record]:
        """Return the users who have limits of their own. None is moved below what is used."""
        for user_id, name in reader.users.items():
            id_ = f"{reader.tenant.id}:{user_id}"
            if own := self._own_limits(reader.cloud, id_):
                limits, exceeded = limits_to_set(own, _used(reader.cloud, id_))
                yield self._user_record(id_, name, limits, exceeded)

    @override
    def reread(self, reader: TenantReader, ids: Collection[str]) -> Iterable[Record]:
        """Return all limits of those users who have limits of their own."""
        for id_ in sorted(ids):
            if self._own_limits(reader.cloud, id_):
                limits = self.api.limits(reader.cloud, self._scope(id_))
                yield self._user_record(id_, "", limits, {})

    @override
    def accompanies(self, record: Record, reader: TenantReader) -> Iterable[Ref]:
        return [Ref("user", record.fields["user_id"])]

    def _user_record(self, id_: str, name: str, limits: Limits, exceeded: Limits) -> Record:
        project_id, _, user_id = id_.partition(":")
        ids = {"project_id": project_id, "user_id": user_id}
        fields = {**ids, "limits": limits, EXCEEDED: exceeded}
        return Record(type=self.name, id=id_, name=name, fields=fields)

    @override
    def requires(self, record: Record, reader: TenantReader) -> Mapping[str, Sequence[Ref]]:
        fields = record.fields
        return {"create": [Ref("user", fields["user_id"]), Ref("compute_quota", reader.tenant.id)]}

    @override
    def resolve_dependencies(
        self, record: Record, decision: Decision, decision_of: DecisionLookup
    ) -> Decision:
        """Skip the limits of a user without a copy, and those in a project that keeps its own."""
        user = decision_of("user", record.fields["user_id"])
        if user is None or user.action == SKIP:
            return Decision(action=SKIP, reason="The user does not move.")
        quota = decision_of("compute_quota", record.fields["project_id"])
        if quota and quota.action == SKIP:
            return Decision(action=SKIP, reason=quota.reason)
        return super().resolve_dependencies(record, decision, decision_of)

    @override
    def _id_there(self, work: Work) -> str:
        user_id = work.destination_id_of("user", work.record.fields["user_id"])
        return f"{work.project_id}:{user_id}"

    @override
    def _scope(self, id_: str) -> str:
        return id_.replace(":", "?user_id=")

    @override
    def _own_limits(self, cloud: CloudSession, id_: str) -> Limits:
        """Return the limits of a user that are not the project's."""
        of_project = self.api.limits(cloud, id_.partition(":")[0])
        limits = self.api.limits(cloud, self._scope(id_))
        return {name: limit for name, limit in limits.items() if limit != of_project.get(name)}


def _used(cloud: CloudSession, id_: str) -> Limits:
    project_id, _, user_id = id_.partition(":")
    path = f"/os-quota-sets/{project_id}/detail?user_id={user_id}"
    found = cloud.find("compute", path, "quota_set") or {}
    return {name: used_of(each) for name, each in found.items() if isinstance(each, dict)}
