"""The API's schema and the pages that show it."""

import pytest
from django.core.management import call_command

from tests.support import rows

pytestmark = pytest.mark.django_db


def test_the_schema_has_no_warnings(tmp_path):
    schema = tmp_path / "schema.yaml"
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(schema))
    assert "/api/plans/{id}/execute/:" in schema.read_text()


def test_the_documentation_keeps_scripts_out_of_its_page(client):
    client.force_login(rows.user_with("viewer"))
    answer = client.get("/api/docs/")
    assert answer.status_code == 200
    assert "script-src 'self'" in answer["Content-Security-Policy"].split("; ")
    assert not any(
        line.strip().startswith("<script>") for line in answer.content.decode().splitlines()
    )
    assert b"//cdn" not in answer.content


def test_the_documentation_asks_to_log_in_first(client):
    assert client.get("/api/docs/").url == "/login/?next=/api/docs/"


@pytest.mark.parametrize("method", ["options", "post", "put", "delete"])
def test_the_documentation_can_only_be_read(client, method):
    client.force_login(rows.user_with("admin"))
    assert getattr(client, method)("/api/docs/").status_code in (403, 405)
