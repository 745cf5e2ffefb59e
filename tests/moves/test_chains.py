"""Servers are halted one after the other: each is down for its own move alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import pairwise
from unittest.mock import patch

import pytest
from django.db.models import Max, Min

from dashboard.errors import BadInput, NeedsOperator
from dashboard.jobs.chain_rows import servers_of
from dashboard.jobs.models import Job
from dashboard.jobs.requester import CLI
from dashboard.jobs.states import StepState
from dashboard.jobs.verbs.base import server_verbs
from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.resources.compute.server import Server
from dashboard.migrations_app.resources.work import Work
from tests.support.cloud.moving import TwoClouds, run
from tests.support.cloud.seeds import NAME

pytestmark = pytest.mark.django_db(transaction=True)
WEB_1, WEB_2 = f"{NAME}-web-1", f"{NAME}-web-2"
VERBS = {verb.name: verb for verb in server_verbs()}


def spans(job: Job) -> list[tuple[datetime, datetime]]:
    """Return when the chains of a job began and ended, in their order."""
    chained = job.steps.exclude(chain="").order_by().values("chain")
    of_each = chained.annotate(begun=Min("started_at"), ended=Max("finished_at"))
    return sorted(of_each.values_list("begun", "ended"))


def halted(job: Job) -> list[str]:
    """Return the servers of a job in the order in which they were halted."""
    return [str(server) for server in servers_of(job).order_by("started_at")]


def test_the_next_server_is_halted_when_the_copy_of_one_runs(clouds: TwoClouds):
    plan = clouds.plan(NAME)
    with pytest.raises(BadInput, match="The plan has no server 'nobody'"):
        clouds.execute(plan, servers_first=["nobody"])
    job = clouds.execute(plan, servers_at_once=1, server_order="smallest")
    found = spans(job)
    assert len(found) == plan.items.filter(type="server").count() == 2
    assert all(ended <= begun for (_, ended), (begun, _) in pairwise(found))
    assert halted(job) == [WEB_2, WEB_1]
    assert clouds.verify(plan) == []


@contextmanager
def refused_captures(name: str) -> Iterator[None]:
    """Make the capture of a server's disk fail while inside."""
    capture = Server.capture

    def refuse(self: Server, work: Work) -> None:
        if work.record.name == name:
            raise NeedsOperator("No room for its snapshot.")
        capture(self, work)

    with patch.object(Server, "capture", refuse):
        yield


def test_one_that_fails_is_taken_out_and_runs_in_the_source_again(clouds: TwoClouds):
    before = {name: _status(clouds, name) for name in (WEB_1, WEB_2)}
    plan = clouds.plan(NAME)
    with refused_captures(WEB_1):
        job = clouds.execute(plan, servers_first=[WEB_2, "/", WEB_1], state="failed")
    assert halted(job) == [WEB_2, WEB_1], "the second wave begins when the first is through"
    assert _status(clouds, WEB_1) == "SHUTOFF"
    server = servers_of(job).select_related("job").get(title__endswith=WEB_1)
    VERBS["take_out_server"].start(server, requester=CLI, reason="Later.")
    run(job)
    assert _status(clouds, WEB_1) == "ACTIVE"
    assert _moved(clouds) == [WEB_2]
    states = {*server.steps_of_chain.values_list("state", flat=True)}
    assert states == {StepState.DONE, StepState.SKIPPED}
    left_out = {item.title for item in _fresh(plan).items.exclude(left_out_by="")}
    assert WEB_1 in left_out and WEB_2 not in left_out
    assert _unexpected_servers(clouds, plan) == []
    clouds.roll_back(plan)
    assert _moved(clouds) == []
    assert {name: _status(clouds, name) for name in before} == before


def _status(clouds: TwoClouds, name: str) -> str:
    [server] = clouds.old.compute.servers.where(name=name)
    return str(server["status"])


def _moved(clouds: TwoClouds) -> list[str]:
    wanted = (WEB_1, WEB_2)
    return [
        row["name"] for row in clouds.new.compute.servers.rows.values() if row["name"] in wanted
    ]


def _unexpected_servers(clouds: TwoClouds, plan: Plan) -> list[tuple[str, str, str]]:
    return [each for each in clouds.verify(plan) if each[0] in ("server", "volume")]


def _fresh(plan: Plan) -> Plan:
    return Plan.objects.get(pk=plan.pk)
