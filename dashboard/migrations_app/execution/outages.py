"""Outages: servers of tenants that ran, and that run on neither cloud because of their move."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from dashboard.jobs.models import Job
from dashboard.migrations_app.models import LedgerEntry, Plan

WORK = ("execute", "rollback")


@dataclass(frozen=True)
class Outage:
    """The servers of one move that are down, the longest first, and the latest job at work on it.

    ``job`` is None only where its row was deleted.
    """

    plan: Plan
    entries: Sequence[LedgerEntry]
    job: Job | None

    @property
    def since(self) -> datetime | None:
        """Since when the first of them is down."""
        return self.entries[0].down_since

    @property
    def names(self) -> list[str]:
        """The names of the servers, or their ids where they have none."""
        return [entry.title for entry in self.entries]


def current_outages() -> list[Outage]:
    """Return the outages of all tenants, the longest first, in two queries."""
    return _outages(servers_down())


def outages_of(subject: str, jobs: Sequence[Job] | None = None) -> list[Outage]:
    """Return the outages of the tenant that is a job's subject.

    ``jobs`` are all of that subject, latest first, where the caller has them already.
    """
    tenant_id = subject.partition(":")[2]
    return _outages(servers_down().filter(plan__tenant_id=tenant_id), jobs) if tenant_id else []


def servers_down() -> QuerySet[LedgerEntry]:
    """Return the entries of the servers that are down, the longest first, with their plans."""
    rows = LedgerEntry.objects.exclude(down_since=None).exclude(plan=None)
    related = ("plan", "plan__source", "plan__destination")
    return rows.select_related(*related).order_by("down_since", "pk")


def _outages(entries: Iterable[LedgerEntry], jobs: Sequence[Job] | None = None) -> list[Outage]:
    by_plan: dict[Plan, list[LedgerEntry]] = {}
    for entry in entries:
        if entry.plan:
            by_plan.setdefault(entry.plan, []).append(entry)
    subjects = {plan.subject for plan in by_plan}
    if jobs is None:
        jobs = list(Job.objects.filter(subject__in=subjects, kind__in=WORK)) if subjects else []
    latest = {job.subject: job for job in reversed(jobs) if job.kind in WORK}
    return [Outage(plan, rows, latest.get(plan.subject)) for plan, rows in by_plan.items()]
