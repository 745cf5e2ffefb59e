"""What is done to hosts from the command line: planned, told, confirmed, then done."""

import io
import json
import sys
from dataclasses import replace

import pytest

from dashboard.errors import NeedsOperator
from dashboard.hosts_app.maintenance import start_maintenance
from dashboard.hosts_app.models import Host, HostPlan
from dashboard.hosts_app.plans.host_action import all_host_actions
from dashboard.hosts_app.plans.lines import PlanDraft, PlanLine, Refusal
from dashboard.jobs.models import Job
from tests.support import rows
from tests.support.commands import run
from tests.support.host_rows import hosts_of

# transaction: the command runs its job on a thread, which sees what was committed
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def host() -> Host:
    old, _ = rows.two_clouds()
    return hosts_of(old)[0]


@pytest.fixture
def drafted(monkeypatch: pytest.MonkeyPatch) -> PlanDraft:
    """PlanDraft an evacuation without a cloud."""
    lines = [
        PlanLine(number=1, subject="web-1", state="ACTIVE", outcome="live migrate", why="it runs")
    ]
    draft = PlanDraft(lines=lines, notes=["It takes no new servers from then on."], content={})
    monkeypatch.setattr(all_host_actions()["evacuate"], "draft", lambda *_given: draft)
    return draft


def test_a_host_action_takes_its_options_as_arguments(capsys):
    with pytest.raises(SystemExit) as left:
        run("evacuate", "--help")
    assert left.value.code == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "--parallel N servers at a time (default 2)" in told
    assert "--skip-errors" in told


def test_a_host_action_is_planned_and_told_by_its_command(host, drafted, capsys):
    assert run("evacuate", host.name, "--cloud", "old", "--plan-only", "--parallel", "5") == 0
    out = capsys.readouterr().out
    assert "1. web-1 (ACTIVE): live migrate, it runs" in out
    assert "It takes no new servers from then on." in out
    assert HostPlan.objects.get().options["parallel"] == 5


def test_a_plan_of_a_host_is_a_document_when_one_is_asked_for(host, drafted, capsys):
    assert run("--json", "evacuate", host.name, "--cloud", "old", "--plan-only") == 0
    document = json.loads(capsys.readouterr().out)["plan"]
    assert (document["host"], document["state"]) == (host.name, "ready")
    assert document["lines"][0]["subject"] == "web-1"


def test_a_refused_plan_tells_what_helps_and_fails(host, drafted, monkeypatch, capsys):
    refusal = Refusal(sentence="It is the last host.", fix="Enable another one.")
    refused = replace(drafted, refusals=[refusal])
    monkeypatch.setattr(all_host_actions()["evacuate"], "draft", lambda *_given: refused)
    assert run("evacuate", host.name, "--cloud", "old", "--confirm", host.name) == 1
    assert "Refused: It is the last host. Enable another one." in capsys.readouterr().out
    assert not Job.objects.filter(kind="evacuate").exists()


@pytest.mark.parametrize("confirmation", [["--confirm", "compute-9"], []])
def test_a_host_action_without_its_name_does_nothing(
    host, drafted, confirmation, monkeypatch, capsys
):
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    assert run("evacuate", host.name, "--cloud", "old", *confirmation) == 2
    assert host.name in capsys.readouterr().err
    assert not Job.objects.filter(kind="evacuate").exists()


def test_options_that_cannot_be_are_refused_before_anything_is_asked(host, capsys):
    assert run("evacuate", host.name, "--cloud", "old", "--parallel", "0") == 2
    assert "parallel must be a number from 1 to 999999999, not 0." in capsys.readouterr().err


def test_a_plan_that_cannot_be_made_is_one_sentence_with_what_helps(host, monkeypatch, capsys):
    def draft(*_given):
        raise NeedsOperator("The cloud says no.", fix="Ask its admin.")

    monkeypatch.setattr(all_host_actions()["evacuate"], "draft", draft)
    assert run("evacuate", host.name, "--cloud", "old") == 1
    told = capsys.readouterr()
    assert told.err.endswith("pumphouse: The cloud says no.\n  Ask its admin.\n")
    assert "pumphouse skip" not in told.out + told.err


def test_a_job_in_the_way_is_named_by_its_number(host, capsys):
    job = start_maintenance(host.cloud, host.name, to="on")
    assert run("host", "maintenance", "off", host.name, "--cloud", "old", "--detach") == 2
    assert f"See it: pumphouse status {job.pk}\n" in capsys.readouterr().err
