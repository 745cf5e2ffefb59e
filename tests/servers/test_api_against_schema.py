"""Whatever anybody sends to the API is answered as its schema says, and never by a fault.

Each operation gets requests that its schema allows and such that it does not, with rows present.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core import signals
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from django.urls import resolve
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from knox.models import AuthToken
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi import checks

from dashboard.api.tenant_files import MEDIA_TYPES
from dashboard.hosts_app.models import Host
from dashboard.jobs.models import Job
from dashboard.migrations_app.models import LedgerEntry, Plan, Tenant
from tests.support import rows
from tests.support.addresses import make_rows

EXAMPLES = 20
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
for archive in MEDIA_TYPES:
    schemathesis.serializer.alias(archive, "application/octet-stream")
SCHEMA = schemathesis.openapi.from_dict(SchemaGenerator().get_schema(public=True))
OPERATIONS = {found.ok().label: found.ok() for found in SCHEMA.get_all_operations()}
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
# names of rows, which chance would never find
KNOWN = {"source": "old", "destination": "new", "tenant": "demo", "action": "evacuate"}

# nothing has been measured of these plans' data
WITHOUT_ROWS = {"GET /api/plans/{plan_id}/prediction/"}
NAMED: dict[str, tuple[Any, list[str]]] = {
    "plan_id": (Plan, ["pk"]),
    "job_id": (Job, ["pk"]),
    "host": (Host, ["name"]),
    "project_id": (Tenant, ["project_id"]),
    "server_id": (LedgerEntry, ["source_id"]),
}
"""The rows that are named by another argument than those of viewsets."""


@pytest.fixture(scope="module")
def token(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """Return the token of an admin, with rows of every kind until the module's end."""
    signals.request_started.disconnect(close_old_connections)
    signals.request_finished.disconnect(close_old_connections)
    with django_db_blocker.unblock(), transaction.atomic():
        user = rows.user_with("admin")
        make_rows(user)
        yield AuthToken.objects.create(user)[1]
        transaction.set_rollback(True)
    signals.request_started.connect(close_old_connections)
    signals.request_finished.connect(close_old_connections)


@pytest.mark.parametrize("label", OPERATIONS)
def test_the_answers_are_those_of_the_schema(label: str, token: str) -> None:
    operation = OPERATIONS[label]
    existing = _existing(operation.path)
    statuses: set[int] = set()
    application = get_wsgi_application()

    # as they are: the library does not unpack what it gets from an application
    headers = {"Authorization": f"Token {token}", "Accept-Encoding": "identity"}

    def served(environ: dict[str, Any], start_response: Any) -> Any:
        return application({"REMOTE_ADDR": "127.0.0.1", **environ}, start_response)

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=[*HealthCheck],
    )
    @given(
        case=st.one_of([operation.as_strategy(generation_mode=mode) for mode in MODES]),
        place=st.integers(0, 3 * len(existing)),
    )
    def answers(case: Case, place: int) -> None:
        if place < 2 * len(existing):
            case.path_parameters = existing[place % len(existing)]
            _name_rows(case)
        with transaction.atomic():
            answer = case.call(app=served, headers=headers)
            transaction.set_rollback(True)
        case.validate_response(answer, checks=CHECKS)
        statuses.add(answer.status_code)

    answers()
    assert operation.method != "get" or 200 in statuses or label in WITHOUT_ROWS


def _name_rows(case: Case) -> None:
    """Put the names of rows into a body that names any."""
    if isinstance(case.body, dict):
        case.body = {**case.body, **{key: KNOWN[key] for key in KNOWN.keys() & case.body.keys()}}


def _existing(path: str) -> list[dict[str, Any]]:
    """Return the path parameters of all rows that an address can name."""
    names = re.findall(r"{(\w+)}", path)
    if not names:
        return [{}]
    model, fields = NAMED.get(names[0]) or _of_view(path, names)
    return [dict(zip(names, values, strict=True)) for values in model.objects.values_list(*fields)]


def _of_view(path: str, names: list[str]) -> tuple[Any, list[str]]:
    view: Any = resolve(re.sub(r"{\w+}", "1", path)).func
    fields = [{"id": "pk", "cloud": "cloud__name"}.get(name, name) for name in names]
    return view.cls.queryset.model, fields
