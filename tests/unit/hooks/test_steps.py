"""Hooks around what is done to a host: first, last, and not for others."""

import pytest

from dashboard.hosts_app.hook_steps import between_hooks
from tests.support.rehearsal.jobs import spec

pytestmark = pytest.mark.django_db


def hook(name, at, **more):
    return {"name": name, "at": at, "command": {"run": ["/bin/true"]}, **more}


def test_a_host_is_closed_after_its_first_hooks_and_its_last_ones_come_after_all(configure):
    configure(
        hook("ask", "before_host"),
        hook("cable", "before_host"),
        hook("other", "before_host", only=["rack2-*"]),
        hook("tell", "after_host", cloud="old"),
        hook("elsewhere", "after_host", cloud="new"),
        hook("tenant", "before_tenant"),
    )
    steps = [spec("close"), spec("move", needs=["close"]), spec("check", after=["move"])]
    found = between_hooks(steps, facts={"host": "rack1-c3", "source": "old"})
    ask, cable, tell = (
        f"hook:{name}"
        for name in (
            "before_host:rack1-c3:ask",
            "before_host:rack1-c3:cable",
            "after_host:rack1-c3:tell",
        )
    )
    assert {step.key: [*step.needs, *step.after] for step in found} == {
        ask: [],
        cable: [ask],
        "close": [cable],
        "move": ["close"],
        "check": ["move"],
        tell: ["close", "move", "check"],
    }


def test_without_hooks_nothing_changes(configure):
    configure()
    steps = [spec("close"), spec("move", needs=["close"])]
    assert between_hooks(steps, facts={"host": "c3", "source": "old"}) == steps
