"""Recording an act while it happens.

Its row is stored together with the first job that it starts, so that no job is without one even if
the process dies, and otherwise at its end.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from dashboard import secrets
from dashboard.audit.models import Act
from dashboard.jobs.kinds import internal_kinds
from dashboard.jobs.models import Job

LONGEST_ANSWER = 1000


class Recording:
    """An act that happens now; ``describe`` fills its row once that has to be stored."""

    def __init__(self, describe: Callable[[Act], None]) -> None:
        self._describe = describe
        self.act = Act()

    def store(self) -> Act:
        """Store the row as far as it is known, and return it."""
        self._describe(self.act)
        self.act.save()
        return self.act

    def add(self, job: Job) -> None:
        """Note a job that the act has started."""
        if self.act.pk is None:
            self.store()
        self.act.jobs.add(job)

    def end(self, result: Act.Result, said: str = "") -> None:
        """Store what came of it."""
        self.act.result, self.act.said = result, secrets.mask(said)[:LONGEST_ANSWER]
        self.store()


_current: ContextVar[Recording | None] = ContextVar("the act that is recorded", default=None)


@contextmanager
def recording(describe: Callable[[Act], None]) -> Iterator[Recording]:
    """Record what happens in the block as one act; whoever opens it ends it."""
    made = Recording(describe)
    before = _current.set(made)
    try:
        yield made
    finally:
        _current.reset(before)


def note_job(*, instance: Job, created: bool, **_signal: Any) -> None:
    """Add a new job to the act that has started it, if one has. Connected to ``post_save``."""
    current = _current.get()
    if created and current and instance.kind not in internal_kinds():
        current.add(instance)
