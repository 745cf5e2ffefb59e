"""Plans as files through the API, the pages and the command line."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from rest_framework.test import APIClient

from dashboard.cli import command_line
from dashboard.jobs.models import Job
from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.planning.files import LONGEST, export_plan
from tests.support import rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan(settings) -> Plan:
    settings.PUMPHOUSE_CONFIG = ""
    old, new = rows.two_clouds()
    return rows.plan_of(rows.tenant_of(old), new)


def api_of(role: str) -> APIClient:
    client = APIClient()
    client.force_authenticate(rows.user_with(role))
    return client


def pages_of(role: str) -> Client:
    client = Client()
    client.force_login(rows.user_with(role))
    return client


def suspended(plan: Plan) -> str:
    return export_plan(plan).replace("capture: stop", "capture: suspend")


def post(client: APIClient, body: str | bytes):
    return client.generic("POST", "/api/plans/import/", body, content_type="application/yaml")


def upload(client: Client, content: bytes, plan: Plan):
    file = SimpleUploadedFile("edited.yaml", content)
    return client.post("/plans/import/", {"file": file, "from": plan.pk}, follow=True)


@pytest.mark.parametrize("accept", ["*/*", "application/yaml"])
def test_the_api_gives_the_file_to_whoever_may_read(plan, accept):
    answer = api_of("viewer").get(f"/api/plans/{plan.pk}/export/", HTTP_ACCEPT=accept)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/yaml"
    assert answer.content.decode() == export_plan(plan)


def test_the_api_makes_a_new_plan_of_an_edited_file(plan):
    answer = post(api_of("operator"), suspended(plan))
    assert answer.status_code == 202
    again = Plan.objects.get(pk=answer.data["plan"])
    assert again.options["capture"] == "suspend"
    assert again.choices == plan.choices


def test_the_api_lets_a_viewer_import_nothing(plan):
    assert post(api_of("viewer"), suspended(plan)).status_code == 403
    assert Plan.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"version: 1\nplan: [\n", "The body, line "),
        (b"\xff\xfe", "The body is not UTF-8 text."),
        (b"", "The body is empty."),
        (b"#" * (LONGEST + 1), "The body is larger than 8 MiB."),
    ],
)
def test_the_api_says_what_is_wrong_with_a_body(plan, body, sentence):
    answer = post(api_of("operator"), body)
    assert answer.status_code == 400
    assert sentence in answer.data["error"]


def test_a_plan_that_is_not_there_is_404_also_for_who_wants_yaml(plan):
    client = api_of("viewer")
    answer = client.get("/api/plans/9999/export/", HTTP_ACCEPT="application/yaml")
    assert answer.status_code == 404 and b"error:" in answer.content


def test_the_page_sends_the_file_under_a_name_of_its_own(plan):
    answer = pages_of("viewer").get(f"/plans/{plan.pk}/export/")
    assert f'filename="pumphouse-plan-{plan.pk}.yaml"' in answer.headers["Content-Disposition"]
    assert answer.content.decode() == export_plan(plan)


def test_an_uploaded_file_leads_to_the_new_plan(plan):
    answer = upload(pages_of("operator"), suspended(plan).encode(), plan)
    again = Plan.objects.latest("pk")
    assert again.pk != plan.pk and again.options["capture"] == "suspend"
    assert answer.redirect_chain == [(f"/plans/{again.pk}/", 302)]


def test_a_wrong_upload_leads_back_with_the_line_that_is_wrong(plan):
    wrong = export_plan(plan).replace("source: old", "source: older")
    answer = upload(pages_of("operator"), wrong.encode(), plan)
    assert answer.redirect_chain == [(f"/plans/{plan.pk}/choices/", 302)]
    line = wrong[: wrong.index("source: older")].count("\n") + 1
    told = f"edited.yaml, line {line} (source): This line cannot be edited."
    assert told in answer.content.decode()


def test_the_page_offers_a_viewer_no_import(plan):
    page = pages_of("viewer").get(f"/plans/{plan.pk}/choices/").content.decode()
    assert "Export this plan" in page and "Import as" not in page


def test_the_command_writes_a_plan_into_a_new_file_only(plan, tmp_path: Path, capsys):
    file = tmp_path / "plan.yaml"
    assert command_line.run(["plan", "--plan", str(plan.pk), "--export", str(file)]) == 0
    assert file.read_text() == export_plan(plan)
    assert f"pumphouse plan --import {file}" in capsys.readouterr().out
    file.write_text("edited")
    assert command_line.run(["plan", "--plan", str(plan.pk), "--export", str(file)]) == 2
    assert file.read_text() == "edited"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "Which tenant?"),
        (("--plan", "{plan}"), "Nothing to do with plan"),
        (("--import", "nowhere.yaml"), "nowhere.yaml cannot be read"),
        (("demo", "--import", "plan.yaml"), "no others can be given"),
        (("demo", "--export", "/nowhere/plan.yaml"), "There is no folder /nowhere."),
        (("demo", "--export", f"{__file__}/plan.yaml"), "There is no folder /"),
    ],
)
def test_the_command_says_what_it_lacks(plan, arguments, sentence, capsys):
    given = [argument.format(plan=plan.pk) for argument in arguments]
    assert command_line.run(["plan", *given]) == 2
    assert sentence in capsys.readouterr().err
    assert not Job.objects.exists()
