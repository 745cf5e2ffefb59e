"""``pumphouse plan`` after one that was killed."""

import subprocess
import sys

import pytest
from django.utils import timezone

from dashboard.jobs.models import Job, Runner, Step
from dashboard.jobs.states import JobState, StepState
from dashboard.jobs.this_process import host_name
from dashboard.migrations_app.discovery import look_up_tenant
from dashboard.migrations_app.models import Plan, SavedMappings, plan_of
from dashboard.migrations_app.planning.moves import move_of
from dashboard.migrations_app.verbs.plan import PlanMove
from tests.support.cloud.moving import TwoClouds
from tests.support.cloud.seeds import NAME
from tests.support.commands import run

pytestmark = pytest.mark.django_db(transaction=True)


def killed(clouds: TwoClouds) -> Job:
    """Return the job of a plan whose command was killed a while ago."""
    look_up_tenant(clouds.source, NAME)
    job = PlanMove().start(move_of(clouds.source, NAME, clouds.destination))
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING)
    Step.objects.filter(job=job).update(state=StepState.RUNNING, lease_until=timezone.now())
    Runner.objects.create(
        owner="dead",
        host=host_name(),
        process_id=child.pid,
        job=job,
        seen_at=timezone.now(),
    )
    return Job.objects.get(pk=job.pk)


def test_what_a_killed_plan_has_left_is_ended_first(clouds, capsys):
    left = killed(clouds)
    code = run("plan", NAME, "--source", "old", "--destination", "new")
    out = capsys.readouterr()
    assert code == 0, out.err
    assert f"(job {left.pk}) was interrupted: it is continued first." in out.out
    left.refresh_from_db()
    assert left.state == JobState.DONE
    assert Plan.objects.latest("pk") != plan_of(left)
    assert Plan.objects.latest("pk").state == Plan.State.READY


def test_a_plan_takes_saved_mappings_by_their_name(clouds, capsys):
    cloud = ("--source", "old", "--destination", "new")
    options = {"capture": "suspend", "addresses": "new"}
    SavedMappings.objects.create(name="usual", choices={"role:nobody": "member"}, options=options)
    given = ("--addresses", "keep", "--map", "role:none=member")
    assert run("plan", NAME, *cloud, "--saved", "usual", *given) == 0
    plan = Plan.objects.latest("pk")
    assert (plan.options["capture"], plan.options["addresses"]) == ("suspend", "keep")
    assert plan.choices == {"role:nobody": "member", "role:none": "member"}
    capsys.readouterr()
    assert run("plan", NAME, *cloud, "--saved", "other") == 2
    assert "There are: usual." in capsys.readouterr().err
    assert run("plan", "--import", "plan.yaml", "--saved", "usual") == 2
