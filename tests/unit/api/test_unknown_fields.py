"""A field that no body has is refused: with a spelling mistake an option would be none."""

from collections.abc import Iterator
from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from dashboard.campaigns.models import Wave
from dashboard.migrations_app.models import Plan
from tests.support import rows
from tests.support.campaign_rows import campaign_of

pytestmark = pytest.mark.django_db


def bodies() -> Iterator[tuple[str, Any]]:
    """Yield the operations that take JSON, each with the schema of its body."""
    schema = SchemaGenerator().get_schema(public=True)
    components = schema["components"]["schemas"]
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            content = operation.get("requestBody", {}).get("content", {})
            told = content.get("application/json", {}).get("schema")
            if told:
                name = told.get("$ref", "").rpartition("/")[2]
                yield f"{method.upper()} {path}", components.get(name, told)


def test_every_body_says_that_it_has_no_other_fields() -> None:
    told = dict(bodies())
    assert len(told) > 20
    assert [each for each, schema in told.items() if schema.get("additionalProperties", True)] == []


@pytest.mark.parametrize(
    ("name", "meant"),
    [("hold_cutover", "Did you mean holds_cutover?"), ("zzz", "These are known: name, tenants, ")],
)
def test_a_spelling_mistake_in_a_wave_draws_up_no_campaign(
    operator: APIClient, plan: Plan, name: str, meant: str
) -> None:
    wave = {"name": "first", "tenants": [{"tenant": "demo"}], name: True}
    body = {"name": "drain", "source": "old", "destination": "new", "waves": [wave]}
    answer = operator.post("/api/campaigns/", body, format="json")
    assert answer.status_code == 400
    assert f"{name}: There is no such field. {meant}" in answer.json()["error"]
    assert not Wave.objects.exists()


def test_a_wave_may_be_sent_as_it_was_read(operator: APIClient) -> None:
    wave = campaign_of(*rows.two_clouds()).waves.get(ordinal=2)
    path = f"/api/waves/{wave.pk}/"
    answer = operator.patch(path, operator.get(path).json(), format="json")
    assert answer.status_code == 200, answer.content


def test_names_without_end_are_named_in_part(operator: APIClient, plan: Plan) -> None:
    body = {f"{number}{'x' * 5000}": 1 for number in range(100)}
    answer = operator.post("/api/plans/", body, format="json")
    assert answer.status_code == 400
    assert len(answer.content) < 5000
