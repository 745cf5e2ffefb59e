"""The access matrix: every address, four roles, eight methods."""

import logging
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from copy import deepcopy
from itertools import product
from typing import Any
from unittest.mock import patch

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection, transaction
from django.template.base import Template
from django.test import Client

from tests.support import rows
from tests.support.addresses import Address, every_address, make_rows

pytestmark = pytest.mark.django_db

METHODS = ("GET", "HEAD", "OPTIONS", "TRACE", "POST", "PUT", "PATCH", "DELETE")
SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")
OPEN = {"login", "logout", "alive", "api:token", "admin:login", "admin:jsi18n"}
"""What anybody may ask for. The last two of Django's admin show a login and translations."""
OF_ONESELF = {*OPEN, "admin:logout", "api:token-revoke"}
"""What whoever has logged in may do to their own login."""
FOR_ADMINS = {
    *("plan-finalize", "plan-rollback", "environment-delete", "environment-plan"),
    *("api:plan-finalize", "api:plan-rollback", "api:cloud-delete-environment"),
    *("api:environment-plan-start", "words-of-2015:reset"),
    *("campaign-free-host", "api:campaign-free-host"),
}
"""What only an admin may send. What depends on the row, as a job's kind, is not here."""
REFUSED = (400, 401, 403, 404, 405, 415)
OF_LOGIN = ("django_session", "axes_", "auth_user", "knox_")
TRAIL = "audit_act"


class Answers:
    """What all addresses answer to one role."""

    def __init__(self, role: str) -> None:
        self.role = role
        self._client = Client(raise_request_exception=False)
        if role != "anonymous":
            self._client.force_login(User.objects.get(username=role))
        self._cookies = self._client.cookies
        self.statuses: dict[tuple[Address, str], int] = {}
        self.locations: dict[tuple[Address, str], str] = {}
        self.writes: defaultdict[tuple[Address, str], list[str]] = defaultdict(list)

    def ask(self, address: Address, method: str) -> None:
        """Ask, note the answer, and take back what it did."""
        key = address, method
        cache.clear()
        self._client.cookies = deepcopy(self._cookies)  # one of the addresses logs out
        with transaction.atomic(), written_to(self.writes[key]), pages_drawn(method == "GET"):
            answer = self._client.generic(method, address.path)
            if answer.streaming:
                b"".join(answer)
            transaction.set_rollback(True)
        self.statuses[key] = answer.status_code
        self.locations[key] = answer.headers.get("Location", "")

    def is_sent_to_login(self, address: Address, method: str) -> bool:
        """Return whether the answer leads to the login instead."""
        return "/login/" in self.locations[address, method]


@contextmanager
def written_to(writes: list[str]) -> Iterator[None]:
    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith(("INSERT", "UPDATE", "DELETE")):
            writes.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield


@contextmanager
def pages_drawn(drawn: bool) -> Iterator[None]:
    """Leave pages empty for methods that get the same ones as GET: it takes most of the time."""
    with nullcontext() if drawn else patch.object(Template, "_render", lambda *_: ""):
        yield


@pytest.fixture
def matrix(monkeypatch: pytest.MonkeyPatch) -> dict[str, Answers]:
    """Ask everything once, without a line in the log for each refusal."""
    monkeypatch.setattr(logging.root.manager, "disable", logging.CRITICAL)
    for role in ("viewer", "operator"):
        rows.user_with(role)
    make_rows(User.objects.create_superuser("admin", password=rows.PASSWORD))
    found = {role: Answers(role) for role in ("anonymous", "viewer", "operator", "admin")}
    for address, method in product(every_address(), METHODS):
        for answers in found.values():
            answers.ask(address, method)
    return found


@pytest.mark.timeout(1200)
def test_every_address_for_every_role_by_every_method(matrix: dict[str, Answers]) -> None:
    """One test: no worker should make the matrix again, which takes most of a minute."""
    addresses = {address for address, _ in matrix["admin"].statuses}
    assert len(addresses) > 180
    assert not missing_rows(matrix["admin"])
    for role, answers in matrix.items():
        assert len(answers.statuses) == len(addresses) * len(METHODS)
        broken = {key for key, status in answers.statuses.items() if status >= 500}
        assert not broken, role
        assert not written(answers, SAFE), role
    assert not unrecorded(matrix["admin"])
    for role in ("anonymous", "viewer"):
        assert not written(matrix[role], METHODS), role
    assert not let_in(matrix["anonymous"])
    assert not accepted(matrix["viewer"])
    assert refused_to_operators(matrix) == FOR_ADMINS
    assert not shown_of_the_admin(matrix["operator"])


def missing_rows(admin: Answers) -> set[str]:
    """Return what has no row behind it: a refusal there would prove nothing."""
    statuses = admin.statuses.items()
    missing = {each.path for (each, method), status in statuses if (method, status) == ("GET", 404)}
    # what copies no data has no prediction
    told = {path for path in missing if "teapots" not in path and not path.endswith("prediction/")}
    return {path for path in told if not path.startswith("/admin/r/")}


def written(answers: Answers, methods: tuple[str, ...]) -> set[tuple[str, str, str]]:
    """Return what was written by those methods, other than for logins."""
    return {
        (method, address.name, sql)
        for (address, method), statements in answers.writes.items()
        for sql in statements
        if method in methods and not any(table in sql for table in (*OF_LOGIN, TRAIL))
    }


def unrecorded(admin: Answers) -> set[tuple[str, str]]:
    """Return what has written something and left no row in the audit trail."""
    return {
        (method, address.name)
        for (address, method), statements in admin.writes.items()
        if any("django_session" not in sql for sql in statements)
        and not any(TRAIL in sql for sql in statements)
    }


def let_in(anonymous: Answers) -> set[tuple[str, str]]:
    """Return what is not refused to who has not logged in."""
    return {
        (method, address.name)
        for (address, method), status in anonymous.statuses.items()
        if address.name not in OPEN
        and not (status in REFUSED or anonymous.is_sent_to_login(address, method))
    }


def accepted(viewer: Answers) -> set[tuple[str, str]]:
    """Return what a viewer may send, other than to pages that do not look at the method."""
    return {
        (method, address.name)
        for (address, method), status in viewer.statuses.items()
        if method not in SAFE
        and address.name not in OF_ONESELF
        and status not in (403, 404, 405, viewer.statuses[address, "GET"])
        and not viewer.is_sent_to_login(address, method)
    }


def refused_to_operators(matrix: dict[str, Answers]) -> set[str]:
    """Return where an admin may send something and an operator may not."""
    admin = matrix["admin"].statuses
    return {
        address.name
        for (address, method), status in matrix["operator"].statuses.items()
        if (method, status) == ("POST", 403) and admin[address, method] not in (403, 405)
    }


def shown_of_the_admin(operator: Answers) -> set[tuple[str, str]]:
    """Return what an operator sees of the Django admin."""
    return {
        (method, address.name)
        for (address, method), status in operator.statuses.items()
        if address.name.startswith("admin:") and address.name not in OF_ONESELF
        if not (status in REFUSED or operator.is_sent_to_login(address, method))
    }
