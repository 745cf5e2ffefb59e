"""Shows a job's progress: bars on a terminal, lines elsewhere."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from django.utils import timezone
from rich.console import Console
from rich.filesize import decimal as as_size
from rich.progress import BarColumn, Progress, TaskID, TextColumn
from rich.text import Text

from dashboard.cli.outcome import describe
from dashboard.jobs.models import Job, LogLevel, LogLine
from dashboard.jobs.progress import JobProgress
from dashboard.visible_text import visible

SECONDS_BETWEEN_LINES = 10.0
STYLES = {
    LogLevel.SUCCESS: "green",
    LogLevel.WARNING: "yellow",
    LogLevel.ERROR: "red",
}


class ProgressDisplay(Protocol):
    """What shows a job that is followed."""

    def update(self, progress: JobProgress) -> None:
        """Show a new snapshot and what was logged since the last one."""

    def note(self, sentence: str) -> None:
        """Show a sentence about the command itself."""


@contextmanager
def display_on(console: Console, job: Job) -> Iterator[ProgressDisplay]:
    """Return the display that suits the console; the last lines of the log are shown at its end."""
    log = LogTail(console, job, least=LogLevel.SUCCESS if console.is_terminal else LogLevel.INFO)
    try:
        if console.is_terminal:
            with _progress(console) as progress:
                yield Bars(progress, log)
        else:
            yield Lines(console, log)
    finally:
        log.show()


class LogTail:
    """The part of a job's log that has not been shown yet."""

    def __init__(self, console: Console, job: Job, *, least: LogLevel) -> None:
        self._console = console
        self._job = job
        self._least = least
        last = LogLine.objects.filter(job=job).order_by("-pk").first()
        # A job that is followed from its start shows all of its log, one resumed only the new part.
        self._after = last.pk if last and job.started_at else 0

    def show(self) -> None:
        """Print what came since the last call."""
        lines = LogLine.objects.filter(job=self._job, pk__gt=self._after, level__gte=self._least)
        for line in lines:
            moment = timezone.localtime(line.created_at).strftime("%H:%M:%S")
            style = STYLES.get(LogLevel(line.level), "")
            self._console.print(
                Text(visible(f"{moment} {line.message}"), style=style), soft_wrap=True
            )
            self._after = line.pk


class Bars:
    """A bar for each group of steps, and what the whole job does below them."""

    def __init__(self, progress: Progress, log: LogTail) -> None:
        self._progress = progress
        self._log = log
        self._tasks: dict[str, TaskID] = {}

    def update(self, progress: JobProgress) -> None:
        """Redraw the bars from a snapshot."""
        self._log.show()
        for group in progress.groups:
            settled = group.done + group.skipped
            failed = f", {group.failed} failed" if group.failed else ""
            size = f", {as_size(group.bytes_done)}" if group.bytes_done else ""
            self._draw(group.group, settled, group.total, f"{settled}/{group.total}{failed}{size}")
        settled = progress.done + progress.skipped
        self._draw("all", settled, progress.total, describe(progress))

    def note(self, sentence: str) -> None:
        """Print above the bars."""
        self._progress.console.print(sentence)

    def _draw(self, name: str, done: int, total: int, text: str) -> None:
        if name not in self._tasks:
            self._tasks[name] = self._progress.add_task(
                visible(name) or "other", total=total, text=text
            )
        self._progress.update(self._tasks[name], completed=done, total=total, text=text)


class Lines:
    """Plain lines, for logs and pipes."""

    def __init__(self, console: Console, log: LogTail) -> None:
        self._console = console
        self._log = log
        self._written_at = 0.0

    def update(self, progress: JobProgress) -> None:
        """Print the log, and how far the job is when it has not been said for a while."""
        self._log.show()
        silent = time.monotonic() - self._written_at
        if progress.total > 1 and silent >= SECONDS_BETWEEN_LINES:
            self.note(describe(progress))
            self._written_at = time.monotonic()

    def note(self, sentence: str) -> None:
        """Print a line."""
        self._console.print(sentence, soft_wrap=True)


def _progress(console: Console) -> Progress:
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[text]}", markup=False),
    )
    return Progress(*columns, console=console)
