"""What the commands of a plan's verbs show, ask and refuse."""

import io
import sys

import pytest
from django.utils import timezone

from dashboard.cli.console import Console
from dashboard.jobs.models import Job
from dashboard.migrations_app.models import Plan
from tests.support import rows
from tests.support.commands import run

pytestmark = pytest.mark.django_db


def test_a_plan_shows_what_is_lost_and_what_blocks(capsys):
    from dashboard.cli.plan_report import print_plan

    old, new = rows.two_clouds()
    blocked = rows.plan_of(rows.tenant_of(old), new, state=Plan.State.BLOCKED)
    print_plan(blocked, Console())
    out = capsys.readouterr().out
    assert "Tags need a newer API than old has." in out
    assert out.index("The tenant needs 16 cores") < out.index("which is not migrated")
    assert "openstack quota set --cores 16 demo" in out


def test_a_blocked_plan_is_not_executed(capsys):
    old, new = rows.two_clouds()
    rows.plan_of(rows.tenant_of(old), new, state=Plan.State.BLOCKED)
    assert run("execute", "demo") == 2
    assert not Job.objects.exists()


def test_a_plan_that_relies_on_what_was_rolled_back_since_is_not_executed(plan, capsys):
    item = plan.items.exclude(action="skip").first()
    plan.items.filter(pk=item.pk).update(action="keep")
    rows.ledger_of(plan)
    plan.ledger_entries.filter(type=item.type, source_id=item.source_id).update(state="removed")
    assert run("execute", "demo") == 2
    assert "1 object that the plan found already migrated is no longer on new." in (
        capsys.readouterr().err
    )
    assert not Job.objects.exists()


def test_a_time_that_cannot_be_read_is_refused(plan, capsys):
    assert run("execute", "demo", "--hold-until", "teatime") == 2
    assert (
        "hold_until must be a time as 2030-01-31T22:00, not 'teatime'." in capsys.readouterr().err
    )


@pytest.mark.parametrize("verb", ["rollback", "finalize"])
def test_what_deletes_needs_a_confirmation(plan, verb, capsys, monkeypatch):
    rows.ledger_of(plan)
    Plan.objects.update(state=Plan.State.EXECUTED, verified_at=timezone.now())
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    assert run(verb, "demo") == 2
    assert "Give --confirm demo." in capsys.readouterr().err
    assert run(verb, "demo", "--confirm", "Demo") == 2
    assert not Job.objects.exists()
