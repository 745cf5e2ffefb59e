"""A tenant's way from one cloud to another and back, looked at on each station."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.management import call_command

from dashboard.migrations_app.models import Plan
from tests.support.cloud.contents import contents
from tests.support.cloud.messages import Json
from tests.support.cloud.moving import TwoClouds, fresh, two_clouds
from tests.support.cloud.seeds import LAST, NAME, tenant_between


@dataclass(kw_only=True)
class Station:
    """What was on both clouds, and how the plan stood."""

    old: Json
    new: Json
    state: str = ""


@dataclass(kw_only=True)
class Journey:
    """The move of a tenant with all its stations: planned, moved, planned again, rolled back."""

    clouds: TwoClouds
    stations: dict[str, Station] = field(default_factory=dict)
    differences: list[tuple[str, str, str]] = field(default_factory=list)
    again: dict[str, int] = field(default_factory=dict)
    plan: Plan | None = None

    def arrive(self, name: str) -> None:
        """Read both clouds and the plan."""
        old, new = contents(self.clouds.old), contents(self.clouds.new)
        state = fresh(self.plan).state if self.plan else ""
        self.stations[name] = Station(old=old, new=new, state=state)


@contextmanager
def committed(unblocked: AbstractContextManager[Any]) -> Iterator[None]:
    """Work on the database as the product does, in threads; empty it afterwards."""
    with unblocked:
        try:
            yield
        finally:
            call_command("flush", verbosity=0, interactive=False)


def travel(
    clouds: TwoClouds, *, under: AbstractContextManager[Any] | None = None, **choices: Any
) -> Journey:
    """Move the seeded tenant and back; execution and rollback happen ``under`` some difficulty."""
    journey = Journey(clouds=clouds)
    journey.arrive("begin")
    plan = journey.plan = clouds.plan(NAME, **choices)
    journey.arrive("planned")
    with under or nullcontext():
        clouds.execute(plan)
        journey.arrive("moved")
        journey.differences = clouds.verify(plan)
        journey.arrive("verified")
        journey.again = _actions(clouds.plan(NAME, **choices))
        journey.arrive("planned again")
        clouds.roll_back(plan)
    journey.arrive("rolled back")
    return journey


def _actions(plan: Plan) -> dict[str, int]:
    """Return how many objects of a plan have each action."""
    found: dict[str, int] = {}
    for action in plan.items.values_list("action", flat=True):
        found[action] = found.get(action, 0) + 1
    return found


@contextmanager
def between(folder: Path, old: str, new: str, *, until: str = LAST) -> Iterator[TwoClouds]:
    """Serve clouds of two releases, of which the old one has the tenant, seeded that far."""
    with two_clouds(folder, old=old, new=new) as clouds:
        tenant_between(clouds.old, clouds.new, until=until)
        yield clouds
