"""Requests that nobody sends by mistake: each is refused in our own shape, none breaks a view."""

import json
from typing import Any

import pytest
from django.test import Client

from dashboard.api.option_fields import OptionsBody
from dashboard.campaigns.verbs.base import campaign_verbs
from dashboard.jobs.options import Option
from dashboard.jobs.verb import Verb
from dashboard.migrations_app.planning.options import PLAN_OPTIONS
from dashboard.migrations_app.verbs.base import plan_verbs, tenant_verbs
from tests.support import rows
from tests.support.api_clients import as_role

pytestmark = pytest.mark.django_db

TOKEN = "/api/token/"
DEEP = 100_000


@pytest.mark.parametrize(
    "value", ["Token \xff", "Token \xff\xfe.\x80", "Token", "Token a b", "\xff", "Bearer \xff"]
)
def test_a_token_that_is_no_text_is_refused(api, value) -> None:
    answer = api.get("/api/jobs/", HTTP_AUTHORIZATION=value)
    assert answer.status_code == 401
    assert set(answer.json()) == {"error", "fix"}


@pytest.mark.parametrize(
    "body",
    [
        "[" * DEEP,
        "[" * DEEP + "]" * DEEP,
        '{"username":' * DEEP + "1" + "}" * DEEP,
        '{"username": "a\\u0000b", "password": "x"}',
        '{"username": "a\\ud800b", "password": "x"}',
        '{"username": 1e999999, "password": "x"}',
        '{"username": ' + "9" * 5000 + ', "password": "x"}',
        "\xff\xfe",
        json.dumps({"username": "x" * 3_000_000, "password": "x"}),
    ],
    ids=["open", "nested", "members", "nul", "surrogate", "infinite", "number", "bytes", "long"],
)
@pytest.mark.parametrize("who", ["anonymous", "operator"])
def test_a_body_that_cannot_be_read_is_refused(api, plan, who, body) -> None:
    client, path = (api, TOKEN) if who == "anonymous" else (as_role("operator"), "/api/plans/")
    content = body.encode("latin-1") if body == "\xff\xfe" else body
    answer = client.generic("POST", path, content, content_type="application/json")
    assert answer.status_code in (400, 413), answer.content[:300]
    assert {"error", "fix"} <= set(answer.json())


@pytest.mark.parametrize(
    "path", ["/login/", "/jobs/", "/tenants/old/x/", "/api/jobs/", "/api/token/"]
)
@pytest.mark.parametrize("nul", ["%00", "a%00b"])
def test_a_nul_in_an_address_is_refused(plan, path, nul) -> None:
    client = Client()
    client.force_login(rows.user_with("viewer"))
    for address in (
        f"{path}{nul}/",
        f"{path}?q={nul}",
        f"{path}?{nul}=1",
        f"{path}?page=1&state={nul}",
    ):
        assert client.get(address).status_code == 400, address


def every_option() -> dict[str, Option]:
    verbs: list[Verb[Any]] = [*plan_verbs(), *tenant_verbs(), *campaign_verbs()]
    found = [*PLAN_OPTIONS, *(option for verb in verbs for option in verb.options)]
    return {option.name: option for option in found}


@pytest.mark.parametrize("option", every_option().values(), ids=lambda option: option.name)
def test_an_option_that_is_something_else_is_refused_or_read(option) -> None:
    body = type("Body", (OptionsBody,), {"options": (option,)})
    for value in ({}, [{}], [[1]], [None], {"a": [{}]}, [{"a": 1}, "x"]):
        read = body(data={option.name: value})
        assert read.is_valid() or {*read.errors} == {option.name}


def test_an_option_that_no_database_stores_is_refused(plan) -> None:
    body = '{"action": "evacuate", "options": {"a\\u0000": "b\\u0000"}}'
    answer = as_role("operator").generic(
        "POST", "/api/hosts/old/x/plans/", body, content_type="application/json"
    )
    assert answer.status_code == 400
