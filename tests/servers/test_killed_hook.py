"""A worker dies by kill -9 after a hook's act and before that is stored: nothing is done twice."""

import json
import sys
from pathlib import Path

import pytest
import yaml

from dashboard.clients.hooks.base import HookKind
from dashboard.hooks.models import HookCall
from dashboard.jobs.models import Job, Step
from dashboard.jobs.operating import skip_step
from dashboard.jobs.requester import NOBODY
from dashboard.jobs.runner import run_job
from dashboard.migrations_app.verbs.execute import Execute
from tests.support import killed_hook
from tests.support.campaigns import small_tenant
from tests.support.dying import killed_at
from tests.support.hooks import SECRET, answer, as_awx, controller
from tests.support.in_memory import clouds, own_secrets, short_pauses  # noqa: F401 - fixtures
from tests.support.receivers import webhook_receiver

pytestmark = pytest.mark.django_db(transaction=True)
WEBHOOK, AWX, COMMAND = killed_hook.MOMENTS
URL = "https://pumphouse.example.com"


def run(job: Job) -> str:
    """Run a job as far as it goes now, and return its state."""
    Step.objects.filter(job=job, state="pending").update(not_before=None)
    run_job(job.pk)
    job.refresh_from_db()
    return str(job.state)


def one_of_each(webhook: str, awx: str, notes: Path) -> str:
    """Return a configuration with a hook of each kind; the command writes a word to the notes."""
    source = f"open({str(notes)!r}, 'a').write('ran ')"
    kinds = {
        "ask": {"webhook": {"url": webhook, "secret": SECRET}},
        "job": {"awx": {"url": awx, "token": "t0ken-of-awx", "template": 7}},
        "once": {"command": {"run": [sys.executable, "-c", source], "once": True}},
    }
    hooks = [{"name": name, "at": "before_tenant", **kind} for name, kind in kinds.items()]
    return str(yaml.safe_dump({"clouds": {}, "pumphouse": {"hooks": hooks}}))


@pytest.mark.timeout(300)
def test_what_was_done_before_a_death_is_not_done_again(
    clouds,  # noqa: F811
    pumphouse_home: Path,
    tmp_path: Path,
    settings,
    monkeypatch,
):
    monkeypatch.setattr(HookKind, "pause", 60.0)
    notes, config = tmp_path / "notes", tmp_path / "hooks.yaml"
    small_tenant(clouds, "one")
    with webhook_receiver() as receiver, controller(as_awx) as awx:
        config.write_text(one_of_each(receiver.address, awx.address, notes))
        settings.PUMPHOUSE_CONFIG, settings.PUMPHOUSE_URL = str(config), URL
        job = Execute().start(clouds.plan("one"))

        def dies(moment: str) -> bool:
            Step.objects.filter(job=job, state="pending").update(not_before=None)
            files = {"PUMPHOUSE_CONFIG": str(config), "PUMPHOUSE_URL": URL}
            return killed_at(job, killed_hook, moment, home=pumphouse_home, **files)

        assert dies(WEBHOOK)
        assert run(job) == "running"
        assert len({json.loads(each.body)["call"] for each in receiver.received}) == 1
        assert answer(HookCall.objects.get()) == 200

        assert dies(AWX)
        assert run(job) == "running"
        (ordered,) = awx.jobs
        ordered["status"] = "successful"

        assert dies(COMMAND)
        assert run(job) == "failed"
        assert notes.read_text() == "ran "
        step = job.steps.get(state="failed")
        assert "It is not known whether" in step.error
        # somebody has looked, and seen that it has done its work
        skip_step(step, reason="It has run.", requester=NOBODY)
        assert run(job) == "done"
        assert notes.read_text() == "ran " and len(awx.jobs) == 1
        assert HookCall.objects.count() == 3
