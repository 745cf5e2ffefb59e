"""Pages about many servers: what they ask the database for does not grow with the servers."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import pytest
from django.db import connection, transaction
from django.db.models import Model
from django.db.models.sql.compiler import SQLCompiler
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dashboard.migrations_app.models import Plan
from tests.support import rows
from tests.support.many_servers import moved_plan, pages_of

pytestmark = pytest.mark.django_db

FEW, MANY = 100, 1000
MOST_QUERIES, MOST_BYTES = 20, 200_000
SUMS = {"its servers", "its losses", "job of servers", "servers of a job", "report of a job"}
"""Pages with sums that no two databases form alike: of rates, medians and values of JSON. They read
a few values of each row, and build no object of it."""


class Read(NamedTuple):
    """What a page has read."""

    queries: int
    objects: int
    rows: int


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, int]]:
    """Count the objects that are built from rows, and all rows that are read."""
    numbers = {"objects": 0, "rows": 0}
    build, read = Model.from_db.__func__, SQLCompiler.results_iter  # type: ignore[attr-defined]

    def from_db(model: type[Model], *arguments: Any, **named: Any) -> Any:
        numbers["objects"] += 1
        return build(model, *arguments, **named)

    def results_iter(self: SQLCompiler, *arguments: Any, **named: Any) -> Iterator[Any]:
        for row in read(self, *arguments, **named):
            numbers["rows"] += 1
            yield row

    with monkeypatch.context() as patched:
        patched.setattr(Model, "from_db", classmethod(from_db))
        patched.setattr(SQLCompiler, "results_iter", results_iter)
        yield numbers


def read_of(client: Client, address: str, monkeypatch: pytest.MonkeyPatch) -> Read:
    with counted(monkeypatch) as numbers, CaptureQueriesContext(connection) as queries:
        answer = client.get(address)
    assert answer.status_code == 200, address
    assert len(answer.content) <= MOST_BYTES, address
    return Read(len(queries), numbers["objects"], numbers["rows"])


def read_with(number: int, state: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, Read]:
    """Return what each page reads about a plan with that many servers, and forget the plan."""
    client = Client()
    with transaction.atomic():
        client.force_login(rows.user_with("admin"))
        plan, job = moved_plan(*rows.two_clouds(), number)
        Plan.objects.filter(pk=plan.pk).update(state=state)
        pages = pages_of(plan, job)
        client.get(pages["API: plan"])  # the first request of a session stores when it ends
        found = {page: read_of(client, at, monkeypatch) for page, at in pages.items()}
        transaction.set_rollback(True)
    return found


@pytest.mark.parametrize("state", [Plan.State.BLOCKED, Plan.State.EXECUTING, Plan.State.EXECUTED])
def test_no_page_reads_more_of_a_thousand_servers_than_of_a_hundred(
    state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    few, many = (read_with(number, state, monkeypatch) for number in (FEW, MANY))
    assert {page: read.queries for page, read in many.items() if read.queries > MOST_QUERIES} == {}
    assert _growing(few, many, "queries") == {}
    assert _growing(few, many, "objects") == {}
    assert {*_growing(few, many, "rows")} <= SUMS


def _growing(few: dict[str, Read], many: dict[str, Read], what: str) -> dict[str, tuple[int, int]]:
    pairs = {page: (getattr(few[page], what), getattr(read, what)) for page, read in many.items()}
    return {page: pair for page, pair in pairs.items() if pair[1] > pair[0]}
