"""The index of the words in logs, by which a search finds the lines to read.

A log can have a million lines. The lines of all jobs are indexed by the chunk: which chunks have a
word of a job, and which have a line of a level. A word is stored as the number that its first
letters make, so that a range of numbers is what begins with some letters, in any database and with
any collation. Lines that are not in a chunk yet are few, and are read by the search itself.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from dashboard.jobs.models import LogChunk, LogLevel, LogLine, LogWord

CHUNK_LINES = 100
SETTLED_AFTER = timedelta(minutes=1)
"""When no transaction is left that could still commit a line with a lower number."""
MOST_CHUNKS = 500
LETTERS = 7
"""How many bytes of a word count: as many as a signed number of 64 bits holds."""
WORD = re.compile(r"[^\W_]+")
Range = tuple[int, int]


def index_log(*, most: int = MOST_CHUNKS, until: datetime | None = None) -> int:
    """Index the lines written ``until`` then that are not yet, and return how many chunks they are.

    May run anywhere, any number of times at once: of two that take the same chunk, one gives up.
    """
    settled = until or timezone.now() - SETTLED_AFTER
    return sum(1 for _ in _index_chunks(most, settled))


def last_indexed_line() -> int:
    """Return the number of the last line that is in the index, 0 if there is none."""
    last = LogChunk.objects.order_by("-last").values_list("last", flat=True).first()
    return last or 0


def range_of(word: str) -> Range:
    """Return the lowest and highest code of the words that begin like this one."""
    letters = word.lower().encode()[:LETTERS]
    low, high = letters.ljust(LETTERS, b"\x00"), letters.ljust(LETTERS, b"\xff")
    return int.from_bytes(low, "big"), int.from_bytes(high, "big")


def range_of_levels(level: int) -> Range:
    """Return the codes of a level and of those above it. They are lower than those of all words."""
    return level, max(LogLevel.values)


def _index_chunks(most: int, settled: datetime) -> Iterator[LogChunk]:
    for _ in range(most):
        if (chunk := _index_chunk(settled)) is None:
            return
        yield chunk


def _index_chunk(settled: datetime) -> LogChunk | None:
    """Index the next lines, and return their chunk; None unless enough of them have settled."""
    unindexed = LogLine.objects.filter(pk__gt=last_indexed_line()).order_by("pk")
    fields = ("pk", "created_at", "job_id", "level", "message")
    lines = list(unindexed.values_list(*fields, named=True)[:CHUNK_LINES])
    if len(lines) < CHUNK_LINES or lines[-1].created_at > settled:
        return None
    codes = {(line.job_id, line.level) for line in lines} | _codes_of_words(lines)
    try:
        with transaction.atomic():
            chunk = LogChunk.objects.create(first=lines[0].pk, last=lines[-1].pk)
            words = (LogWord(chunk=chunk, job_id=job, code=code) for job, code in sorted(codes))
            LogWord.objects.bulk_create(words, batch_size=500)
    except IntegrityError:
        return None  # somebody else has just indexed it
    return chunk


def _codes_of_words(lines: Iterable[Any]) -> set[tuple[int, int]]:
    """Return the job and the code of each word of the lines."""
    words = {(line.job_id, word) for line in lines for word in WORD.findall(line.message)}
    return {(job, range_of(word)[0]) for job, word in words}
