"""What somebody else needs to understand a job: one zip file, of bounded size, without secrets.

Each file is masked as a whole when it is written. Apps add what they know of a job when they are
ready.
"""

import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model, QuerySet
from django.utils.module_loading import import_string

from dashboard import secrets
from dashboard.jobs.bundle_settings import limits, settings_without_secrets, versions
from dashboard.jobs.models import Job, LogLevel

MOST_STEPS = 20_000
MOST_LINES = 50_000
LONGEST_LINE = 2_000
MOST_BYTES = 40_000_000
"""Of all files together, before they are compressed."""
File = tuple[str, Iterable[str]]
_sources: list[str] = []


def add_bundle_files(path: str) -> None:
    """Ask the function at a dotted path for files, too: it takes a job and yields names and texts.

    It is imported when a bundle is made: commands start faster without it.
    """
    _sources.append(path)


def bundle_of(job: Job) -> bytes:
    """Return the zip file of a job."""
    out, left = io.BytesIO(), MOST_BYTES
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, texts in _files(job):
            text = _bounded(texts, left)
            left -= len(text)
            archive.writestr(f"pumphouse-job-{job.pk}/{name}", text)
    return out.getvalue()


def as_json(data: Any) -> list[str]:
    """Return the text of a file with that data, as one piece."""
    return [json.dumps(data, cls=DjangoJSONEncoder, indent=1, default=str)]


def row_data(row: Model, *, without: Iterable[str] = ()) -> dict[str, Any]:
    """Return the fields of a row by their names, safe where their names say that they are not."""
    fields = (field.attname for field in row._meta.concrete_fields)
    return {
        name: without_secrets(name, getattr(row, name)) for name in fields if name not in without
    }


def rows_data(rows: QuerySet[Any], most: int) -> list[dict[str, Any]]:
    """Return the fields of the first rows of a query."""
    return [row_data(row) for row in rows[:most]]


def without_secrets(name: str, value: Any) -> Any:
    """Return a value whose members with names of secrets are masked, however deep."""
    if secrets.names_a_secret(name) and value:
        return secrets.MASK
    if isinstance(value, Mapping):
        return {str(key): without_secrets(str(key), each) for key, each in value.items()}
    return [without_secrets("", each) for each in value] if isinstance(value, list) else value


def _files(job: Job) -> Iterator[File]:
    yield "job.json", as_json(row_data(job))
    yield "versions.json", as_json(versions())
    yield "settings.json", as_json(settings_without_secrets())
    yield "limits.json", as_json(limits(job))
    yield "steps.json", as_json(rows_data(job.steps.all(), MOST_STEPS))
    for path in _sources:
        yield from import_string(path)(job)
    yield "log.txt", _lines(job)


def _lines(job: Job) -> Iterator[str]:
    """Yield the latest lines of the log, in their order."""
    labels = dict(LogLevel.choices)
    latest = job.log.order_by("-pk").values_list("created_at", "level", "step_id", "message")
    for at, level, step, message in reversed(latest[:MOST_LINES]):
        text = message if len(message) <= LONGEST_LINE else f"{message[:LONGEST_LINE]}…"
        yield f"{at:%Y-%m-%dT%H:%M:%S.%fZ} {labels[level]:7} {step or '-'} {text}\n"


def _bounded(texts: Iterable[str], most: int) -> bytes:
    """Return the texts, masked as one, cut where they take more bytes than are left."""
    whole = secrets.mask("".join(texts)).encode()
    if len(whole) <= most:
        return whole
    return whole[: max(0, most)] + b"\n[cut here: the bundle is full]\n"
