"""Commands in processes of their own: the first use, a signal, a closed pipe."""

import json
import os
import signal
import subprocess
import sys

import pytest

from dashboard.jobs.models import Job
from dashboard.jobs.states import JobState
from tests.support.awaiting import await_that
from tests.support.rehearsal.jobs import ROOT, process, rehearse, spec


@pytest.mark.django_db(transaction=True)
def test_ctrl_c_cancels_the_job_and_waits_for_its_steps(pumphouse_home, tmp_path):
    notes = tmp_path / "notes"
    waiting = {"file": str(tmp_path / "never"), "notes": str(notes)}
    job = rehearse(spec("a", "wait_for_file", params=waiting))
    with process("tests.support.rehearsal.follow", str(job.pk), home=pumphouse_home) as child:
        await_that(notes.exists)
        child.send_signal(signal.SIGINT)
        assert child.wait(timeout=60) == 1
    assert Job.objects.get(pk=job.pk).state == JobState.CANCELLED


def test_the_embedded_database_is_made_at_the_first_use(tmp_path):
    environment = {**os.environ, "PUMPHOUSE_HOME": str(tmp_path), "PUMPHOUSE_CONFIG": ""}
    environment.pop("DATABASE_URL", None)
    command = [sys.executable, "-m", "dashboard.cli.main", "status", "--json"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == {"jobs": [], "outages": []}


def test_who_reads_may_leave_before_the_end(tmp_path):
    environment = {**os.environ, "PUMPHOUSE_HOME": str(tmp_path), "PUMPHOUSE_CONFIG": ""}
    environment.pop("DATABASE_URL", None)
    command = [sys.executable, "-m", "dashboard.cli.main", "types", "--json"]
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        command, cwd=ROOT, env=environment, stdout=writer, stderr=subprocess.PIPE, text=True
    )
    os.close(writer)
    assert done.returncode == 1
    assert "broke" not in done.stderr and "Traceback" not in done.stderr
