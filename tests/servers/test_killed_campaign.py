"""Workers of a campaign die by kill -9: each tenant has one job of each kind in the end."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.campaigns.running.waking import wake
from dashboard.hosts_app.models import HostPlan
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
from tests.support.cloud.memory import MemoryCloud
from tests.support.cloud.moving import TwoClouds, quick_clock
from tests.support.cloud.seeds import NAME, tenant_between
from tests.support.cloud.served import served
from tests.support.dying import killed_at
from tests.support.in_memory import clouds, own_secrets, short_pauses  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.timeout(300)
def test_a_worker_may_die_at_each_kind_of_step(clouds, pumphouse_home: Path):  # noqa: F811
    campaign = campaign_of(clouds, {"all": [small_tenant(clouds, "one")]})
    job, deaths = start(campaign), []
    for moment in killed_campaign.TENANT_MOMENTS:
        wake(fresh(campaign))
        if killed_at(job, killed_campaign, moment, home=pumphouse_home, PUMPHOUSE_CONFIG=""):
            deaths.append(moment)
        look(campaign)
        if moment != next(iter(killed_campaign.TENANT_MOMENTS)):  # first, it only begins to plan
            for begun in begun_jobs(campaign):
                run_job(begun.pk)
    assert deaths == [*killed_campaign.TENANT_MOMENTS]
    assert go_on(campaign).state == "done"
    assert states(campaign) == {"one": "moved"}
    kinds = Counter(Job.objects.values_list("kind", flat=True))
    assert {kind: kinds[kind] for kind in ("campaign", "plan", "execute", "verify")} == {
        **dict.fromkeys(("campaign", "plan", "execute", "verify"), 1)
    }
    # deaths between looks that went well do not add up to a step that kills its workers
    assert fresh(campaign).job.steps.get().attempt <= 1


@pytest.fixture
def served_clouds(tmp_path: Path) -> Iterator[TwoClouds]:
    """Serve two clouds to other processes, of which the old one has the tenant."""
    old, new = MemoryCloud("old"), MemoryCloud("new")
    with served(old, new), quick_clock():
        clouds = TwoClouds(old, new, tmp_path / "served.yaml")
        tenant_between(old, new)
        yield clouds


@pytest.mark.timeout(300)
def test_a_worker_may_die_at_each_step_of_taking_a_host(served_clouds, pumphouse_home: Path):
    """One host is asked for, and planned once; without Fuel its own plan then refuses it."""
    served_clouds.plan(NAME)
    served_clouds.new.placement.sizes = {"VCPU": 4, "MEMORY_MB": 100}
    shop = served_clouds.source.tenants.get(name=NAME)
    campaign = campaign_of(served_clouds, {"all": [shop]}, hosts="once")
    job = start(campaign)
    look(campaign)
    for begun in begun_jobs(campaign):
        run_job(begun.pk)
    deaths = []
    for moment in killed_campaign.HOST_MOMENTS:
        wake(fresh(campaign))
        if killed_at(job, killed_campaign, moment, home=pumphouse_home, PUMPHOUSE_CONFIG=""):
            deaths.append(moment)
    assert deaths == [*killed_campaign.HOST_MOMENTS]
    go_on(campaign)
    taken = campaign.freed_hosts.get()
    assert (taken.state, HostPlan.objects.count()) == ("failed", 1)
    assert taken.plan == HostPlan.objects.get()
    assert Job.objects.filter(kind="plan_host").count() == 1
    assert fresh(campaign).job.steps.get().attempt <= 1
