"""What the command line prints and how it ends."""

import json
import re

import pytest

from dashboard.cli import database
from dashboard.cli.console import Console
from dashboard.errors import BadInput
from dashboard.jobs.models import Job
from dashboard.jobs.states import JobState
from tests.support import rows
from tests.support.commands import run

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["frobnicate"], "invalid choice: 'frobnicate'"),
        ([], "required: COMMAND"),
        (["status", "seventy"], "invalid int value: 'seventy'"),
        (["status", "77"], "There is no job 77."),
        (["retry", "77"], "There is no step 77."),
        (["tenants", "atlantis"], "There is no cloud named 'atlantis'."),
        (["execute", "nobody"], "There is no plan for tenant 'nobody'."),
        (["execute"], "Which plan?"),
        (["execute", "--plan", "77"], "There is no plan 77."),
        (["plan", "demo"], "It is not clear which cloud is which."),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_two(arguments, sentence, capsys):
    assert run(*arguments) == 2
    out, err = capsys.readouterr()
    assert sentence in err
    assert out == ""
    assert "Traceback" not in err


def test_bad_input_is_a_document_when_one_is_asked_for(capsys):
    assert run("status", "77", "--json") == 2
    assert json.loads(capsys.readouterr().out) == {
        "error": "There is no job 77.",
        "fix": "See pumphouse status.",
    }


def test_a_configuration_that_is_wrong_is_told_by_file_and_line(settings, tmp_path, capsys):
    path = tmp_path / "clouds.yaml"
    path.write_text("clouds:\n  a:\n    auth:\n      auth_uri: x\n")
    settings.PUMPHOUSE_CONFIG = str(path)
    assert run("clouds") == 2
    assert f"{path}, line 4" in capsys.readouterr().err


def test_an_error_is_printed_with_its_secrets_masked(settings, capsys):
    Console().print_error(BadInput("Cannot use mysql://keystone:hunter2hunter2@db/keystone."))
    assert "hunter2" not in capsys.readouterr().err


def test_a_fault_of_ours_is_told_without_what_it_said(capsys, monkeypatch):
    def break_down():
        raise RuntimeError("mysql://keystone:hunter2hunter2@db/keystone")

    monkeypatch.setattr(database, "prepare_database", break_down)
    assert run("status") == 1
    err = capsys.readouterr().err
    assert err == "pumphouse: Internal error: RuntimeError.\n"


def test_json_is_the_only_thing_on_standard_output(plan, capsys):
    rows.job_of(plan, JobState.FAILED)
    assert run("--json", "status") == 0
    assert len(json.loads(capsys.readouterr().out)["jobs"]) == 1


def test_the_status_of_a_failed_job_tells_what_helps_and_fails(plan, capsys):
    job = rows.job_of(plan, JobState.FAILED)
    assert run("status", str(job.pk)) == 1
    out = capsys.readouterr().out
    assert "NoValidHost" in out
    assert "Free 4 cores on the destination" in out
    assert re.search(r"^    .*pumphouse retry \d+, or pumphouse skip \d+ --reason", out, re.M)


def test_names_with_brackets_are_printed_as_they_are(plan, capsys):
    job = rows.job_of(plan, JobState.DONE)
    Job.objects.filter(pk=job.pk).update(title="Move [bold]demo[/bold]")
    run("status")
    assert "Move [bold]demo[/bold]" in capsys.readouterr().out


def test_without_a_configuration_the_clouds_say_what_to_do(capsys):
    assert run("clouds") == 0
    assert "Pass a clouds.yaml" in capsys.readouterr().out
