"""A move that cannot be planned is refused in one sentence, and nothing changes on any cloud."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from dashboard.hosts_app.clouds import cloud_named, register_clouds
from dashboard.jobs.models import Job, Step
from dashboard.migrations_app.discovery import look_up_tenant
from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.planning.moves import move_of
from dashboard.migrations_app.verbs.plan import PlanMove
from tests.support.cloud.contents import changes_between, contents
from tests.support.cloud.moving import TwoClouds, run
from tests.support.cloud.seeds import NAME

pytestmark = pytest.mark.django_db(transaction=True)
CLOSED_PORT = 9


@pytest.fixture
def failed_step(clouds: TwoClouds, tmp_path: Path) -> Callable[..., Step]:
    """Return a function that plans a move to the new cloud with another login, and its step."""

    def plan_to(name: str, **login: str) -> Step:
        entry = yaml.safe_load((tmp_path / "clouds.yaml").read_text())["clouds"]["new"]
        entry["auth"].update(login)
        path = tmp_path / "other.yaml"
        path.write_text(yaml.safe_dump({"clouds": {name: entry}}))
        register_clouds(path)
        look_up_tenant(clouds.source, NAME)
        job: Job = PlanMove().start(move_of(clouds.source, NAME, cloud_named(name)))
        return run(job, state="failed").steps.get()

    return plan_to


def test_a_cloud_that_does_not_answer_is_named(failed_step, monkeypatch):
    monkeypatch.setattr("dashboard.jobs.outcomes.MOST_ATTEMPTS", 1)
    step = failed_step("dead", auth_url=f"http://127.0.0.1:{CLOSED_PORT}/v3")
    assert "Cloud dead does not answer" in step.error
    assert "Check the address" in step.fix


def test_a_wrong_password_is_named_and_not_shown(failed_step):
    step = failed_step("wrong", password="not-the-password")
    assert "Cloud wrong refused the credentials of admin" in step.error
    assert "Correct the user, the password" in step.fix
    assert "not-the-password" not in step.error + step.job.explanation


def test_a_destination_without_the_external_network_blocks_the_plan(clouds):
    (public,) = clouds.new.network.networks.where(name="public")
    public["name"] = "elsewhere"
    before = contents(clouds.new)
    plan = clouds.plan(NAME)
    assert plan.state == Plan.State.BLOCKED
    found = plan.findings.filter(severity="block", sentence__contains="no network named 'public'")
    assert "map network:public=" in found.get().fix
    assert changes_between(before, contents(clouds.new)) == []
