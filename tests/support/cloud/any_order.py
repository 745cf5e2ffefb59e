"""Runs the steps of jobs one at a time, in any order that their dependencies allow.

Runners begin what stands first, so that a dependency which is missing shows only when one thread is
much slower than the others. Here each step may come right after what it needs, before all else.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from random import Random
from unittest.mock import patch

from dashboard.jobs import runner
from dashboard.jobs.claiming import claim, ready_steps
from dashboard.jobs.models import Dependency, Step
from dashboard.jobs.states import StepState


@contextmanager
def in_any_order(seed: int) -> Iterator[None]:
    """Run every job inside in an order of its own, the same ones for each seed."""
    order = _AnyOrder(Random(seed))
    with (
        patch.object(runner, "claim_ready", order.claim),
        patch.object(runner, "claim_in_chains", order.claim),
    ):
        yield


class _AnyOrder:
    """Claims the ready step that comes first in a job's own order, once no other runs."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._places: dict[int, dict[int, int]] = {}

    def claim(
        self, job_id: int, *, owner: str, limit: int, excluding: Collection[int]
    ) -> list[Step]:
        """Claim one step, as ``claim_ready`` claims several."""
        if Step.objects.filter(job_id=job_id, state=StepState.RUNNING).exists():
            return []
        if job_id not in self._places:
            self._places[job_id] = self._draw(job_id)
        ready = ready_steps(job_id).exclude(pk__in=excluding).values_list("pk", flat=True)
        return claim(owner, sorted(ready, key=self._places[job_id].__getitem__)[:1])

    def _draw(self, job_id: int) -> dict[int, int]:
        """Return the place of each step: in a random order, each after all that it needs."""
        steps = [*Step.objects.filter(job_id=job_id).values_list("pk", flat=True)]
        needs: dict[int, list[int]] = {step: [] for step in steps}
        of_job = Dependency.objects.filter(step__job_id=job_id)
        for step, needed in of_job.values_list("step", "needs"):
            needs[step].append(needed)
        places: dict[int, int] = {}

        def place(step: int) -> None:
            if step not in places:
                for needed in self._shuffled(needs[step]):
                    place(needed)
                places[step] = len(places)

        for step in self._shuffled(steps):
            place(step)
        return places

    def _shuffled(self, steps: list[int]) -> list[int]:
        return self._random.sample(steps, len(steps))
