"""The move of one resource type's objects: begun as far as they need, and then step by step."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from graphlib import TopologicalSorter

from django.db import transaction

from dashboard.clients.openstack import CloudSession
from dashboard.jobs.kinds import StepContext, StepSpec
from dashboard.migrations_app import ledger
from dashboard.migrations_app.execution import identities
from dashboard.migrations_app.execution.execute import execute_stage
from dashboard.migrations_app.execution.graph import BARRIER, StepGraph
from dashboard.migrations_app.execution.rollback import undo_stage
from dashboard.migrations_app.execution.work import record_of
from dashboard.migrations_app.models import LedgerEntry, Plan, PlanItem
from dashboard.migrations_app.planning.drafting import Planner
from dashboard.migrations_app.resources.base import ResourceType
from dashboard.migrations_app.resources.reader import TenantReader, TenantRef
from dashboard.migrations_app.resources.records import Difference, Record
from tests.support.cloud.changes import ACTORS, QUOTAS, row_of
from tests.support.cloud.contents import counts
from tests.support.cloud.messages import Json
from tests.support.cloud.moving import TwoClouds
from tests.support.cloud.seeds import NAME


def context(*, resumed: bool = False) -> StepContext:
    """Return what the engine gives to a step."""
    return StepContext(
        log=lambda *_, **__: None,
        progress=lambda *_: None,
        check=lambda: None,
        resumed=resumed,
    )


def draft_plan(
    clouds: TwoClouds,
    tenant: TenantRef,
    choices: Mapping[str, str] | None = None,
    options: Mapping[str, str] | None = None,
) -> Plan:
    """Return a plan of a tenant's move, drafted here and now."""
    plan = Plan.objects.create(
        source=clouds.source,
        destination=clouds.destination,
        tenant_id=tenant.id,
        tenant_name=tenant.name,
        domain_name=tenant.domain_name,
        choices=dict(choices or {}),
        options=dict(options or {}),
    )
    planner = Planner(plan, context())
    planner.draft()
    planner.store()
    for item in plan.items.filter(action__in=("adopt", "map")):
        ledger.record_found(item)
    return plan


def neighbour_moved(clouds: TwoClouds) -> None:
    """Record that the project with which the seeded tenant shares things has moved before."""
    here, there = (
        cloud.identity.projects.where(name=f"{name}-neighbour")[0]
        for cloud, name in ((clouds.old, NAME), (clouds.new, "other"))
    )
    LedgerEntry.objects.create(
        source_cloud=clouds.source,
        destination_cloud=clouds.destination,
        type="project",
        source_id=here["id"],
        destination_id=there["id"],
        state=LedgerEntry.State.PRESENT,
    )


