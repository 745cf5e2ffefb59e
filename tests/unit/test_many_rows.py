"""Pages of large installations stay small: queries and bytes, with some hundred rows of each."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dashboard.hosts_app.models import Cloud
from dashboard.jobs.job_lists import needing_somebody
from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.views.waiting import blocked_plans
from tests.support import rows
from tests.support.many_rows import Sizes, fill

pytestmark = pytest.mark.django_db

MOST_QUERIES = 20
MOST_BYTES = 200_000
SIZES = Sizes(jobs=400, plans=300, tenants=200, lines=2000)
Answer = Callable[[str], tuple[int, str]]


@pytest.fixture
def answer() -> Answer:
    """Return a function that gets a page and returns its number of queries, and its text."""
    client = Client()
    client.force_login(rows.user_with("operator"))
    client.get("/login/")  # the first request of a session stores when it ends

    def get(address: str) -> tuple[int, str]:
        with CaptureQueriesContext(connection) as queries:
            got = client.get(address)
        assert got.status_code == 200, address
        return len(queries), got.content.decode()

    return get


@pytest.fixture(scope="class")
def pages(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, str]]:
    """Return the addresses of pages with many rows, which tests only read."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield fill(SIZES)
        transaction.set_rollback(True)


class TestManyRows:
    def test_no_page_takes_more_than_twenty_queries_or_two_hundred_kilobytes(
        self, pages: dict[str, str], answer: Answer
    ) -> None:
        taken = {page: answer(address) for page, address in pages.items()}
        too_many = {page: number for page, (number, _) in taken.items() if number > MOST_QUERIES}
        too_long = {page: len(text.encode()) for page, (_, text) in taken.items()}
        assert not too_many
        assert not {page: size for page, size in too_long.items() if size > MOST_BYTES}

    @pytest.mark.usefixtures("pages")
    def test_home_shows_some_of_what_needs_somebody_and_leads_to_the_rest(
        self, answer: Answer
    ) -> None:
        jobs, plans = needing_somebody().count(), blocked_plans().count()
        home = answer("/")[1]
        assert home.count('class="card attention') == 40
        assert 'href="/jobs/?state=waiting">All jobs that need you<' in home
        assert 'href="/plans/?state=waiting">All plans that need you<' in home
        assert f"1 to 50 of {plans}" in answer("/plans/?state=waiting")[1]
        assert answer("/jobs/?state=waiting")[1].count('data-label="Steps"') == jobs

    @pytest.mark.usefixtures("pages")
    def test_the_header_counts_no_more_than_a_hundred_that_need_somebody(
        self, answer: Answer
    ) -> None:
        assert header(answer) == ["10", "running", "100+", "need", "you"]


def header(answer: Answer) -> list[str]:
    """Return the words of the header."""
    return re.sub("<[^>]+>", " ", answer("/jobs/strip/")[1]).split()


def test_the_header_counts_what_needs_somebody(answer: Answer) -> None:
    fill(Sizes(jobs=40, plans=20, tenants=20, lines=0))
    assert header(answer) == ["10", "running", "20", "need", "you"]


@pytest.mark.parametrize(("number", "told"), [(99, "99"), (100, "100"), (101, "100+")])
def test_the_header_says_more_only_of_more(answer: Answer, number: int, told: str) -> None:
    for name in range(number):
        Cloud.objects.create(name=f"cloud-{name}", section="x", state=Cloud.State.UNREACHABLE)
    assert header(answer)[2:] == [told, "need", "you"]


def test_the_plan_of_each_tenant_on_the_list_is_its_latest(answer: Answer) -> None:
    fill(Sizes(jobs=20, plans=120, tenants=60, lines=0))
    latest = Plan.objects.filter(tenant_name="tenant-00003").latest("pk")
    shown = answer("/tenants/?q=tenant-00003")[1]
    assert f'href="/plans/{latest.pk}/"' in shown
    assert Plan.objects.filter(tenant_name="tenant-00003").count() == 2


@pytest.mark.skipif(connection.vendor != "sqlite", reason="each explains in its own words")
def test_a_newer_plan_of_a_tenant_is_found_by_an_index() -> None:
    """Else each blocked plan would be compared with all plans of its cloud, on every page."""
    explained = blocked_plans().explain()
    assert explained.count("USING COVERING INDEX plans_of_tenant") == 1
    assert "migrations_app_plan_source_id" not in explained


def test_a_blocked_plan_is_over_once_the_move_of_its_tenant_is_final() -> None:
    old, new = rows.two_clouds()
    tenant = rows.tenant_of(old)
    moved = rows.plan_of(tenant, new, state=Plan.State.EXECUTED)
    blocked = rows.plan_of(tenant, new, state=Plan.State.BLOCKED)
    assert list(blocked_plans()) == [blocked]
    Plan.objects.filter(pk=moved.pk).update(state=Plan.State.FINALIZED)
    assert not blocked_plans().exists()
