"""The command line runs its own job, shows it, and lets go of it properly."""

import io
from argparse import Namespace

import pytest
from rich.console import Console as Terminal

from dashboard.cli import command_line
from dashboard.cli.console import Console
from dashboard.cli.progress import follow, follow_and_report
from dashboard.jobs.models import Job, LogLine
from dashboard.jobs.operating import release_hold
from dashboard.jobs.requester import NOBODY
from dashboard.jobs.states import JobState, Phase
from tests.support.rehearsal.jobs import rehearse, spec

pytestmark = pytest.mark.django_db(transaction=True)


def console(*, terminal: bool = False) -> Console:
    made = Console()
    made.progress = Terminal(file=io.StringIO(), force_terminal=terminal, width=120)
    return made


def shown(on: Console) -> str:
    written = on.progress.file
    assert isinstance(written, io.StringIO)
    return written.getvalue()


def test_a_job_is_done_without_any_worker():
    assert follow(rehearse(spec("a"), spec("b", needs=["a"])), console()).state == JobState.DONE


def test_a_job_that_waits_for_a_passing_fault_is_driven_to_its_end():
    stumbling = spec("a", "stumble", params={"until_attempt": 3, "retry_after": 0.2})
    assert follow(rehearse(stumbling), console()).state == JobState.DONE


def test_a_failed_job_is_exit_code_one_with_what_helps(capsys):
    job = rehearse(spec("a", "refuse", params={"sentence": "No room for it."}))
    assert follow_and_report(job, Namespace(), console()) == 1
    out = capsys.readouterr().out
    assert "No room for it." in out
    assert "Raise the quota." in out


def test_a_detached_job_is_left_alone(capsys):
    job = rehearse(spec("a"))
    assert follow_and_report(job, Namespace(detach=True), console()) == 0
    assert Job.objects.get(pk=job.pk).state == JobState.QUEUED
    assert f"pumphouse status {job.pk}" in capsys.readouterr().out


def test_a_job_that_its_command_left_goes_on_by_resume():
    job = rehearse(spec("a"))
    assert command_line.run(["resume", str(job.pk)]) == 0
    assert Job.objects.get(pk=job.pk).state == JobState.DONE


def test_a_held_job_is_exit_code_zero_and_goes_on_when_released(capsys):
    job = rehearse(
        spec("a"), spec("b", phase=Phase.CUTOVER, needs=["a"]), hold_before=Phase.CUTOVER
    )
    assert follow_and_report(job, Namespace(), console()) == 0
    assert f"pumphouse release {job.pk}" in capsys.readouterr().out
    assert follow(release_hold(job, requester=NOBODY), console()).state == JobState.DONE


def test_every_line_of_the_log_is_shown_once_where_there_is_no_terminal():
    on = console()
    job = rehearse(*(spec(str(n), "say", params={"message": f"Line {n}."}) for n in range(20)))
    follow(job, on)
    for message in LogLine.objects.filter(job=job).values_list("message", flat=True):
        assert shown(on).count(message.splitlines()[0]) >= 1
    assert shown(on).count("Line 7.") == 1


def test_bars_show_each_group_with_its_bytes():
    on = console(terminal=True)
    size = 4 * 10**9
    follow(
        rehearse(
            spec("a", "copy", params={"size": size}, group="image", expected_bytes=size),
            spec("b", group="network"),
        ),
        on,
    )
    assert "image" in shown(on)
    assert "4.0 GB copied" in shown(on)
    assert "2 of 2 steps" in shown(on)
