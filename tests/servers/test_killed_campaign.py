"""Workers of a campaign die by kill -9: each tenant has one job of each kind in the end."""

from collections import Counter
from pathlib import Path

import pytest

from dashboard.campaigns.running.waking import wake
from dashboard.jobs.models import Job
from dashboard.jobs.runner import run_job
from tests.support import killed_campaign
from tests.support.campaigns import (
    begun_jobs,
    campaign_of,
    fresh,
    go_on,
    look,
    small_tenant,
    start,
    states,
)
from tests.support.dying import killed_at
from tests.support.in_memory import clouds, own_secrets, short_pauses  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.timeout(300)
def test_a_worker_may_die_at_each_kind_of_step(clouds, pumphouse_home: Path):  # noqa: F811
    campaign = campaign_of(clouds, {"all": [small_tenant(clouds, "one")]})
    job, deaths = start(campaign), []
    for moment in killed_campaign.MOMENTS:
        wake(fresh(campaign))
        if killed_at(job, killed_campaign, moment, home=pumphouse_home, PUMPHOUSE_CONFIG=""):
            deaths.append(moment)
        look(campaign)
        if moment != next(iter(killed_campaign.MOMENTS)):  # first, it only begins to plan
            for begun in begun_jobs(campaign):
                run_job(begun.pk)
    assert deaths == [*killed_campaign.MOMENTS]
    assert go_on(campaign).state == "done"
    assert states(campaign) == {"one": "moved"}
    kinds = Counter(Job.objects.values_list("kind", flat=True))
    assert {kind: kinds[kind] for kind in ("campaign", "plan", "execute", "verify")} == {
        **dict.fromkeys(("campaign", "plan", "execute", "verify"), 1)
    }
    # deaths between looks that went well do not add up to a step that kills its workers
    assert fresh(campaign).job.steps.get().attempt <= 1
