"""Servers are halted one after the other: each is down for its own move alone."""

from datetime import datetime
from itertools import pairwise

import pytest

from dashboard.jobs.models import Job
from tests.support.cloud.moving import TwoClouds
from tests.support.cloud.seeds import NAME

pytestmark = pytest.mark.django_db(transaction=True)


def spans(job: Job) -> list[tuple[datetime, datetime]]:
    """Return when the chains of a job began and ended, in their order."""
    chained = job.steps.exclude(chain="")
    chains = chained.order_by().values_list("chain", flat=True).distinct()
    steps = [[*chained.filter(chain=chain)] for chain in chains]
    return sorted(
        (min(each.started_at for each in chain), max(each.finished_at for each in chain))
        for chain in steps
    )


def test_the_next_server_is_halted_when_the_copy_of_one_runs(clouds: TwoClouds):
    plan = clouds.plan(NAME)
    found = spans(clouds.execute(plan, servers_at_once=1))
    assert len(found) == plan.items.filter(type="server").count()
    assert all(ended <= begun for (_, ended), (begun, _) in pairwise(found))
    assert clouds.verify(plan) == []
