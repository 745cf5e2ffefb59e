"""What a search in a log finds, by the index of words and in the lines that are not in it yet."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from dashboard.jobs import log_index
from dashboard.jobs.log_index import index_log
from dashboard.jobs.log_search import find_lines, log_text
from dashboard.jobs.models import Job, LogChunk, LogLevel, LogLine
from dashboard.jobs.sweeping import sweep
from tests.support import rows

pytestmark = pytest.mark.django_db
TAIL = 7


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_index, "CHUNK_LINES", 10)


@pytest.fixture
def job() -> Job:
    return job_about("one")


def job_about(subject: str) -> Job:
    return Job.objects.create(kind="execute", title=subject, subject=subject)


def write(job: Job, *messages: str, level: LogLevel = LogLevel.INFO) -> None:
    lines = [LogLine(job=job, level=level, message=message) for message in messages]
    LogLine.objects.bulk_create(lines)


def index() -> int:
    return index_log(until=timezone.now())


def found(job: Job, words: str = "", *, level: int = LogLevel.INFO, after: int = 0) -> list[str]:
    lines = find_lines(job, level=level, words=words, after=after, limit=5)
    return [line.message for line in lines]


def fill(job: Job) -> None:
    """Write a log of some chunks, among them those of another job, and a tail."""
    write(job, "Created network Blau-9.", *[f"Copied {number} MiB." for number in range(40)])
    write(job_about("two"), *["Created network Blau-9."] * 10)
    write(job, "No room for naïve_server 3f2a91bc-77.", level=LogLevel.ERROR)
    write(job, *["Copied more."] * 25)
    assert index() == 7
    write(job, "Created volume Rot-1.")


def test_a_word_is_found_in_old_lines_and_in_new_ones(job: Job) -> None:
    fill(job)
    assert found(job, "created") == ["Created network Blau-9.", "Created volume Rot-1."]
    assert found(job, "blau-9") == ["Created network Blau-9."]
    assert found(job, "rot") == ["Created volume Rot-1."]


@pytest.mark.parametrize(
    "words", ["3f2a91bc-77", "3f2", "server", "SERVER 3F2A", "naïve", "room for naïve_server"]
)
def test_what_begins_a_word_is_found_and_a_phrase_is(job: Job, words: str) -> None:
    fill(job)
    assert found(job, words) == ["No room for naïve_server 3f2a91bc-77."]


@pytest.mark.parametrize("words", ["oom", "room naïve", "volume Rot-2", "ot-1", "2a91bc"])
def test_a_part_in_the_middle_of_a_word_is_not(job: Job, words: str) -> None:
    fill(job)
    assert found(job, words) == []


def test_the_latest_lines_of_many_are_shown_in_their_order(job: Job) -> None:
    fill(job)
    assert found(job, "copied")[-1] == "Copied more."
    assert found(job, "copied 3") == [f"Copied {number} MiB." for number in range(35, 40)]


def test_a_page_that_follows_goes_on_behind_its_last_line(job: Job) -> None:
    fill(job)
    third = LogLine.objects.filter(message__startswith="Copied 2 ").get().pk
    assert found(job, "copied", after=third)[:2] == ["Copied 3 MiB.", "Copied 4 MiB."]
    assert found(job, after=third)[:2] == ["Copied 3 MiB.", "Copied 4 MiB."]


def test_lines_of_a_level_are_found_with_words_and_without(job: Job) -> None:
    fill(job)
    write(job, "Waited.", level=LogLevel.WARNING)
    errors = ["No room for naïve_server 3f2a91bc-77."]
    assert found(job, level=LogLevel.ERROR) == errors
    assert found(job, level=LogLevel.WARNING) == [*errors, "Waited."]
    assert found(job, "room", level=LogLevel.WARNING) == errors
    assert found(job, "copied", level=LogLevel.WARNING) == []


@pytest.mark.parametrize("words", ["-", "(", "%", "_"])
def test_signs_alone_are_looked_for_as_they_are(job: Job, words: str) -> None:
    fill(job)
    write(job, "From (a) to 50 %, a_b - c.")
    assert found(job, words)[-1] == "From (a) to 50 %, a_b - c."
    assert "Copied more." not in found(job, words)


def test_a_search_reads_only_the_chunks_that_have_the_words(job: Job) -> None:
    fill(job)
    with CaptureQueriesContext(connection) as queries:
        found(job, "blau")
    read = [query["sql"] for query in queries if "jobs_logline" in query["sql"]]
    first = LogLine.objects.earliest("pk").pk
    assert len(read) == 2  # the tail, and one chunk
    assert f"BETWEEN {first} AND {first + 9}" in read[-1]


def test_lines_are_indexed_by_the_sweep_once_they_have_settled(job: Job) -> None:
    write(job, *["Copied."] * 25)
    sweep()
    assert not LogChunk.objects.exists()
    LogLine.objects.update(created_at=timezone.now() - timedelta(minutes=2))
    sweep()
    sweep()
    assert LogChunk.objects.count() == 2
    assert len(found(job, "copied")) == 5


def test_the_whole_log_is_sent_by_the_block(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard.jobs.log_search.BLOCK_LINES", 10)
    write(job, *[f"Line {number}." for number in range(25)])
    blocks = list(log_text(job))
    assert [block.count("\n") for block in blocks] == [10, 10, 5]
    client = Client()
    client.force_login(rows.user_with("viewer"))
    sent = client.get(f"/jobs/{job.pk}/log.txt").getvalue().decode()
    assert sent == "".join(blocks)
    assert sent.splitlines()[24].endswith("Z Info    Line 24.")
