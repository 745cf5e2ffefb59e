"""Whoever continues a job does its work: that takes what starting the job takes."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from dashboard.hosts_app.plans.host_action import all_host_actions
from dashboard.hosts_app.verbs.base import cloud_verbs
from dashboard.jobs.kinds import StepSpec, permission_for
from dashboard.jobs.models import Job
from dashboard.jobs.roles import Role, minimum_role
from dashboard.jobs.starting import start_job
from dashboard.jobs.states import JobState, Phase, StepState
from dashboard.migrations_app.verbs.base import plan_verbs, tenant_verbs
from tests.support import rows
from tests.support.api_clients import as_role

pytestmark = pytest.mark.django_db

KINDS = {
    "execute": Role.OPERATOR,
    "evacuate": Role.OPERATOR,
    "plan_host": Role.OPERATOR,
    "finalize": Role.ADMIN,
    "rollback": Role.ADMIN,
    "reassign": Role.ADMIN,
    "remove_from_fuel": Role.ADMIN,
    "host_power": Role.ADMIN,
    "rescue": Role.ADMIN,
    "delete_environment": Role.ADMIN,
    "duplicate_environment": Role.ADMIN,
    "of_a_plugin_that_is_gone": Role.ADMIN,
}
CONTINUING = ("resume", "release", "hold", "retry", "skip")
BODIES = {
    "hold": {"before": "complete", "until": (timezone.now() + timedelta(days=1)).isoformat()},
    "skip": {"reason": "It may stay."},
}
ADDRESSES = {"retry": "steps", "skip": "steps"}


def job_to(act: str, kind: str) -> Job:
    """Return a job that can be continued that way: it waits, or a step of it failed."""
    spec = StepSpec(key="a", action="a", title="A", phase=Phase.CUTOVER)
    job = start_job(kind=kind, title="A job", subject="demo", steps=[spec])
    if act in ("release", "hold"):
        Job.objects.filter(pk=job.pk).update(state=JobState.HELD, hold_before=Phase.CUTOVER)
    else:
        ended = {"active_subject": None, "finished_at": timezone.now()}
        Job.objects.filter(pk=job.pk).update(state=JobState.FAILED, **ended)
        job.steps.update(state=StepState.FAILED)
    return job


def address_of(act: str, job: Job) -> str:
    number = job.steps.get().pk if act in ADDRESSES else job.pk
    return f"/{ADDRESSES.get(act, 'jobs')}/{number}/{act}/"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("act", CONTINUING)
def test_an_operator_continues_only_what_operators_start(act: str, kind: str) -> None:
    job = job_to(act, kind)
    before = Job.objects.values("state", "hold_before", "hold_until").get()
    page, api = Client(), APIClient()
    operator = rows.user_with("operator")
    page.force_login(operator)
    api.force_authenticate(operator)
    allowed = KINDS[kind] is Role.OPERATOR
    answer = api.post(f"/api{address_of(act, job)}", BODIES.get(act, {}), format="json")
    assert answer.status_code == (202 if allowed else 403)
    if not allowed:
        assert "needs the admin role" in answer.json()["error"]
        assert page.post(address_of(act, job), BODIES.get(act, {})).status_code == 403
        assert Job.objects.values("state", "hold_before", "hold_until").get() == before
        assert not job.steps.exclude(state__in=("failed", "pending")).exists()


@pytest.mark.parametrize("act", CONTINUING)
def test_an_admin_continues_what_admins_start(act: str) -> None:
    job = job_to(act, "finalize")
    answer = as_role("admin").post(
        f"/api{address_of(act, job)}", BODIES.get(act, {}), format="json"
    )
    assert answer.status_code == 202


@pytest.mark.parametrize("act", ["cancel", "hold"])
def test_an_operator_may_stop_what_only_admins_start(act: str) -> None:
    job = job_to("resume", "finalize")
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING)
    answer = as_role("operator").post(
        f"/api/jobs/{job.pk}/{act}/", BODIES.get(act, {}), format="json"
    )
    assert answer.status_code == 202


def test_an_operator_is_offered_no_button_that_refuses() -> None:
    client = Client()
    client.force_login(rows.user_with("operator"))
    shown = client.get(f"/jobs/{job_to('resume', 'finalize').pk}/").content.decode()
    assert 'id="resume"' not in shown
    assert 'id="retry-' not in shown
    Job.objects.all().delete()
    shown = client.get(f"/jobs/{job_to('release', 'rollback').pk}/").content.decode()
    assert 'id="release"' not in shown
    assert 'id="cancel"' in shown


def test_what_starts_a_job_takes_what_its_kind_takes() -> None:
    offered: list[Any] = [
        *plan_verbs(),
        *tenant_verbs(),
        *cloud_verbs(),
        *all_host_actions().values(),
    ]
    for each in offered:
        assert each.permission == permission_for(each.kind or each.name)
        known = minimum_role(permission_for(each.kind or each.name))
        assert known is KINDS.get(each.kind or each.name, Role.OPERATOR), each.name
