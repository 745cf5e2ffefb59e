"""Hooks around a tenant, its servers and its rollback, in one move with real child processes."""

import socket
import sys
from pathlib import Path

import pytest
import yaml

from dashboard.campaigns.verbs.resume import Resume
from dashboard.clients.hooks.base import HookKind
from dashboard.hooks.models import HookCall
from dashboard.hooks.steps import PREFIX
from dashboard.jobs.kinds import StepSpec
from dashboard.jobs.operating import resume
from dashboard.jobs.requester import NOBODY
from dashboard.jobs.runner import run_job
from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.verbs.execute import planned_steps
from tests.support.campaigns import (
    campaign_of,
    fresh,
    go_on,
    small_tenant,
    start,
    states,
    tenant_in,
)
from tests.support.cloud.seeds import NAME

pytestmark = pytest.mark.django_db(transaction=True)
NOTE = """
import os, sys
name = os.environ.get("PUMPHOUSE_SERVER") or os.environ["PUMPHOUSE_TENANT"]
open({notes!r}, "a").write(os.environ["PUMPHOUSE_AT"] + " " + name + "\\n")
"""
CHECK = (
    NOTE
    + """
if name == "{bad}" and not os.path.exists({gate!r}):
    sys.exit(name + " does not answer at " + os.environ["PUMPHOUSE_FIXED_ADDRESS"])
"""
)


class Hooks:
    """The configured hooks: each notes what it is called for, and one check fails for a while."""

    def __init__(self, path: Path, servers: list[str]) -> None:
        self.servers, bad = servers, servers[0]
        self.gate, self.notes = path / "gate", path / "notes"
        self.notes.touch()
        names = {"notes": str(self.notes), "gate": str(self.gate), "bad": bad}
        moments = ("tenant", "server", "rollback")
        hooks = [
            {
                "name": f"{when} {what}",
                "at": f"{when}_{what}",
                "command": {"run": [sys.executable, "-c", self._source(when, what, names)]},
            }
            for what in moments
            for when in ("before", "after")
        ]
        self.path = path / "hooks.yaml"
        self.path.write_text(yaml.safe_dump({"clouds": {}, "pumphouse": {"hooks": hooks}}))

    def _source(self, when: str, what: str, names: dict[str, str]) -> str:
        text = CHECK if (when, what) == ("after", "server") else NOTE
        return text.format(**names)

    def noted(self) -> list[str]:
        """Return what was noted since it was last asked, in order."""
        lines = self.notes.read_text().splitlines()
        self.notes.write_text("")
        return lines


@pytest.fixture
def hooks(clouds, tmp_path, settings, monkeypatch):
    monkeypatch.setattr(HookKind, "pause", 0.01)
    plan = clouds.plan(NAME)
    names = sorted(plan.items.filter(type="server").values_list("name", flat=True))
    found = Hooks(tmp_path, names)
    settings.PUMPHOUSE_CONFIG = str(found.path)
    return found


def test_hooks_are_called_around_all_and_a_failing_check_holds_its_server_alone(clouds, hooks):
    plan = clouds.plan(NAME)
    (note,) = plan.findings.filter(sentence__startswith="Hooks will be called")
    assert "after server (after_server)" in note.sentence
    job = clouds.execute(plan, state="failed", servers_at_once=1)
    noted = hooks.noted()
    assert noted[0] == f"before_tenant {NAME}"
    for name in hooks.servers:
        before, after = f"before_server {name}", f"after_server {name}"
        assert (noted.count(before), noted.count(after)) == (1, 1)
        assert noted.index(before) < noted.index(after)
    assert f"after_tenant {NAME}" not in noted
    bad = job.steps.get(key__startswith="hook:after_server", state="failed")
    assert bad.title == f"Call hook “after server” after server {hooks.servers[0]}"
    assert "does not answer at" in bad.error and bad.error in job.explanation
    steps = {step.key: step for step in job.steps.all()}
    for key, hook in steps.items():
        if key.startswith("hook:before_server"):
            halt = steps[f"server:{hook.params['facts']['server_id']}:stop"]
            assert hook.chain == halt.chain and hook.opens_chain and not halt.opens_chain
            assert hook.finished_at <= halt.started_at

    hooks.gate.touch()
    resume(job, requester=NOBODY)
    run_job(job.pk)
    job.refresh_from_db()
    assert job.state == "done"
    assert hooks.noted() == [f"after_server {hooks.servers[0]}", f"after_tenant {NAME}"]
    assert clouds.verify(plan) == []

    clouds.roll_back(plan)
    assert hooks.noted() == [f"before_rollback {NAME}", f"after_rollback {NAME}"]
    plan.refresh_from_db()
    assert plan.state == Plan.State.ROLLED_BACK
    # what was undone is called again
    steps = planned_steps(plan)
    assert sum(is_called(step) for step in steps) == 2 + 2 * len(hooks.servers)


