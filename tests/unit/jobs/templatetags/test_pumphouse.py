"""What template tags write: spans, sizes, moments and the links of cut lists."""

from datetime import timedelta

import pytest
from django.core.paginator import Paginator
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import timezone

from dashboard.jobs.templatetags.pumphouse import ago, duration, gibibytes, memory


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (None, "—"),
        (-1, "0 s"),
        (59.4, "59 s"),
        (timedelta(minutes=4, seconds=10), "4 min 10 s"),
        (3 * 3600 + 120, "3 h 2 min"),
        (90000, "1 d 1 h"),
    ],
)
def test_a_span_has_its_two_largest_units(seconds, shown):
    assert duration(seconds) == shown


@pytest.mark.parametrize(("mebibytes", "shown"), [(512, "512 MiB"), (3584, "3.5 GiB")])
def test_ram_has_the_units_of_nova(mebibytes, shown):
    assert memory(mebibytes) == shown


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (0, "0.0 GiB"),
        (3, "1 MiB"),
        (12 * 2**20, "12 MiB"),
        (2**29, "0.5 GiB"),
        (1500 * 2**30, "1,500 GiB"),
    ],
)
def test_bytes_are_never_shown_as_none_where_there_are_some(number, shown):
    assert gibibytes(number) == shown


def test_a_moment_says_how_long_ago_and_when_exactly():
    moment = timezone.now() - timedelta(minutes=5)
    shown = ago(moment).replace("\xa0", " ")
    assert ">5 minutes ago<" in shown
    assert f'datetime="{moment.isoformat()}"' in shown
    assert f'title="{timezone.localtime(moment):%Y-%m-%d %H:%M:%S}' in shown


def test_an_old_moment_is_a_date():
    assert ">2020-02-03<" in ago(timezone.now().replace(year=2020, month=2, day=3))


@pytest.mark.parametrize(
    ("query", "link"),
    [
        ("state=failed&page=2", "?state=failed&amp;page=3"),
        ("known=running-0&after=7&group=port", "?group=port&amp;page=2"),
    ],
)
def test_the_links_of_a_list_keep_its_filters_and_nothing_of_a_poll(query, link):
    request = RequestFactory().get(f"/jobs/?{query}")
    page = Paginator(range(9), 3).get_page(request.GET.get("page"))
    shown = render_to_string("_pages.html", {"page": page, "of": "jobs"}, request)
    assert f'id="page-next" href="{link}"' in shown
