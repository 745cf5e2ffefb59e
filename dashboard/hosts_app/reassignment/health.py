"""Fuel's own Health Check of both environments, before a host leaves and after it has joined."""

from dashboard.clients.fuel.health_calls import HealthRun
from dashboard.clients.fuel.objects import Environment
from dashboard.clients.polling import poll_until
from dashboard.errors import NeedsOperator, Retryable
from dashboard.hosts_app.reassignment.work import ReassignmentWork
from dashboard.jobs.models import LogLevel

SANITY = "sanity"
TESTED_STATUSES = ("operational", "error", "update_error")
"""python-fuelclient starts no tests in an environment of another status."""
SECONDS = 1200


def check_health_before(work: ReassignmentWork) -> None:
    """Store which sanity tests fail in each environment before anything is removed."""
    failing = {
        str(environment.id): [test.name for test in run.failures]
        for environment, run in _runs(work)
    }
    work.save(health=failing)


def check_health_after(work: ReassignmentWork) -> None:
    """Raise ``NeedsOperator`` about the tests that fail now and did not fail before."""
    new = []
    for environment, run in _runs(work):
        before = work.record.health.get(str(environment.id), [])
        names = [test.name for test in run.failures if test.name not in before]
        if names:
            new.append(f"{environment.name}: {', '.join(names)}")
        elif before:
            work.context.log(f"No more tests of {environment.name} fail than before.")
    if new:
        raise NeedsOperator(
            f"Fuel's health check finds what was not so before, in {'; in '.join(new)}.",
            fix="See the messages in the log. Fix the cloud and retry, or skip this step.",
        )


def _runs(work: ReassignmentWork) -> list[tuple[Environment, HealthRun]]:
    """Run the tests in both environments, one after the other, as far as they can be tested."""
    record = work.record
    ids = dict.fromkeys((record.source_environment, record.destination_environment))
    found = (work.fuel.environment(environment_id) for environment_id in ids)
    return [(one, _run(work, one)) for one in found if _can_be_tested(work, one)]


def _can_be_tested(work: ReassignmentWork, environment: Environment) -> bool:
    if environment.status not in TESTED_STATUSES:
        reason = f"it is {environment.status}"
    elif not work.fuel.nodes(environment.id):
        reason = "it has no nodes"
    elif SANITY not in work.fuel.health_sets(environment.id):
        reason = "Fuel has no sanity tests for it"
    else:
        return True
    work.context.log(f"Skipped the health check of {environment.name}: {reason}.")
    return False


def _run(work: ReassignmentWork, environment: Environment) -> HealthRun:
    fuel, context = work.fuel, work.context
    started = fuel.start_health_check(environment.id, test_set=SANITY)

    def finished() -> HealthRun | None:
        try:
            run = fuel.health_run(started.id)
        except Retryable:
            return None  # one poll of many
        done = sum("running" not in test.status for test in run.tests)
        context.progress(done, len(run.tests), "tests")
        return run if run.is_over else None

    what = f"Fuel's health check of {environment.name}"
    run = poll_until(finished, what=what, seconds=SECONDS, check=context.check)
    _log(work, environment, run)
    return run


def _log(work: ReassignmentWork, environment: Environment, run: HealthRun) -> None:
    for test in run.failures:
        text = f"{environment.name}: “{test.name}” has the result {test.status}"
        work.context.log(f"{text}. {test.message}".strip(), level=LogLevel.WARNING)
    passed = len(run.tests) - len(run.failures)
    work.context.log(
        f"Fuel's health check of {environment.name}: {passed} of {len(run.tests)} sanity tests "
        "passed.",
        level=LogLevel.WARNING if run.failures else LogLevel.SUCCESS,
    )
