"""Commands as hooks: real child processes that work, fail, hang, and are not run twice."""

import json
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from dashboard.clients import short_process
from dashboard.hooks.models import HookCall
from dashboard.jobs.models import LogLine
from dashboard.jobs.operating import cancel, resume
from dashboard.jobs.requester import NOBODY
from tests.support.awaiting import await_end_of, await_that
from tests.support.hooks import call_of, hook_job, run

pytestmark = pytest.mark.django_db(transaction=True)


def python(source: str, **more):
    return {
        "name": "try",
        "at": "before_tenant",
        "command": {"run": [sys.executable, "-c", source], **more},
    }


def test_a_command_gets_what_it_is_about_in_its_environment_and_nothing_of_ours(
    configure, tmp_path: Path, monkeypatch
):
    monkeypatch.setenv("PUMPHOUSE_DATABASE_URL", "mysql://not-for-hooks")
    told, token = tmp_path / "told", tmp_path / "token"
    token.write_text("t0ken-of-the-command\n")
    source = (
        f"import json, os; json.dump(dict(os.environ), open({str(told)!r}, 'w'));"
        "print(os.environ['TOKEN'])"
    )
    hook = python(source, environment={"PLACE": "here"}, environment_files={"TOKEN": str(token)})
    configure(hook)
    job = hook_job("try", tenant="--rm; $(reboot)")
    assert run(job).state == "done"
    found = json.loads(told.read_text())
    assert found["PUMPHOUSE_TENANT"] == "--rm; $(reboot)" and found["PLACE"] == "here"
    assert found["PUMPHOUSE_CALL"] == str(call_of(job).pk)
    assert found["TOKEN"] == "t0ken-of-the-command"
    assert "PUMPHOUSE_DATABASE_URL" not in found
    rows = f"{[*LogLine.objects.values()]} {[*HookCall.objects.values()]} {[*job.steps.values()]}"
    assert "t0ken-of-the-command" not in rows


def test_a_command_that_fails_holds_its_step_and_a_retry_is_another_call(configure, tmp_path):
    gate = tmp_path / "gate"
    token = tmp_path / "token"
    token.write_text("t0ken-of-the-command")
    source = (
        f"import os, sys; os.path.exists({str(gate)!r}) or sys.exit('no ' + os.environ['TOKEN'])"
    )
    configure(python(source, environment_files={"TOKEN": str(token)}))
    job = hook_job("try")
    step = run(job)
    assert step.state == "failed"
    assert "Hook “try”: The command" in step.error and "exit code 1: no ********." in step.error
    assert "skip it" in step.fix
    first = call_of(job)
    gate.touch()
    resume(job, requester=NOBODY)
    assert run(job).state == "done"
    assert call_of(job).pk != first.pk


def test_a_command_that_hangs_is_killed_with_its_children(configure, tmp_path, monkeypatch):
    child = tmp_path / "child"
    # its time is over as soon as it has a child
    clock = SimpleNamespace(monotonic=lambda: time.monotonic() + 3600 * child.exists())
    monkeypatch.setattr(short_process, "time", clock)
    source = (
        "import os, subprocess, time; child = subprocess.Popen(['sleep', '600']);"
        "open('new', 'w').write(str(child.pid)); os.rename('new', 'child'); time.sleep(600)"
    )
    configure({**python(f"import os; os.chdir({str(tmp_path)!r}); {source}"), "seconds": 60})
    step = run(hook_job("try"))
    assert step.state == "failed" and "was not over after 60 s" in step.error
    await_end_of(int(child.read_text()))


def test_a_cancelled_job_ends_its_command_which_is_not_run_again_if_once_is_enough(
    configure, tmp_path
):
    notes = tmp_path / "notes"
    source = f"import time; open({str(notes)!r}, 'a').write('ran '); time.sleep(60)"
    configure(python(source, once=True))
    job = hook_job("try")
    thread = threading.Thread(target=run, args=[job])
    thread.start()
    await_that(notes.exists)
    cancel(job, requester=NOBODY)
    thread.join(20)
    job.refresh_from_db()
    assert job.state == "cancelled" and notes.read_text() == "ran "

    resume(job, requester=NOBODY)
    step = run(job)
    assert step.state == "failed" and "It is not known whether" in step.error
    assert notes.read_text() == "ran "
    # whoever retries it now has looked
    configure(python(f"open({str(notes)!r}, 'a').write('again')", once=True))
    resume(job, requester=NOBODY)
    assert run(job).state == "done" and notes.read_text() == "ran again"


def test_a_command_that_is_a_check_is_run_until_it_succeeds(configure, tmp_path):
    gate = tmp_path / "gate"
    source = f"import os, sys; sys.exit(not os.path.exists({str(gate)!r}))"
    configure(python(source, until_success=True))
    job = hook_job("try")
    step = run(job)
    assert (step.state, step.waiting_for) == ("pending", "hook “try”")
    gate.touch()
    assert run(job).state == "done"


def test_a_hook_that_the_configuration_has_no_more_says_so(configure):
    configure()
    step = run(hook_job("gone"))
    assert step.state == "failed" and "no hook “gone” any more" in step.error
