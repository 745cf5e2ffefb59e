"""What became of the servers of a job, as a CSV file."""

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from dashboard.jobs.chain_rows import ChainRow, all_rows
from dashboard.jobs.models import Job
from dashboard.spreadsheets import cell

HEADINGS = (
    "server",
    "state",
    "halted_at",
    "runs_at",
    "seconds_down",
    "bytes",
    "predicted_seconds_down",
    "predicted_bytes",
)


class _Line:
    """A file for the csv module that hands each line back."""

    def write(self, line: str) -> str:
        return line


def csv_of(job: Job) -> Iterator[str]:
    """Yield the lines of the file: headings, and a server each. Times are in UTC."""
    writer: Any = csv.writer(_Line())
    yield writer.writerow(HEADINGS)
    for row in all_rows(job):
        yield writer.writerow(_cells(row))


def csv_of_several(jobs: Iterable[Job]) -> Iterator[str]:
    """Yield the lines of a file of several jobs: headings, and a server each with its job."""
    writer: Any = csv.writer(_Line())
    yield writer.writerow(("job", "title", *HEADINGS))
    for job in jobs:
        for row in all_rows(job):
            yield writer.writerow((job.pk, cell(job.title), *_cells(row)))


def _cells(row: ChainRow) -> tuple[object, ...]:
    down = row.seconds_down
    return (
        cell(row.title),
        row.words,
        _time(row.halted_at),
        _time(row.runs_at),
        "" if down is None else round(down, 1),
        row.bytes_done,
        "" if row.predicted_seconds is None else round(row.predicted_seconds, 1),
        "" if row.predicted_bytes is None else row.predicted_bytes,
    )


def _time(moment: datetime | None) -> str:
    return "" if moment is None else moment.isoformat(timespec="seconds")
