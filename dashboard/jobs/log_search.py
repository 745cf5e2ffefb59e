"""Reading a job's log: the lines of some level and with some words, and the whole as a text."""

import re
from collections.abc import Iterator, Sequence

from django.db.models import QuerySet

from dashboard.jobs.log_index import (
    WORD,
    Range,
    last_indexed_line,
    range_of,
    range_of_levels,
)
from dashboard.jobs.models import Job, LogLevel, LogLine, LogWord

MOST_WORDS = 5
CHUNKS_READ = 200
"""How many neighbouring chunks are read as one; the latest fill a page with common words."""
FEW_CHUNKS = 500
MOST_PLACES = 100
"""How many places one query looks at: SQLite takes 500 parts of a union."""
GROWTH = 20
BLOCK_LINES = 2000
LAST = 2**63 - 1


def find_lines(job: Job, *, level: int, words: str, after: int, limit: int) -> list[LogLine]:
    """Return lines of at least the level that contain the words, in their order.

    Those are the latest lines; with ``after``, the number of a line, the first ones behind it. The
    text is looked for from the beginning of a word on.
    """
    codes = [range_of(word) for word in sorted(WORD.findall(words), key=len)[-MOST_WORDS:]]
    if level > LogLevel.INFO:
        codes.append(range_of_levels(level))
    places = [(max(low, after + 1), high) for low, high in _places(job, codes) if high > after]
    latest = not after
    wanted = LogLine.objects.filter(job=job, level__gte=level)
    wanted = wanted.filter(message__icontains=words) if words else wanted
    found: list[LogLine] = []
    for batch in _batches(places if latest else places[::-1]):
        lines = _lines_in(wanted, batch, latest=latest)
        found += _matching(lines, words, limit - len(found))
        if len(found) == limit:
            break
    return found[::-1] if latest else found


def log_text(job: Job) -> Iterator[str]:
    """Yield the whole log as text, some lines at a time: each time, only those are in memory."""
    labels = dict(LogLevel.choices)
    lines = LogLine.objects.filter(job=job).order_by("pk")
    fields = ("pk", "created_at", "level", "message")
    rows = list(lines.values_list(*fields)[:BLOCK_LINES])
    while rows:
        yield "".join(
            f"{at:%Y-%m-%dT%H:%M:%S.%fZ} {labels[level]:7} {message}\n"
            for _, at, level, message in rows
        )
        rows = list(lines.filter(pk__gt=rows[-1][0]).values_list(*fields)[:BLOCK_LINES])


def _places(job: Job, codes: Sequence[Range]) -> list[Range]:
    """Return the numbers between which lines can have all the codes, the latest first."""
    if not codes:
        return [(0, LAST)]
    chunks: dict[int, Range] = {}
    for number, code in enumerate(codes):
        words = LogWord.objects.filter(job=job, code__range=code).order_by()
        if number and len(chunks) <= FEW_CHUNKS:  # a word that all chunks have is not read whole
            words = words.filter(chunk__in=[*chunks])
        rows = words.values_list("chunk_id", "chunk__first", "chunk__last").distinct()
        found = {chunk: (first, last) for chunk, first, last in rows}
        chunks = {pk: found[pk] for pk in chunks.keys() & found} if number else found
    return [(last_indexed_line() + 1, LAST), *_joined(chunks)]


def _joined(chunks: dict[int, Range]) -> Iterator[Range]:
    """Yield where the chunks are, the latest first, neighbours as one."""
    joined: list[int] = []
    for pk in sorted(chunks, reverse=True):
        if joined and (joined[-1] != pk + 1 or len(joined) == CHUNKS_READ):
            yield chunks[joined[-1]][0], chunks[joined[0]][1]
            joined = []
        joined.append(pk)
    if joined:
        yield chunks[joined[-1]][0], chunks[joined[0]][1]


def _batches(places: Sequence[Range]) -> Iterator[Sequence[Range]]:
    """Yield some places at a time, each time many times as many, so that few queries are made."""
    size = 1
    while places:
        yield places[:size]
        places, size = places[size:], min(GROWTH * size, MOST_PLACES)


def _lines_in(
    wanted: QuerySet[LogLine], places: Sequence[Range], *, latest: bool
) -> Iterator[LogLine]:
    """Yield the wanted lines of some places, the latest first or last.

    Each is looked up by the index on its own: with an "or", SQLite reads the whole log. The part of
    one place is compiled once: for a hundred, Django takes longer than the database.
    """
    one, given = wanted.filter(pk__range=(0, 0)).order_by().query.sql_with_params()
    union = " UNION ALL ".join([one] * len(places))
    values = [value for place in places for value in (*given[:-2], *place)]
    return LogLine.objects.raw(f"{union} ORDER BY id{' DESC' if latest else ''}", values).iterator()


def _matching(lines: Iterator[LogLine], words: str, most: int) -> list[LogLine]:
    """Return the first lines in which the text begins a word, as the index knows them."""
    if not words:
        return [line for _, line in zip(range(most), lines, strict=False)]
    begins = "(?<![^\\W_])" if WORD.match(words) else ""
    pattern = re.compile(begins + re.escape(words), re.IGNORECASE)
    found = (line for line in lines if pattern.search(line.message))
    return [line for _, line in zip(range(most), found, strict=False)]
