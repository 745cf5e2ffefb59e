"""Webhooks that are waited for: with real servers that fail, hang, lie, and answer twice."""

import json
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from dashboard.clients.hooks import http_calls
from dashboard.hooks.models import HookCall
from dashboard.jobs.models import LogLine
from dashboard.jobs.operating import resume
from dashboard.jobs.requester import NOBODY
from tests.support.hooks import SECRET, answer, call_of, hook_job, run
from tests.support.receivers import verify_signature

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def hook(configure, receiver):
    """A webhook that is waited for."""
    webhook = {"url": f"{receiver.address}/T0KEN-IN-PATH", "secret": SECRET}
    configure({"name": "ask", "at": "before_tenant", "webhook": webhook})


def waiting_call():
    job = hook_job("ask")
    step = run(job)
    assert (step.state, step.waiting_for) == ("pending", "hook “ask”")
    return job, call_of(job)


def test_it_is_told_once_signed_and_its_right_answer_lets_the_step_go_on(hook, receiver):
    job, call = waiting_call()
    run(job)
    (received,) = receiver.received
    assert verify_signature(received, secret=SECRET, now=time.time())
    body = json.loads(received.body)
    assert (body["call"], body["tenant"], body["at"]) == (str(call.pk), "shop", "before_tenant")
    assert body["answer_url"] == call.answer_url
    assert call.answer_url.startswith("https://pumphouse.example.com/hooks/")
    assert answer(call, message="done by hand") == 200
    step = job.steps.get()
    assert step.not_before is None  # it goes on at once
    assert run(job).state == "done"
    assert LogLine.objects.filter(message__contains="done by hand").exists()


def test_a_lie_changes_nothing(hook):
    job, call = waiting_call()
    _, other = waiting_call()
    assert answer(call, secret="another") == 403
    assert answer(call, at=int(time.time()) - 3600) == 403
    assert answer(call, url=other.answer_url) == 400
    assert answer(call, url=call.answer_url.replace(call.token, other.token)) == 404
    assert answer(call, result="perhaps") == 400
    for each in (call, other):
        each.refresh_from_db()
        assert (each.state, each.answer) == ("started", "")
    assert call.refused == 2
    refusals = LogLine.objects.filter(job=job, message__contains="wrong signature")
    assert refusals.count() == 1
    assert run(job).state == "pending"


def test_what_comes_twice_counts_once(hook):
    job, call = waiting_call()
    assert [answer(call), answer(call, "failed"), answer(call)] == [200, 409, 409]
    assert run(job).state == "done"
    assert answer(call, "failed") == 409
    call.refresh_from_db()
    assert (call.answer, call.state) == ("ok", "done")


def test_a_failure_holds_the_step_and_a_retry_is_another_call(hook, receiver):
    job, call = waiting_call()
    assert answer(call, "failed", message=f"disk full, {SECRET}") == 200
    step = run(job)
    assert step.state == "failed" and "answered that it failed: disk full, ****" in step.error
    resume(job, requester=NOBODY)
    assert run(job).state == "pending"
    ids = [json.loads(each.body)["call"] for each in receiver.received]
    assert ids == [str(call.pk), str(call_of(job).pk)] and len({*ids}) == 2


def test_one_that_never_answers_fails_in_time_and_is_not_believed_later(hook):
    job, call = waiting_call()
    early = timezone.now() - timedelta(hours=2)
    HookCall.objects.filter(pk=call.pk).update(created_at=early)
    step = run(job)
    assert step.state == "failed" and "was not over after 3600 s" in step.error
    assert answer(call) == 409


def test_one_that_is_down_or_hangs_gets_the_same_call_again(hook, receiver, monkeypatch):
    monkeypatch.setattr(http_calls, "WHOLE_SECONDS", 0.2)
    receiver.answers = [(503, {})]
    receiver.silent.set()
    job = hook_job("ask")
    step = run(job)
    assert step.state == "failed" and "timed out after 0.2 s" in step.error
    receiver.silent.clear()
    resume(job, requester=NOBODY)
    assert run(job).state == "pending"
    ids = {json.loads(each.body)["call"] for each in receiver.received}
    assert ids == {str(call_of(job).pk)} and len(receiver.received) > 3


def test_its_address_and_secret_are_in_no_row(hook):
    job, call = waiting_call()
    rows = f"{[*HookCall.objects.values()]} {[*LogLine.objects.values()]} {[*job.steps.values()]}"
    for secret in (SECRET, "T0KEN-IN-PATH", call.token):
        assert secret not in rows
