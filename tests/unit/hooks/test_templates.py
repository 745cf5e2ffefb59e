"""Job templates of AWX and Semaphore, by stand-ins of their APIs on loopback."""

import json

import pytest

from dashboard.jobs.operating import resume
from dashboard.jobs.requester import NOBODY
from tests.support.hooks import as_awx, as_semaphore, call_of, controller, hook_job, run

pytestmark = pytest.mark.django_db(transaction=True)
TOKEN = "t0ken-of-the-controller"


@pytest.fixture(params=[("awx", as_awx), ("semaphore", as_semaphore)], ids=["awx", "semaphore"])
def service(request, configure):
    """One of the controllers, with a hook for it."""
    kind, respond = request.param
    more = {"project": 3} if kind == "semaphore" else {}
    with controller(respond) as found:
        settings = {
            "url": found.address,
            "token": TOKEN,
            "template": 7,
            "variables": {"a": 1},
            **more,
        }
        configure({"name": "job", "at": "before_tenant", kind: settings})
        found.good = "successful" if kind == "awx" else "success"
        yield found


def variables(job):
    return json.loads(job.get("extra_vars") or job["environment"])


def test_a_job_is_ordered_with_all_that_is_known_and_waited_for(service):
    job = hook_job("job")
    assert run(job).state == "pending" and run(job).state == "pending"
    (ordered,) = service.jobs
    assert variables(ordered)["a"] == 1
    assert variables(ordered)["pumphouse"]["tenant"] == "shop"
    assert {*service.headers} == {f"Bearer {TOKEN}"}
    ordered["status"] = service.good
    assert run(job).state == "done"
    assert TOKEN not in f"{[*job.steps.values()]} {[*job.log.values()]}"


def test_a_job_whose_answer_was_lost_is_found_and_not_ordered_twice(service):
    service.lose = 1
    job = hook_job("job")
    assert run(job).state == "pending"
    assert len(service.jobs) == 1
    assert call_of(job).reference == "1"


def test_a_failed_job_holds_the_step_and_a_retry_orders_another(service):
    job = hook_job("job")
    run(job)
    service.jobs[0]["status"] = "error"
    step = run(job)
    assert step.state == "failed" and "ended as error" in step.error
    resume(job, requester=NOBODY)
    assert run(job).state == "pending"
    assert len(service.jobs) == 2


def test_a_template_that_takes_no_variables_is_refused_before_it_runs(configure):
    def closed(found, method, path, body):
        return (
            {"ask_variables_on_launch": False}
            if method == "GET"
            else as_awx(found, method, path, body)
        )

    with controller(closed) as awx:
        settings = {"url": awx.address, "token": TOKEN, "template": 7}
        configure({"name": "job", "at": "before_tenant", "awx": settings})
        step = run(hook_job("job"))
    assert step.state == "failed" and "does not take variables" in step.error
    assert not awx.jobs
