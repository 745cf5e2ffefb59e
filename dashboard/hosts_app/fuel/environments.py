"""Stores the environments of Fuel, and the clouds in them, as rows."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from dashboard.clients.fuel.facts import CloudFacts
from dashboard.clients.fuel.master import FuelMaster
from dashboard.clients.fuel.objects import Environment, Node
from dashboard.errors import Conflict, NeedsOperator, NotFound
from dashboard.hosts_app.fuel.clouds import (
    SeenEnvironment,
    link_file_clouds,
    reconcile_cloud,
    retire_clouds_of,
)
from dashboard.hosts_app.fuel.masters import configured_fuel, is_fuel_configured
from dashboard.hosts_app.fuel.releases import store_releases
from dashboard.hosts_app.models import FuelEnvironment
from dashboard.jobs.job_lists import ENDED_JOB_STATES
from dashboard.jobs.kinds import StepSpec
from dashboard.jobs.models import Job
from dashboard.jobs.requester import NOBODY, SCHEDULE, Requester
from dashboard.jobs.starting import start_job

KIND = "discover_environments"
TITLE = "Refresh the environments of Fuel"


def start_environment_discovery(*, requester: Requester = NOBODY) -> Job:
    """Start to refresh Fuel's environments.

    Raises ``BadInput`` when no Fuel master is configured, ``Conflict`` while another one runs.
    """
    configured_fuel()
    return _start(requester=requester)


def discover_when_due() -> None:
    """Start a refresh unless no Fuel master is configured or one runs; called by a schedule.

    A master that is configured wrongly fails the job, where people see it. Only the last refresh
    that the schedule started is kept: there are 144 a day.
    """
    if not is_fuel_configured():
        return
    with suppress(Conflict):
        job = _start(requester=SCHEDULE)
        earlier = Job.objects.filter(kind=KIND, launched_from=SCHEDULE.origin, pk__lt=job.pk)
        earlier.filter(state__in=ENDED_JOB_STATES).delete()


def _start(*, requester: Requester = NOBODY) -> Job:
    return start_job(
        kind=KIND,
        title=TITLE,
        subject="fuel",
        steps=[StepSpec(key="refresh", action="refresh", title=TITLE)],
        requester=requester,
    )


def refresh_environments() -> list[str]:
    """Store what Fuel says now. Return a line for each environment that has changed.

    Everything is read before anything is stored, so nothing changes when Fuel fails.
    """
    fuel = configured_fuel()
    releases = fuel.releases()
    seen = _read(fuel, {release.id: release.name for release in releases})
    with transaction.atomic():
        store_releases(releases, fuel=fuel.address)
        known = {row.environment_id: row for row in _rows_of(fuel)}
        rows = {one.environment.id: _store(fuel, one) for one in seen}
        link_file_clouds(seen, rows=rows)
        changes = [_store_changes(rows[one.environment.id], one, known) for one in seen]
        return [line for line in (*changes, *_mark_gone(fuel, seen)) if line]


def _read(fuel: FuelMaster, releases: Mapping[int, str]) -> list[SeenEnvironment]:
    """Read all environments: a call for each of them, and two for all of them."""
    nodes: defaultdict[int | None, list[Node]] = defaultdict(list)
    for node in fuel.nodes():
        nodes[node.environment_id].append(node)
    found = []
    for environment in fuel.environments():
        facts, obstacle = _read_facts(fuel, environment, nodes[environment.id])
        seen = SeenEnvironment(
            environment=environment,
            release=releases.get(environment.release_id, ""),
            node_count=len(nodes[environment.id]),
            facts=facts,
            obstacle=obstacle,
        )
        found.append(seen)
    return found


def _read_facts(
    fuel: FuelMaster, environment: Environment, nodes: Sequence[Node]
) -> tuple[CloudFacts | None, str]:
    """Return the facts of the cloud in an environment, or None and the reason."""
    try:
        return fuel.cloud_facts_of(environment, nodes), ""
    except (NeedsOperator, NotFound) as error:
        return None, str(error)


def _rows_of(fuel: FuelMaster) -> QuerySet[FuelEnvironment]:
    return FuelEnvironment.objects.filter(fuel=fuel.address)


def _store(fuel: FuelMaster, seen: SeenEnvironment) -> FuelEnvironment:
    fields = {
        "name": seen.environment.name,
        "status": seen.environment.status,
        "release": seen.release,
        "node_count": seen.node_count,
        "is_gone": False,
        "seen_at": timezone.now(),
    }
    row, _ = FuelEnvironment.objects.update_or_create(
        fuel=fuel.address,
        environment_id=seen.environment.id,
        defaults=fields,
        create_defaults={**fields, "news_at": timezone.now()},
    )
    return row


def _store_changes(
    row: FuelEnvironment, seen: SeenEnvironment, known: Mapping[int, FuelEnvironment]
) -> str:
    changes = _changes(known.get(row.environment_id), row)
    return _store_news(row, " ".join(filter(None, [*changes, reconcile_cloud(seen, row=row)])))


def _changes(old: FuelEnvironment | None, new: FuelEnvironment) -> list[str]:
    """Return what differs between two refreshes, a sentence each."""
    if old is None:
        return ["It is new."]
    changed = {
        "It is back.": old.is_gone,
        f"It was renamed from {old.name} to {new.name}.": old.name != new.name,
        f"It went from {old.status_words} to {new.status_words}.": old.status != new.status,
        f"Its release changed from {old.release} to {new.release}.": old.release != new.release,
        f"It went from {old.node_count} to {new.node_count} nodes.": (
            old.node_count != new.node_count
        ),
    }
    return [sentence for sentence, is_so in changed.items() if is_so]


def _mark_gone(fuel: FuelMaster, seen: Sequence[SeenEnvironment]) -> list[str]:
    """Mark the environments that Fuel no longer has, and those of another Fuel master."""
    ids = [one.environment.id for one in seen]
    there = Q(fuel=fuel.address, environment_id__in=ids)
    return [
        _mark_as_gone(row, fuel) for row in FuelEnvironment.objects.filter(~there, is_gone=False)
    ]


def _mark_as_gone(row: FuelEnvironment, fuel: FuelMaster) -> str:
    if row.fuel == fuel.address:
        sentence = f"It is no longer in Fuel at {row.fuel}."
    else:
        sentence = f"It is in Fuel at {row.fuel}, but {fuel.address} is configured now."
    row.is_gone = True
    retire_clouds_of(row, because=f"Environment {row.name}: {sentence}")
    return _store_news(row, sentence)


def _store_news(row: FuelEnvironment, news: str) -> str:
    """Store what has changed, and return it with the environment's name; "" leaves the old."""
    if not news:
        return ""
    row.news, row.news_at = news, timezone.now()
    row.save()
    return f"Environment {row.name}: {news}"
