"""The debug bundle of a job: what it has, how large it gets, who gets it, and what it never has."""

import io
import json
import zipfile
from typing import Any

import pytest
from django.test import Client

from dashboard import secrets
from dashboard.jobs import bundle
from dashboard.jobs.models import Job, LogLine
from dashboard.jobs.states import JobState
from dashboard.migrations_app.models import Plan
from dashboard.notifications.setting_secrets import register_setting_secrets
from tests.support import rows

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_secrets")]
PLANTED = "hunter2hunter2"
SENT = (
    f"Sent Authorization: Bearer {PLANTED}",
    f"Called https://admin:{PLANTED}@old.example:5000/v3",
    json.dumps({"auth": {"password": PLANTED, "token": PLANTED}}),
    f"ran with --password={PLANTED}",
    "The pool's own secret is of-the-pool-2026.",
)


@pytest.fixture
def job() -> Job:
    old, new = rows.two_clouds()
    plan = rows.plan_of(rows.tenant_of(old), new, state=Plan.State.EXECUTED)
    rows.ledger_of(plan)
    return rows.job_of(plan, JobState.FAILED)


def read(job: Job) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(bundle.bundle_of(job))) as archive:
        return {name.split("/")[1]: archive.read(name).decode() for name in archive.namelist()}


def test_it_has_the_job_its_steps_its_log_its_plan_and_the_installation(job: Job) -> None:
    files = read(job)
    assert json.loads(files["job.json"])["title"] == job.title
    assert len(json.loads(files["steps.json"])) == job.steps.count()
    assert files["log.txt"].count("\n") == job.log.count()
    assert json.loads(files["plan.json"])["tenant_name"] == "demo"
    assert len(json.loads(files["ledger_entries.json"])) == len(json.loads(files["items.json"]))
    assert json.loads(files["versions.json"])["pumphouse"]
    assert json.loads(files["settings.json"])["database"]["ENGINE"]
    assert json.loads(files["limits.json"])["workers"]
    assert {cloud["name"] for cloud in json.loads(files["clouds.json"])} == {"old", "new"}


def test_of_secrets_planted_everywhere_none_is_in_it(job: Job, settings: Any) -> None:
    settings.SECRET_KEY = settings.PUMPHOUSE_WEBHOOK_SECRET = f"{PLANTED}-key"
    settings.EMAIL_HOST_PASSWORD = f"{PLANTED}-mail"
    settings.PUMPHOUSE_WEBHOOK_URLS = [f"https://hooks.example/{PLANTED}"]
    settings.PUMPHOUSE_FUEL_URL = f"http://admin:{PLANTED}@fuel.example:8000"
    register_setting_secrets()
    secrets.register("of-the-pool-2026")
    deep: dict[str, Any] = {"env": [{"admin_pass": PLANTED, "api_key": PLANTED}], "said": [*SENT]}
    Job.objects.filter(pk=job.pk).update(params={**job.params, **deep}, explanation=SENT[0])
    job.steps.update(params=deep, error=SENT[1], fix=SENT[2])
    LogLine.objects.bulk_create([LogLine(job=job, message=text) for text in SENT])
    plan = Plan.objects.get()
    plan.options, plan.choices = deep, {"token": PLANTED}
    plan.save()
    plan.items.update(fields=deep)
    plan.findings.update(sentence=SENT[3])
    plan.ledger_entries.update(stage_data=deep)
    plan.source.services = deep
    plan.source.save()
    found = read(Job.objects.get(pk=job.pk))
    text = "".join(found.values())
    assert secrets.MASK in found["log.txt"] and secrets.MASK in found["steps.json"]
    assert PLANTED not in text
    assert "of-the-pool-2026" not in text


def test_it_stays_small(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "MOST_BYTES", 60_000)
    LogLine.objects.bulk_create([LogLine(job=job, message="x" * 5000) for _ in range(100)])
    files = read(job)
    assert sum(map(len, files.values())) < 62_000
    assert "[cut here: the bundle is full]" in files["log.txt"] + files["items.json"]


def test_of_a_long_log_it_has_the_latest_lines(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "MOST_LINES", 3)
    LogLine.objects.bulk_create([LogLine(job=job, message=f"line {n}") for n in range(9)])
    assert [line.split()[-1] for line in read(job)["log.txt"].splitlines()] == ["6", "7", "8"]


def test_operators_get_it_by_one_click_and_viewers_do_not(job: Job) -> None:
    client, address = Client(), f"/jobs/{job.pk}/bundle.zip"
    client.force_login(rows.user_with("operator"))
    assert f'href="{address}"' in client.get(job.get_absolute_url()).content.decode()
    assert zipfile.is_zipfile(io.BytesIO(client.get(address).content))
    client.force_login(rows.user_with("viewer"))
    assert client.get(address).status_code == 403
    assert f'href="{address}"' not in client.get(job.get_absolute_url()).content.decode()
