"""Campaigns between clouds in memory: tenants, drawing up, and running to an end."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db.models import Q

from dashboard.campaigns.models import Campaign, CampaignTenant
from dashboard.campaigns.planning.drawing import Drawing, TenantDrawing, WaveDrawing, draw_up
from dashboard.campaigns.running.waking import wake
from dashboard.campaigns.verbs.start import Start
from dashboard.jobs.models import Job
from dashboard.jobs.runner import run_job
from dashboard.jobs.states import JobState
from dashboard.migrations_app.discovery import look_up_tenant
from dashboard.migrations_app.models import Tenant
from tests.support.cloud.moving import TwoClouds

RUNNABLE = (JobState.QUEUED, JobState.RUNNING)
ROUNDS = 60


def small_tenant(clouds: TwoClouds, name: str, **body: Any) -> Tenant:
    """Make a tenant with nothing but its project on the old cloud, and return its row."""
    project = {"project": {"name": name, **body}}
    clouds.source_session.post("identity", "/projects", project, "project")
    look_up_tenant(clouds.source, name)
    return clouds.source.tenants.get(name=name)


def campaign_of(
    clouds: TwoClouds,
    waves: Mapping[str, Sequence[Tenant]],
    *,
    rules: Mapping[str, Mapping[str, Any]] | None = None,
    name: str = "drain",
    hosts: str = Campaign.Hosts.NEVER,
    options: Mapping[str, Any] | None = None,
) -> Campaign:
    """Draw up a campaign of these tenants; ``rules`` are those of waves by their names."""
    drawn = [
        WaveDrawing(
            name=wave,
            tenants=[TenantDrawing(tenant=each, options=options or {}) for each in tenants],
            options=(rules or {}).get(wave, {}),
        )
        for wave, tenants in waves.items()
    ]
    drawing = Drawing(
        name=name, source=clouds.source, destination=clouds.destination, waves=drawn, hosts=hosts
    )
    return draw_up(drawing)


def start(campaign: Campaign) -> Job:
    """Start a campaign as a command does."""
    return Start().start(campaign)


def go_on(campaign: Campaign, *, run: Callable[[int], None] = run_job) -> Campaign:
    """Run all of its jobs as workers do, until nothing goes on by itself; return it as it is.

    ``run`` runs those of its tenants and hosts.
    """
    before: Any = None
    for _ in range(ROUNDS):
        look(campaign)
        begun = begun_jobs(campaign)
        for job in begun:
            run(job.pk)
        after = states(campaign), fresh(campaign).state
        if after == before and not begun:
            return fresh(campaign)
        before = after
    raise AssertionError(f"{campaign} goes on for ever: {states(campaign)}")


def look(campaign: Campaign) -> None:
    """Have the campaign look once, whenever its next look would be."""
    wake(fresh(campaign))
    job = fresh(campaign).job
    assert job
    run_job(job.pk)


def begun_jobs(campaign: Campaign) -> list[Job]:
    """Return the jobs of its tenants and hosts that workers would run now."""
    of_tenants = campaign.tenants.exclude(job=None).values("job")
    of_hosts = [campaign.freed_hosts.values(f"plan__{name}") for name in ("plan_job", "job")]
    mine = Q(pk__in=of_tenants) | Q(pk__in=of_hosts[0]) | Q(pk__in=of_hosts[1])
    return list(Job.objects.filter(mine, state__in=RUNNABLE).order_by("pk"))


def fresh(campaign: Campaign) -> Campaign:
    """Return a campaign as the database has it now."""
    return Campaign.objects.select_related("job", "source", "destination").get(pk=campaign.pk)


def states(campaign: Campaign) -> dict[str, str]:
    """Return the state of each tenant by its name, in the campaign's order."""
    return dict(campaign.tenants.values_list("name", "state"))


def tenant_in(campaign: Campaign, name: str) -> CampaignTenant:
    """Return a tenant's place in a campaign."""
    return campaign.tenants.select_related("plan", "job", "wave").get(name=name)
