"""How a job is started."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from graphlib import TopologicalSorter
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Max

from dashboard import secrets
from dashboard.errors import Conflict
from dashboard.jobs.interrupted import is_interrupted
from dashboard.jobs.kinds import BYTES, StepSpec
from dashboard.jobs.models import Dependency, Job, Step
from dashboard.jobs.pace import Pace
from dashboard.jobs.pacing import stored
from dashboard.jobs.queue import enqueue
from dashboard.jobs.requester import NOBODY, Requester
from dashboard.jobs.states import Phase, StepState

BATCH = 500


def start_job(
    *,
    kind: str,
    title: str,
    subject: str,
    steps: Sequence[StepSpec],
    params: Mapping[str, Any] | None = None,
    hold_before: Phase | None = None,
    hold_until: datetime | None = None,
    chains_at_once: int | None = None,
    pace: Pace | None = None,
    requester: Requester = NOBODY,
) -> Job:
    """Store a job with its steps, all or nothing, and ask a worker to run it.

    ``subject`` is what the job is about: two active jobs cannot share it. Raises ``Conflict`` with
    the other job's number, and ``ValueError`` for a graph that could never run. With a ``pace`` the
    number of chains at once adapts.
    """
    _check_graph(steps)
    with transaction.atomic():
        job = _insert_job(
            kind=kind,
            title=secrets.mask(title)[:200],
            subject=subject,
            active_subject=subject,
            params=dict(params or {}),
            hold_before=hold_before,
            hold_until=hold_until,
            **(stored(pace) if pace else {"chains_at_once": chains_at_once}),
            created_by=requester.user,
            launched_from=requester.origin,
        )
        _insert_steps(job, steps)
        enqueue(job.pk)
    return job


def conflict_over(subject: str) -> Conflict | None:
    """Return the error that names the active job of the subject, None if there is none."""
    return conflict_with(Job.objects.filter(active_subject=subject).first())


def conflict_with(holder: Job | None) -> Conflict | None:
    """Return the error that names the active job of a subject, None if there is none."""
    if holder is None:
        return None
    if is_interrupted(holder):
        return Conflict(
            f"“{holder.title}” (job {holder.pk}) was interrupted, and nobody is running it.",
            fix=f"Continue it with: pumphouse resume {holder.pk}, or cancel it. Workers of "
            "pumphouse up continue it by themselves within a minute or two.",
            job=holder.pk,
        )
    return Conflict(
        f"“{holder.title}” (job {holder.pk}) is already working on this.",
        fix="Wait for it to end, or cancel it.",
        job=holder.pk,
    )


def _check_graph(steps: Sequence[StepSpec]) -> None:
    keys = {step.key for step in steps}
    if len(keys) < len(steps):
        raise ValueError("Two steps of a job have the same key.")
    graph = {step.key: {*step.needs, *step.after} for step in steps}
    if unknown := set().union(*graph.values()) - keys:
        raise ValueError(f"Steps wait for steps that are not part of the job: {sorted(unknown)}.")
    TopologicalSorter(graph).prepare()


def _insert_job(**fields: Any) -> Job:
    try:
        with transaction.atomic():
            return Job.objects.create(**fields)
    except IntegrityError:
        if conflict := conflict_over(fields["subject"]):
            raise conflict from None
        raise


def add_steps(job: Job, steps: Sequence[StepSpec], *, before: str) -> None:
    """Add steps to a job that was started; a pending step of the key ``before`` waits for them.

    To be called with the job's row locked.
    """
    last = job.steps.aggregate(last=Max("ordinal"))["last"] or 0
    _insert_steps(job, steps, first=last + 1)
    waiting = job.steps.filter(key=before, state=StepState.PENDING).first()
    if waiting is not None:
        added = job.steps.filter(key__in=[step.key for step in steps])
        edges = [Dependency(step=waiting, needs=step, hard=False) for step in added]
        Dependency.objects.bulk_create(edges, batch_size=BATCH)
        job.steps.filter(pk=waiting.pk).update(blockers=F("blockers") + len(edges))


def _insert_steps(job: Job, steps: Sequence[StepSpec], *, first: int = 0) -> None:
    rows = [_step_row(job, ordinal, step) for ordinal, step in enumerate(steps, first)]
    Step.objects.bulk_create(rows, batch_size=BATCH)
    # MySQL does not return the keys of a bulk insert.
    ids = dict(Step.objects.filter(job=job).values_list("key", "pk"))
    edges = [
        Dependency(step_id=ids[step.key], needs_id=ids[key], hard=key in step.needs)
        for step in steps
        for key in {*step.needs, *step.after}
    ]
    Dependency.objects.bulk_create(edges, batch_size=BATCH)


def _step_row(job: Job, ordinal: int, step: StepSpec) -> Step:
    return Step(
        job=job,
        key=step.key,
        ordinal=ordinal,
        action=step.action,
        title=secrets.mask(step.title)[:250],
        group=step.group,
        chain=step.chain,
        opens_chain=step.opens_chain,
        phase=step.phase,
        params=dict(step.params),
        blockers=len({*step.needs, *step.after}),
        progress_total=step.expected_bytes,
        progress_unit=BYTES if step.expected_bytes else "",
    )