def is_called(step: StepSpec) -> bool:
    return step.key.startswith(PREFIX)


def test_another_execution_calls_what_is_left_alone(clouds, hooks):
    """Somebody may start anew instead of resuming: what ended well stays so."""
    plan = clouds.plan(NAME)
    clouds.execute(plan, state="failed")
    hooks.noted()
    hooks.gate.touch()
    clouds.execute(plan)
    assert hooks.noted() == [f"after_server {hooks.servers[0]}", f"after_tenant {NAME}"]


def test_an_error_in_the_configuration_blocks_the_plan(clouds, hooks):
    hooks.path.write_text(hooks.path.read_text().replace("before_tenant", "sometimes"))
    plan = clouds.plan(NAME)
    assert plan.state == Plan.State.BLOCKED
    assert plan.findings.filter(sentence__contains="Expected one of before_tenant").exists()


def test_one_that_fails_fails_its_tenant_and_its_wave_says_what_becomes_of_the_others(
    clouds, tmp_path, settings
):
    gate = tmp_path / "gate"
    source = f"import os, sys; os.path.exists({str(gate)!r}) or sys.exit('no ticket')"
    hook = {
        "name": "ticket",
        "at": "before_tenant",
        "only": ["one"],
        "command": {"run": [sys.executable, "-c", source]},
    }
    path = tmp_path / "hooks.yaml"
    path.write_text(yaml.safe_dump({"clouds": {}, "pumphouse": {"hooks": [hook]}}))
    settings.PUMPHOUSE_CONFIG = str(path)
    one, two = small_tenant(clouds, "one"), small_tenant(clouds, "two")
    campaign = campaign_of(
        clouds, {"all": [one, two]}, rules={"all": {"tenants_at_once": 1, "on_failure": "stop"}}
    )
    start(campaign)
    assert go_on(campaign).state == "failed"
    assert states(campaign) == {"one": "failed", "two": "waiting"}
    failed = tenant_in(campaign, "one")
    assert "Hook “ticket”" in failed.explanation and "no ticket" in failed.explanation
    projects = clouds.destination_session.list("identity", "/projects", "projects")
    assert "one" not in {project["name"] for project in projects}  # nothing of it was done

    campaign.waves.update(on_failure="go_on")
    Resume().start(fresh(campaign))
    assert go_on(campaign).state == "failed"
    assert states(campaign) == {"one": "failed", "two": "moved"}
    gate.touch()
    Resume().start(fresh(campaign))
    assert go_on(campaign).state == "done"
    assert states(campaign) == {"one": "moved", "two": "moved"}


def test_a_copy_that_stays_stopped_is_not_checked(clouds, tmp_path, settings):
    """One server was stopped before its move; only the port of the other one is open."""
    with socket.create_server(("127.0.0.1", 0)) as open_one, socket.socket() as closed_one:
        closed_one.bind(("127.0.0.1", 0))
        ports = {"web-1": open_one.getsockname()[1], "web-2": closed_one.getsockname()[1]}
        checks = [
            {
                "name": f"{server} answers",
                "at": "after_server",
                "only": [f"{NAME}-{server}"],
                "tcp": {"port": port, "address": "127.0.0.1"},
                "seconds": 2,
            }
            for server, port in ports.items()
        ]
        path = tmp_path / "checks.yaml"
        path.write_text(yaml.safe_dump({"clouds": {}, "pumphouse": {"hooks": checks}}))
        settings.PUMPHOUSE_CONFIG = str(path)
        job = clouds.execute(clouds.plan(NAME))
    assert job.log.filter(message__contains="is SHUTOFF, as before its move").count() == 1
    assert HookCall.objects.get().hook == "web-1 answers"
