"""Servers are halted one after the other: each is down for its own move alone."""

from datetime import datetime
from itertools import pairwise

import pytest
from django.db.models import Max, Min

from dashboard.jobs.models import Job
from tests.support.cloud.moving import TwoClouds
from tests.support.cloud.seeds import NAME

pytestmark = pytest.mark.django_db(transaction=True)


def spans(job: Job) -> list[tuple[datetime, datetime]]:
    """Return when the chains of a job began and ended, in their order."""
    chained = job.steps.exclude(chain="").order_by().values("chain")
    of_each = chained.annotate(begun=Min("started_at"), ended=Max("finished_at"))
    return sorted(of_each.values_list("begun", "ended"))


def test_the_next_server_is_halted_when_the_copy_of_one_runs(clouds: TwoClouds):
    plan = clouds.plan(NAME)
    found = spans(clouds.execute(plan, servers_at_once=1))
    assert len(found) == plan.items.filter(type="server").count()
    assert all(ended <= begun for (_, ended), (begun, _) in pairwise(found))
    assert clouds.verify(plan) == []
