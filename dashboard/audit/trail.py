"""The trail, filtered, for its page, its file and the API."""

from collections.abc import Iterator, Mapping
from datetime import datetime, time
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_date

from dashboard.audit.models import Act
from dashboard.spreadsheets import cell

COLUMNS = ("at", "who", "origin", "address", "verb", "target", "options", "result", "said", "jobs")
MOST_IN_FILE = 50_000


def filtered(asked: Mapping[str, str]) -> QuerySet[Act]:
    """Return the acts that a query asks for: who, verb, target, origin, result, first and last
    day."""
    acts = Act.objects.all()
    for name, lookup in (("who", "who"), ("origin", "origin"), ("result", "result")):
        if value := asked.get(name, "").strip():
            acts = acts.filter(**{lookup: value})
    for name in ("verb", "target"):
        if words := asked.get(name, "").strip():
            acts = acts.filter(**{f"{name}__icontains": words})
    if first := _day(asked.get("from", "")):
        acts = acts.filter(at__gte=_moment(first, time.min))
    if last := _day(asked.get("to", "")):
        acts = acts.filter(at__lte=_moment(last, time.max))
    return acts


def rows_of(acts: QuerySet[Act]) -> Iterator[list[str]]:
    """Yield the rows of a CSV file, its header first: at most ``MOST_IN_FILE`` of the latest."""
    yield list(COLUMNS)
    found = acts.prefetch_related("jobs")[:MOST_IN_FILE]
    for act in found.iterator(chunk_size=500):
        values: dict[str, Any] = {name: getattr(act, name) for name in COLUMNS}
        values["at"] = act.at.isoformat(timespec="seconds")
        values["options"] = "; ".join(act.option_list)
        values["jobs"] = " ".join(str(job.pk) for job in act.jobs.all())
        yield [cell(str(value)) for value in values.values()]


def _day(text: str) -> Any:
    try:
        return parse_date(text.strip())
    except ValueError:
        return None


def _moment(day: Any, hour: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, hour))