@dataclass(kw_only=True)
class Move:
    """The move of one type's objects: all that it needs is there, the rest is still to be done.

    ``rest`` are the steps of the type itself, and those between them, in their order; ``once`` is
    what the destination has when each was done once.
    """

    clouds: TwoClouds
    plan: Plan
    type: ResourceType
    rest: list[StepSpec] = field(default_factory=list)
    once: Counter[str] = field(default_factory=Counter)

    def begin(self) -> None:
        """Do what comes before the type's own steps."""
        steps = self._ordered()
        mine = {step.key for step in steps if step.group == self.type.name}
        needed = _reached(mine, {step.key: step.needs for step in steps})
        later = _reached(mine, {step.key: _dependants(step, steps) for step in steps})
        for step in steps:
            if step.key in needed and step.key in later:
                self.rest.append(step)
            elif step.key in needed:
                self.do(step)
        with self.kept():
            self.do_all()
            self.once = counts(self.clouds.new)

    def do_everything(self) -> None:
        """Do all steps of the plan."""
        for step in self._ordered():
            self.do(step)

    def _ordered(self) -> list[StepSpec]:
        items = self.plan.items.select_related("plan__source", "plan__destination")
        chosen = items.exclude(action__in=("keep", "skip"))
        steps = {step.key: step for step in StepGraph(chosen).steps()}
        graph = {key: [*step.needs, *step.after] for key, step in steps.items()}
        order = TopologicalSorter(graph).static_order()
        return [steps[key] for key in order if key in steps and key != BARRIER]

    @cached_property
    def items(self) -> list[PlanItem]:
        """The items of the type that are to be created."""
        return [*self.plan.items.filter(type=self.type.name, action="create")]

    @property
    def own_steps(self) -> list[StepSpec]:
        """The steps of the type itself."""
        return [step for step in self.rest if step.group == self.type.name]

    def item(self, step: StepSpec) -> PlanItem:
        """Return the item that a step is about."""
        return self._items[step.params["item"]]

    @cached_property
    def _items(self) -> dict[int, PlanItem]:
        items = self.plan.items.select_related("plan__source", "plan__destination")
        return {item.pk: item for item in items}

    def entry(self, step: StepSpec) -> LedgerEntry:
        """Return the ledger's entry of the object that a step is about."""
        item = self.item(step)
        entry = ledger.entry_of(self.plan, item.type, item.source_id)
        assert entry is not None
        return entry

    def do(self, step: StepSpec, *, resumed: bool = False) -> None:
        """Do a step, as the engine does."""
        execute_stage(self.item(step), step.action, context(resumed=resumed))

    def undo(self, step: StepSpec) -> None:
        """Undo a step, as the engine does."""
        undo_stage(self.item(step), step.action, context())

    def do_all(self, do: Callable[[StepSpec], None] | None = None) -> None:
        """Do the rest, the type's own steps by ``do``."""
        for step in self.rest:
            if do and step.group == self.type.name:
                do(step)
            else:
                self.do(step)

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Put everything back afterwards: both clouds and the database."""
        clouds = (self.clouds.old, self.clouds.new)
        before = [cloud.keep() for cloud in clouds]
        with transaction.atomic():
            yield
            transaction.set_rollback(True)
        for cloud, state in zip(clouds, before, strict=True):
            cloud.put_back(state)
        self.forget_people()

    def make_default_group(self) -> None:
        """Make neutron create the project's default group, as any listing of groups does.

        Not where it is what moves.
        """
        entry = ledger.entry_of(self.plan, "project", self.plan.tenant_id)
        groups = self.clouds.new.network.groups
        if entry and entry.destination_id and groups.rows is not self.rows:
            groups.ensure_default(entry.destination_id)

    def forget_people(self) -> None:
        """Drop every session but the operator's: users of the same name may be new."""
        identities.identities_of(self.plan)._actors.clear()

    def row_of(self, item: PlanItem) -> Json | None:
        """Return the row on the destination of what an object has become, None without one."""
        id_ = self.destination_ids().get(item.source_id, "")
        return row_of(self.clouds.new, self.type.name, id_)

    @property
    def rows(self) -> dict[str, Json]:
        """All rows of the collection on the destination that the type's objects are in."""
        if self.type.name in ACTORS:
            return self.clouds.new.rows("identity/assignments")
        if self.type.name == "image_quota":
            return self.clouds.new.identity.limits.rows
        if service := QUOTAS.get(self.type.name):
            return self.clouds.new.quotas.own(service)
        return self.clouds.new.rows(self._collection)

    @cached_property
    def _collection(self) -> str:
        """The collection in which the type's objects are on the source."""
        for name, rows in self.clouds.old.state.items():
            if isinstance(rows, dict) and self.items[0].source_id in rows and "/" in name:
                return str(name)
        raise AssertionError(f"Nothing on the source is the {self.type.name} {self.items[0]}.")

    def reader(self) -> TenantReader:
        """Return a new reader of the tenant's project on the destination."""
        id_ = ledger.destination_id_of(self.plan, "project", self.plan.tenant_id)
        tenant = TenantRef(id_, self.plan.tenant_name, self.plan.domain_name)
        return _verifying(self.clouds.destination_session, tenant)

    def destination_ids(self) -> dict[str, str]:
        """Return what the type's objects have become, by their source ids."""
        entries = self.plan.ledger_entries.filter(type=self.type.name, state="present")
        return dict(entries.values_list("source_id", "destination_id"))

    def moved(self, item: PlanItem) -> Record | None:
        """Return what an object has become, as verification reads it."""
        id_ = self.destination_ids().get(item.source_id, "")
        found = {record.id: record for record in self.type.reread(self.reader(), {id_})}
        return found.get(id_)

    def differences(self, item: PlanItem) -> list[Difference]:
        """Return the differences of an object, as verification finds them."""
        destination = self.moved(item)
        if destination is None:
            return [Difference(field="presence", source="present", destination="missing")]
        entry = ledger.entry_of(self.plan, item.type, item.source_id)
        assert entry is not None
        source = self.type.original_state(self._original(item), entry.stage_data)
        return [*self.type.differences(source, destination, self._destination_id_of)]

    def _original(self, item: PlanItem) -> Record:
        """Return an object of the source as planned, with what only verification asks for."""
        record = record_of(item)
        return replace(record, fields={**record.fields, **self._asked_of_each.get(record.id, {})})

    @cached_property
    def _asked_of_each(self) -> dict[str, Json]:
        """What verification reads of the type's objects on the source beyond the plan, by id."""
        tenant = TenantRef(self.plan.tenant_id, self.plan.tenant_name, self.plan.domain_name)
        found = self.type.discover(_verifying(self.clouds.source_session, tenant))
        planned = {item.source_id: item.fields for item in self.items}
        return {
            record.id: {k: v for k, v in record.fields.items() if k not in planned[record.id]}
            for record in found
            if record.id in planned
        }

    def _destination_id_of(self, type_name: str, source_id: str) -> str | None:
        entry = ledger.entry_of(self.plan, type_name, source_id)
        return entry.destination_id if entry else None


def _verifying(session: CloudSession, tenant: TenantRef) -> TenantReader:
    """Return a reader as verification has one."""
    reader = TenantReader(session, tenant)
    reader.asks_of_each = True
    return reader


def _reached(begin: set[str], edges: dict[str, Iterable[str]]) -> set[str]:
    """Return all keys to which edges lead, those where they begin included."""
    found, new = set(begin), set(begin)
    while new:
        new = {after for key in new for after in edges.get(key, ())} - found
        found |= new
    return found


def _dependants(step: StepSpec, steps: Iterable[StepSpec]) -> list[str]:
    return [other.key for other in steps if step.key in other.needs]
