"""How a runner runs a job's steps, whichever way they end."""

import threading
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard import secrets
from dashboard.jobs import heartbeat, outcomes
from dashboard.jobs import runner as engine
from dashboard.jobs.models import Job, LogLevel, LogLine, Runner, Step
from dashboard.jobs.operating import cancel, hold, release_hold
from dashboard.jobs.outcomes import pause_before
from dashboard.jobs.requester import NOBODY
from dashboard.jobs.runner import run_job
from dashboard.jobs.states import JobState, Phase, StepState
from tests.support.awaiting import await_that
from tests.support.rehearsal.jobs import lines, rehearse, spec, states, step_of

pytestmark = pytest.mark.django_db(transaction=True)


def ran(job: Job) -> Job:
    run_job(job.pk)
    return Job.objects.get(pk=job.pk)


def test_a_job_without_steps_is_done():
    assert ran(rehearse()).state == JobState.DONE


def test_a_step_runs_after_all_that_it_waits_for(tmp_path):
    notes = {"notes": str(tmp_path / "notes")}
    job = ran(
        rehearse(
            spec("d", needs=["b", "c"], params=notes),
            spec("c", after=["a"], params=notes),
            spec("b", needs=["a"], params=notes),
            spec("a", params=notes),
        )
    )
    order = [line.split()[0] for line in lines(tmp_path / "notes")]
    assert order[0] == "a" and order[3] == "d" and len(order) == 4
    assert job.state == JobState.DONE
    assert job.explanation == "4 of 4 steps done."
    assert job.active_subject is None and job.started_at and job.finished_at


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.sets(st.integers(0, 19), max_size=4), min_size=1, max_size=20))
def test_any_graph_runs_each_step_once_in_order(tmp_path_factory, needs):
    notes = tmp_path_factory.mktemp("graph") / "notes"
    below = [
        sorted({str(other) for other in others if other < n}) for n, others in enumerate(needs)
    ]
    steps = [spec(str(n), needs=below[n], params={"notes": str(notes)}) for n in range(len(needs))]
    assert ran(rehearse(*steps)).state == JobState.DONE
    order = [line.split()[0] for line in lines(notes)]
    assert sorted(order) == sorted(str(n) for n in range(len(needs)))
    assert all(order.index(o) < order.index(str(n)) for n in range(len(needs)) for o in below[n])


def test_a_refusal_of_a_cloud_fails_the_step_with_its_fix_and_stops_only_what_needs_it():
    job = ran(rehearse(spec("a", "refuse"), spec("b", needs=["a"]), spec("c")))
    assert states(job) == {"a": "failed", "b": "pending", "c": "done"}
    step = step_of(job, "a")
    assert (step.error, step.fix) == ("The cloud said no.", "Raise the quota.")
    assert step.request_id == "req-1"
    assert job.state == JobState.FAILED and job.active_subject is None
    assert job.explanation == "The cloud said no. 1 of 3 steps done, 1 failed, 1 not done."


def test_bad_input_fails_a_step():
    assert states(ran(rehearse(spec("a", "miss")))) == {"a": "failed"}


def test_a_bug_is_errored_with_its_traceback_in_the_log():
    job = ran(rehearse(spec("a", "crash"), spec("b", "refuse")))
    assert states(job) == {"a": "errored", "b": "failed"}
    assert job.state == JobState.ERRORED
    line = LogLine.objects.get(step__key="a", job=job)
    assert "Traceback" in line.message and "ZeroDivisionError" in line.message
    assert line.level == LogLevel.ERROR


def test_a_temporary_fault_is_retried_as_a_resumed_step(tmp_path):
    notes = tmp_path / "notes"
    parameters = {"until_attempt": 3, "retry_after": 0.05, "notes": str(notes)}
    job = ran(rehearse(spec("a", "stumble", params=parameters)))
    assert job.state == JobState.DONE
    assert [line.split()[2] for line in lines(notes)] == ["new", "resumed", "resumed"]
    step = step_of(job, "a")
    assert (step.attempt, step.error) == (3, "")
    assert LogLine.objects.filter(job=job, level=LogLevel.WARNING).count() == 2


def test_the_retry_after_of_a_cloud_is_honoured():
    job = rehearse(spec("a", "stumble", params={"until_attempt": 2, "retry_after": 500}))
    asked_at = timezone.now()
    ran(job)
    step = step_of(job, "a")
    assert step.state == StepState.PENDING
    assert timedelta(seconds=499) < step.not_before - asked_at < timedelta(seconds=520)
    assert Job.objects.get(pk=job.pk).state == JobState.RUNNING


def test_pauses_double_up_to_a_minute():
    pauses = [pause_before(attempt, None) for attempt in range(1, 9)]
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]
    assert pause_before(3, 17.0) == 17.0
    assert pause_before(3, 1764421500000.0) == 3600  # milliseconds of an epoch


