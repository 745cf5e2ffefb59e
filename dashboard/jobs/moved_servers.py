"""For how long each server of a job was down that has moved, without all of its steps."""

from datetime import datetime
from typing import NamedTuple

from django.db.models.fields.json import KT

from dashboard.jobs.chain_rows import ended_chains, servers_of
from dashboard.jobs.models import PREDICTED, SERVER, Job
from dashboard.jobs.states import StepState

Halt = tuple[str, str, datetime | None, str | None, str | None]
"""A step that begins a chain: the chain, its key, when it began, and what it tells of its server:
the key of its halt and the seconds predicted, None in jobs of older versions."""


class MovedServer(NamedTuple):
    """For how many seconds a server was down and was to be down, None where nobody knows."""

    down: float | None
    predicted: float | None


def moved_servers(job: Job) -> list[MovedServer]:
    """Return the times of the servers that run in the destination, by at most three queries."""
    ended = dict(ended_chains(job.steps.all()).values_list("chain", "ended"))
    halts = _halts(job)
    halted = _halted_at(job, halts)
    return [
        MovedServer(
            down=_seconds(halted.get(halt or key), ended[chain]),
            predicted=float(predicted) if predicted else None,
        )
        for chain, key, _, halt, predicted in halts
        if chain in ended
    ]


def _halts(job: Job) -> list[Halt]:
    begun = servers_of(job).exclude(state=StepState.SKIPPED).order_by()
    about = KT(f"params__{SERVER}__halt"), KT(f"params__{SERVER}__{PREDICTED}__seconds")
    return list(begun.values_list("chain", "key", "started_at", *about))


def _halted_at(job: Job, halts: list[Halt]) -> dict[str, datetime | None]:
    """Return when the halt of each server began, by its key; a hook may begin the chain."""
    found = {key: at for _, key, at, *_ in halts}
    others = {halt for *_, halt, _ in halts if halt} - {*found}
    if others:
        steps = job.steps.filter(key__in=others).order_by()
        found |= dict(steps.values_list("key", "started_at"))
    return found


def _seconds(begin: datetime | None, end: datetime | None) -> float | None:
    return (end - begin).total_seconds() if begin and end else None
