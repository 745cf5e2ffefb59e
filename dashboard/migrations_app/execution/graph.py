"""Turns the items of a plan into the steps of a job, and their order."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property

from dashboard.jobs.kinds import StepSpec
from dashboard.jobs.states import Phase
from dashboard.migrations_app.execution.work import record_of
from dashboard.migrations_app.models import PlanItem
from dashboard.migrations_app.resources.base import ResourceType
from dashboard.migrations_app.resources.data_path import is_demanded
from dashboard.migrations_app.resources.records import COMPLETE, EVERYTHING, Stage
from dashboard.migrations_app.resources.registry import needed_by, resource_type

BARRIER = "settled"


class StepGraph:
    """The steps of a plan's items: a step a stage, with keys ``type:source id:stage``."""

    def __init__(self, items: Iterable[PlanItem]) -> None:
        self.items = {item.key: item for item in items}

    def steps(self) -> list[StepSpec]:
        """Return all steps; those of the phase complete that wait for everything wait for one
        barrier step, so that the number of edges stays linear."""
        steps = [step for item in self.items.values() for step in self._item_steps(item)]
        if not any(BARRIER in step.after for step in steps):
            return steps
        earlier = [step.key for step in steps if step.phase != Phase.COMPLETE]
        barrier = StepSpec(
            key=BARRIER,
            action=BARRIER,
            title="Wait for all earlier steps",
            group="project",
            phase=Phase.COMPLETE,
            after=earlier,
        )
        return [*steps, barrier]

    def _item_steps(self, item: PlanItem) -> Iterable[StepSpec]:
        previous: Stage | None = None
        dispensable: list[str] = []
        for stage in _stages(item):
            yield self._step(item, stage, previous, dispensable)
            if stage.dispensable:
                dispensable = [*dispensable, step_key(item, stage.name)]
            else:
                previous, dispensable = stage, []

    def _step(
        self, item: PlanItem, stage: Stage, previous: Stage | None, dispensable: Sequence[str]
    ) -> StepSpec:
        type_ = resource_type(item.type)
        needs = self._keys(item.requires.get(stage.name, ()))
        after = [*self._keys(item.follows.get(stage.name, ())), *dispensable]
        if previous:
            (after if stage.soft else needs).append(step_key(item, previous.name))
        elif "project" in type_.needs:
            needs += self._project_keys
            after += self._preceding_keys(type_)
        return StepSpec(
            key=step_key(item, stage.name),
            action=stage.name,
            title=f"{stage.verb or stage.name.capitalize()} {type_.called(item.title)}",
            group=item.type,
            phase=Phase[type_.phase_of(stage, record_of(item)).upper()],
            params={"item": item.pk},
            needs=_unique(needs),
            after=_unique(after),
        )

    @cached_property
    def _project_keys(self) -> list[str]:
        """Return the step after which the tenant's project can be used."""
        projects = [source_id for name, source_id in self.items if name == "project"]
        return [key for source_id in projects for key in self._keys_of("project", source_id, "")]

    def _preceding_keys(self, type_: ResourceType) -> list[str]:
        """Return the steps that come before those of a type because others must fit into them."""
        if type_.precedes_others:
            return []
        found = self._preceding.items()
        return [key for name, keys in found if type_.name not in needed_by(name) for key in keys]

    @cached_property
    def _preceding(self) -> dict[str, list[str]]:
        """The steps that create what precedes others, by type."""
        found: dict[str, list[str]] = {}
        for name, source_id in self.items:
            if resource_type(name).precedes_others:
                found.setdefault(name, []).extend(self._keys_of(name, source_id, ""))
        return found

    def _keys(self, refs: Sequence[Sequence[str]]) -> list[str]:
        return [key for ref in refs for key in self._keys_of(*ref)]

    def _keys_of(self, type_name: str, source_id: str, stage: str) -> list[str]:
        """Return the steps that a reference stands for, none if its object is not created."""
        if type_name == EVERYTHING:
            return [BARRIER]
        item = self.items.get((type_name, source_id))
        if item is None:
            return []
        type_, record = resource_type(type_name), record_of(item)
        return [
            step_key(item, each.name)
            for each in _stages(item)
            if each.name == (stage or type_.ready)
            or (stage == EVERYTHING and type_.phase_of(each, record) != COMPLETE)
        ]


def _stages(item: PlanItem) -> list[Stage]:
    """Return the stages of the item: what is already migrated has been through all of them, and
    what is left out may have begun them."""
    adopted = item.action in (PlanItem.Action.ADOPT, PlanItem.Action.MAP)
    stages = resource_type(item.type).stages
    wanted = [stage for stage in stages if stage.for_adopted or not adopted]
    return [
        stage
        for stage in wanted
        if not stage.on_demand or is_demanded(item.resolution, stage.on_demand)
    ]


def step_key(item: PlanItem, stage: str) -> str:
    """Return the key of the step that does a stage of an item."""
    return f"{item.type}:{item.source_id}:{stage}"


def without(step: StepSpec, keys: set[str]) -> StepSpec:
    """Return the step with only those of its dependencies that are among the keys."""
    return replace(
        step,
        needs=[key for key in step.needs if key in keys],
        after=[key for key in step.after if key in keys],
    )


def _unique(keys: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(keys))