def test_a_step_that_stumbles_six_times_has_failed():
    job = ran(rehearse(spec("a", "stumble", params={"until_attempt": 99, "retry_after": 0})))
    step = step_of(job, "a")
    assert (step.state, step.attempt, step.error) == ("failed", 6, "The cloud is busy.")
    assert job.state == JobState.FAILED


def test_an_unknown_kind_fails_the_step_with_a_sentence():
    job = rehearse(spec("a"))
    Job.objects.filter(pk=job.pk).update(kind="unheard of")
    assert ran(job).state == JobState.FAILED
    assert "no kind of job named" in step_of(job, "a").error


def test_no_secret_reaches_a_row():
    secret = "correct-horse-battery"
    secrets.register(secret)
    job = ran(
        rehearse(
            spec("a", "say", params={"message": f"logged in with {secret}"}),
            spec("b", "refuse", params={"sentence": f"{secret} is wrong"}),
            spec("c", "crash", params={"sentence": f"{secret} broke"}),
        )
    )
    rows = [
        *LogLine.objects.filter(job=job).values_list("message", flat=True),
        *Step.objects.filter(job=job).values_list("error", flat=True),
        job.explanation,
    ]
    assert len(LogLine.objects.filter(job=job)) == 3
    assert not [row for row in rows if secret in row]


def test_a_redelivered_task_changes_nothing(tmp_path):
    notes = tmp_path / "notes"
    job = ran(rehearse(spec("a", params={"notes": str(notes)})))
    run_job(job.pk)
    run_job(job.pk)
    run_job(10**9)
    assert len(lines(notes)) == 1
    assert Job.objects.get(pk=job.pk).finished_at == job.finished_at


def test_the_kind_is_called_once_at_the_end_and_may_raise(tmp_path):
    job = ran(rehearse(spec("a"), params={"finished": str(tmp_path / "ends")}))
    run_job(job.pk)
    assert lines(tmp_path / "ends") == ["done"]
    broken = ran(rehearse(spec("a"), params={"break_at_end": True}))
    assert broken.state == JobState.DONE
    assert "the end broke" in LogLine.objects.get(job=broken).message


def test_a_runner_leaves_no_trace_of_itself_or_its_threads():
    job = ran(rehearse(*(spec(str(n)) for n in range(40))))
    assert job.state == JobState.DONE
    assert not Runner.objects.exists()
    await_that(lambda: not [t for t in threading.enumerate() if t.name in ("step", "heartbeat")])


def in_thread(job: Job) -> threading.Thread:
    def work():
        run_job(job.pk)
        connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_cancelling_stops_running_steps_and_starts_no_others(tmp_path):
    waits = {"file": str(tmp_path / "never")}
    job = rehearse(spec("a", "wait_for_file", params=waits), spec("b", needs=["a"]))
    thread = in_thread(job)
    await_that(lambda: step_of(job, "a").state == StepState.RUNNING)
    cancel(job, requester=NOBODY)
    thread.join(timeout=20)
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED and job.active_subject is None
    step = step_of(job, "a")
    assert (step.state, step.attempt, step.resumed) == ("pending", 0, True)
    assert step_of(job, "b").state == StepState.PENDING


def test_a_held_job_stops_before_its_phase_and_continues_when_released():
    job = ran(
        rehearse(spec("a"), spec("b", needs=["a"], phase=Phase.CUTOVER), hold_before=Phase.CUTOVER)
    )
    assert job.state == JobState.HELD and job.active_subject
    assert states(job) == {"a": "done", "b": "pending"}
    since = job.held_since
    assert since and ran(job).held_since == since
    release_hold(job, requester=NOBODY)
    ended = ran(job)
    assert (ended.state, ended.held_since) == (JobState.DONE, None)


def test_a_hold_with_a_time_ends_by_itself():
    job = ran(
        rehearse(
            spec("b", phase=Phase.CUTOVER),
            hold_before=Phase.CUTOVER,
            hold_until=timezone.now() + timedelta(hours=1),
        )
    )
    assert job.state == JobState.HELD
    Job.objects.filter(pk=job.pk).update(hold_until=timezone.now())
    assert ran(job).state == JobState.DONE


def test_a_hold_that_comes_while_the_job_runs_is_obeyed(tmp_path):
    go = tmp_path / "go"
    job = rehearse(
        spec("a", "wait_for_file", params={"file": str(go)}),
        spec("b", needs=["a"], phase=Phase.CUTOVER),
    )
    thread = in_thread(job)
    await_that(lambda: step_of(job, "a").state == StepState.RUNNING)
    hold(job, before=Phase.CUTOVER, requester=NOBODY)
    go.touch()
    thread.join(timeout=20)
    assert Job.objects.get(pk=job.pk).state == JobState.HELD


