"""Numbers that no database can store are refused, or mean nothing, wherever they are sent."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import get_resolver

from dashboard.errors import BadInput
from dashboard.jobs.states import JobState
from dashboard.migrations_app.planning.files import read_edited
from dashboard.whole_numbers import whole_number
from tests.support import rows

# more than a database can store, and more than Python converts
HUGE = ("9" * 30, "9" * 5000)
TABS = {"job": "log", "plan": "items"}

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(rows.user_with("admin"))
    return client


def _page_addresses(number: str) -> Iterator[str]:
    """Return the address of every page with this number in each place for an id."""
    for name in filter(None, _names()):
        for possibility, *_ in get_resolver().reverse_dict.getlist(name):
            template, parameters = possibility[0]
            words = dict.fromkeys(parameters, number)
            yield "/" + template % {**words, "tab": TABS.get(name.partition("-")[0], "")}


def _names() -> list[str]:
    return [name for name in get_resolver().reverse_dict if isinstance(name, str)]


@pytest.mark.parametrize("number", HUGE, ids=len)
def test_no_page_has_such_a_number(admin, number):
    addresses = [address for address in _page_addresses(number) if number in address]
    statuses = {address: admin.get(address).status_code for address in addresses}
    assert len(statuses) > 30
    assert {a[:40]: s for a, s in statuses.items() if s not in (302, 404, 405)} == {}


@pytest.mark.parametrize("number", HUGE, ids=len)
def test_the_log_ignores_such_a_level_and_place(admin, number):
    old, new = rows.two_clouds()
    job = rows.job_of(rows.plan_of(rows.tenant_of(old), new), JobState.DONE)
    shown = admin.get(f"/jobs/{job.pk}/log/", {"level": number, "after": number, "page": number})
    assert b"Created project project-1." in shown.content


@pytest.mark.parametrize("number", HUGE, ids=len)
def test_no_filter_of_the_api_fails_on_such_a_number(admin, schema, number):
    old, new = rows.two_clouds()
    plan = rows.plan_of(rows.tenant_of(old), new)
    job = rows.job_of(plan, JobState.DONE)
    asked = [
        (re.sub(r"{\w+}", lambda found: str({"{job_id}": job.pk}.get(found[0], plan.pk)), path), p)
        for path, methods in schema["paths"].items()
        for p in methods.get("get", {}).get("parameters", [])
        if p["in"] == "query"
    ]
    statuses = {
        (path, p["name"]): admin.get(path, {p["name"]: number}).status_code for path, p in asked
    }
    assert len(statuses) > 40
    assert {*statuses.values()} <= {200, 400, 404}, statuses


@pytest.mark.parametrize("number", HUGE, ids=len)
def test_no_file_names_a_plan_with_such_a_number(number):
    with pytest.raises(BadInput, match=r"line 2 \(plan\): There is no plan 9{20} in this"):
        read_edited(f"version: 1\nplan: {number}\n", name="The body")


@pytest.mark.parametrize("number", HUGE, ids=len)
def test_no_form_fails_on_such_a_number(admin, number):
    old, new = rows.two_clouds()
    plan = rows.plan_of(rows.tenant_of(old), new)
    accepted = admin.post(f"/plans/{plan.pk}/accept/", {"difference": number, "reason": "x"})
    assert accepted.status_code == 302
    assert admin.post("/plans/import/", {"from": number}).status_code == 302


@pytest.mark.parametrize("text", ["", "-1", "1.5", " 1", "\u0663", "\u00b2", *HUGE])
def test_what_is_no_whole_number(text):
    assert whole_number(text) is None


def test_a_whole_number():
    assert whole_number("007") == 7
