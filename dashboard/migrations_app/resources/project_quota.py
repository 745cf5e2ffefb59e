"""What the quotas of all services have in common as resource types."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import ClassVar

from typing_extensions import override

from dashboard.clients.openstack import CloudSession
from dashboard.migrations_app.resources.base import ResourceType
from dashboard.migrations_app.resources.quota_api import UNLIMITED, Limits, LimitStore
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import (
    ADOPT,
    SKIP,
    Decision,
    DecisionLookup,
    Difference,
    FoundBy,
    IdLookup,
    Loss,
    Record,
    Ref,
    Stage,
)
from dashboard.migrations_app.resources.work import Work

EXCEEDED = "exceeded"
"""In the fields: the limits of which the tenant uses more."""
KEPT = "destination"
"""The choice that leaves the destination's limits as they are."""


class ProjectQuota(ResourceType):
    """The limits of a project in one service.

    Moved are those that are not the source's defaults, and those of which the tenant uses more than
    the destination's default. All others follow the destination's defaults. No limit becomes less
    than what is used, so that everything fits.
    """

    api: ClassVar[LimitStore]
    # limits that services still list and no longer obey
    ignored: ClassVar[tuple[str, ...]] = ()
    # the limits that differ from the defaults, of a project of its own
    found_by = FoundBy.LEDGER
    choice = f"{KEPT}, to keep the limits that projects have there"
    needs: ClassVar[tuple[str, ...]] = ("project",)
    copied = ("limits",)
    own: ClassVar[tuple[str, ...]] = (EXCEEDED,)
    stages = (Stage(name="create", verb="Set the"),)
    precedes_others = True

    @override
    def discover(self, reader: TenantReader) -> Iterable[Record]:
        limits = self._limits(reader)
        used = self.api.used(reader.cloud, reader.tenant.id)
        names = [*self._names_to_move(limits, used, reader)]
        if names:
            moved, exceeded = limits_to_set({name: limits[name] for name in names}, used)
            yield self._record(reader, moved, exceeded)

    @override
    def reread(self, reader: TenantReader, ids: Collection[str]) -> Iterable[Record]:
        """Return all limits, the defaults included: others may have become the default."""
        if reader.tenant.id in ids:
            yield self._record(reader, self._limits(reader), {})

    def _record(self, reader: TenantReader, limits: Limits, exceeded: Limits) -> Record:
        tenant = reader.tenant
        fields = {"limits": limits, EXCEEDED: exceeded}
        return Record(type=self.name, id=tenant.id, name=tenant.name, fields=fields)

    def _limits(self, reader: TenantReader) -> Limits:
        """Return the tenant's limits, those from before a maintenance that has frozen them."""
        limits = self.api.limits(reader.cloud, reader.tenant.id)
        return {**limits, **reader.original_limits.get(self.api.service, {})}

    def _names_to_move(self, limits: Limits, used: Limits, reader: TenantReader) -> Iterable[str]:
        """Yield what is limited otherwise than by default, or is used beyond the default there."""
        here = self.api.default_limits(reader.cloud, reader.tenant.id)
        there = self.api.default_limits(reader.destination.cloud) if reader.destination else {}
        for name, limit in limits.items():
            is_own = limit != here.get(name)
            if name not in self.ignored and (is_own or _exceeds(used, there, name)):
                yield name

    @override
    def losses(self, record: Record, reader: TenantReader) -> Iterable[Loss]:
        """Return the limits that become what is used, beside what no type knows."""
        yield from super().losses(record, reader)
        if exceeded := record.fields.get(EXCEEDED):
            reason = "The tenant uses more than these limits: the copy's are what it uses."
            yield Loss(field=EXCEEDED, value=exceeded, reason=reason)

    @override
    def decide(self, record: Record, choice: str, reader: TenantReader) -> Decision:
        """Set the limits that the destination knows, unless its own were chosen."""
        cloud = reader.cloud
        if choice == KEPT:
            reason = f"The limits of cloud {cloud.name} were chosen."
            return Decision(action=SKIP, reason=reason)
        if choice:
            return Decision(
                problem=f"{choice!r} is no choice for the {self.label} of {record.name}.",
                fix=f"Choose {self.choice}; or nothing, to have them set.",
            )
        known = self.api.default_limits(cloud)
        unknown = [name for name in record.fields["limits"] if name not in known]
        reason = f"The {self.api.service.replace('_', ' ')} service of cloud {cloud.name} "
        reason += "has no such quota."
        losses = [
            Loss(field=name, value=record.fields["limits"][name], reason=reason) for name in unknown
        ]
        return Decision(resolution={"unknown": unknown}, losses=losses)

    @override
    def resolve_dependencies(
        self, record: Record, decision: Decision, decision_of: DecisionLookup
    ) -> Decision:
        """Skip the limits of a project that exists on the destination."""
        project = decision_of("project", record.id.partition(":")[0])
        if project and project.action == ADOPT:
            reason = "The project exists on the destination already and keeps its own limits."
            return Decision(action=SKIP, reason=reason)
        return decision

    @override
    def requires(self, record: Record, reader: TenantReader) -> Mapping[str, Sequence[Ref]]:
        """Return the project, which the source keeps as long as its limits are left out."""
        return {"create": [Ref("project", reader.tenant.id)]}

    @override
    def find(self, work: Work) -> str | None:
        id_ = self._id_there(work)
        return id_ if self._own_limits(work.destination, id_) else None

    def _id_there(self, work: Work) -> str:
        """Return what the limits are known by on the destination: the project's id."""
        return work.project_id

    def _scope(self, id_: str) -> str:
        """Return the last part of the path at which the limits of that id are."""
        return id_

    def _own_limits(self, cloud: CloudSession, id_: str) -> Limits:
        """Return the limits of that id that differ from those which others have."""
        return self.api.overrides(cloud, self._scope(id_))

    @override
    def obstacle_to_adopting(self, work: Work, id_: str) -> str:
        there = self.api.limits(work.destination, self._scope(id_))
        wanted = self._wanted(work)
        differing = [
            f"{name} is {there.get(name)}, not {limit}"
            for name, limit in wanted.items()
            if there.get(name) != limit
        ]
        return ", ".join(differing)

    @override
    def create(self, work: Work) -> str:
        """Set the limits. They are the project's own from then on, whatever the defaults become."""
        id_ = self._id_there(work)
        if limits := self._wanted(work):
            self.api.set(work.destination, self._scope(id_), limits)
        return id_

    def _wanted(self, work: Work) -> Limits:
        unknown = work.resolution.get("unknown", ())
        names = work.resolution.get("names", {})
        limits: Limits = work.record.fields["limits"]
        return {names.get(name, name): it for name, it in limits.items() if name not in unknown}

    @override
    def remove(self, work: Work) -> None:
        """Reset the limits to the defaults: the service would keep them without their project."""
        self.api.reset(work.destination, self._scope(work.destination_id))

    @override
    def serves(self, record: Record, kept: Collection[tuple[str, str]]) -> bool:
        return ("project", record.id.partition(":")[0]) in kept

    @override
    def finalize(self, work: Work) -> None:
        self.api.reset(work.source, self._scope(work.record.id))

    @override
    def differences(
        self, source: Record, destination: Record, destination_id_of: IdLookup
    ) -> Iterable[Difference]:
        """Return the limits that differ; one that the destination does not know is a loss."""
        ours, theirs = source.fields["limits"], destination.fields["limits"]
        wrong = [name for name in ours if theirs.get(name, ours[name]) != ours[name]]
        if wrong:
            yield Difference(
                field="limits",
                source={name: ours[name] for name in wrong},
                destination={name: theirs[name] for name in wrong},
            )


def limits_to_set(limits: Limits, used: Limits) -> tuple[Limits, Limits]:
    """Return the limits, those raised of which more is used, and as they are those that were."""
    exceeded = {name: limit for name, limit in limits.items() if _exceeds(used, limits, name)}
    return {**limits, **{name: used[name] for name in exceeded}}, exceeded


def _exceeds(used: Limits, limits: Limits, name: str) -> bool:
    """Return whether more is used than a limit allows."""
    return UNLIMITED != limits.get(name, UNLIMITED) < used.get(name, 0)