@pytest.fixture
def quick_heartbeat(monkeypatch) -> None:
    """Renew leases often: they end no sooner, however slow the machine is."""
    monkeypatch.setattr(heartbeat, "BEAT_SECONDS", 0.02)
    monkeypatch.setattr(heartbeat, "RENEW_SECONDS", 0.02)


def test_a_lost_lease_stops_the_step_and_its_outcome_is_not_recorded(tmp_path, quick_heartbeat):
    job = rehearse(spec("a", "wait_for_file", params={"file": str(tmp_path / "never")}))
    thread = in_thread(job)
    await_that(lambda: step_of(job, "a").state == StepState.RUNNING)
    until = timezone.now() + timedelta(hours=1)
    Step.objects.filter(job=job).update(lease_owner="somebody else", lease_until=until)
    thread.join(timeout=20)
    assert not thread.is_alive()
    step = step_of(job, "a")
    assert (step.state, step.lease_owner) == ("running", "somebody else")
    assert Job.objects.get(pk=job.pk).state == JobState.RUNNING


def test_a_lease_is_renewed_for_as_long_as_the_step_runs(tmp_path, quick_heartbeat):
    go = tmp_path / "go"
    job = rehearse(spec("a", "wait_for_file", params={"file": str(go)}))
    thread = in_thread(job)
    await_that(lambda: step_of(job, "a").state == StepState.RUNNING)
    for _ in range(3):
        until = step_of(job, "a").lease_until
        await_that(lambda last=until: step_of(job, "a").lease_until > last)
    go.touch()
    thread.join(timeout=60)
    assert (step_of(job, "a").state, step_of(job, "a").attempt) == (StepState.DONE, 1)


def test_two_runners_in_one_process_share_a_job(tmp_path, settings):
    settings.STEP_THREADS = 2
    notes, go = tmp_path / "n", tmp_path / "go"
    waits = {"file": str(go), "notes": str(notes)}
    job = rehearse(*(spec(str(n), "wait_for_file", params=waits) for n in range(20)))
    threads = [in_thread(job), in_thread(job)]
    await_that(lambda: job.steps.filter(state=StepState.RUNNING).count() == 4)
    go.touch()
    for thread in threads:
        thread.join()
    assert Job.objects.get(pk=job.pk).state == JobState.DONE
    assert len(lines(notes)) == 20
    owners = set(Step.objects.filter(job=job).values_list("lease_owner", flat=True))
    assert len(owners) == 2


def test_a_helper_leaves_when_another_job_waits_for_a_worker(tmp_path, monkeypatch, settings):
    settings.STEP_THREADS = 1
    monkeypatch.setattr(engine, "LOOK_AROUND_SECONDS", 0.1)
    go = tmp_path / "go"
    job = rehearse(
        *(spec(str(n), "last", params={"seconds": 0.05}) for n in range(100)),
        spec("gate", "wait_for_file", params={"file": str(go)}),
    )
    first = in_thread(job)
    await_that(lambda: Runner.objects.count() == 1)
    helper = in_thread(job)
    await_that(lambda: Runner.objects.count() == 2)
    waiting = rehearse(spec("a"))
    helper.join(timeout=20)
    assert first.is_alive() and not helper.is_alive()
    ran(waiting)
    go.touch()
    first.join(timeout=30)
    assert Job.objects.get(pk=job.pk).state == JobState.DONE


def test_a_broken_database_does_not_lose_a_finished_step(monkeypatch, tmp_path, settings):
    """The record of an outcome fails: the lease runs out and the step is done again, resumed."""
    settings.STEP_LEASE_SECONDS = 1
    monkeypatch.setattr(engine, "GRACE_SECONDS", 0.1)
    notes = tmp_path / "notes"
    job = rehearse(spec("a", params={"notes": str(notes)}))

    def no_database(*_arguments, **_options):
        raise RuntimeError("no database")

    with monkeypatch.context() as patch, pytest.raises(RuntimeError):
        patch.setattr(engine, "record", no_database)
        run_job(job.pk)
    assert step_of(job, "a").state == StepState.RUNNING
    await_that(lambda: step_of(job, "a").lease_until < timezone.now())
    assert ran(job).state == JobState.DONE
    assert [line.split()[2] for line in lines(notes)] == ["new", "resumed"]


def test_wide_fan_out_is_counted_down_in_pieces(monkeypatch):
    monkeypatch.setattr(outcomes, "CHUNK", 7)
    job = rehearse(spec("root"), *(spec(str(n), needs=["root"]) for n in range(30)))
    assert ran(job).state == JobState.DONE
