"""Whole campaigns between clouds in memory, by the product's own jobs."""

from itertools import chain

import pytest

from dashboard.campaigns.models import Campaign
from dashboard.campaigns.report import counts_of
from dashboard.campaigns.running.needs import needs_of, remaining_needs
from dashboard.campaigns.running.survey import simulated_hosts
from dashboard.campaigns.verbs.forecast import Forecast
from dashboard.campaigns.verbs.free_host import FreeHost
from dashboard.campaigns.verbs.pause import Pause
from dashboard.campaigns.verbs.release import Release
from dashboard.campaigns.verbs.resume import Resume
from dashboard.errors import BadInput, WrongState
from dashboard.hosts_app.compute.facts import read_cloud
from dashboard.jobs.models import Job
from dashboard.jobs.runner import run_job
from dashboard.migrations_app.models import Plan, Tenant
from tests.support.campaigns import (
    campaign_of,
    fresh,
    go_on,
    look,
    small_tenant,
    start,
    states,
    tenant_in,
)
from tests.support.cloud.moving import TwoClouds
from tests.support.cloud.seeds import NAME

pytestmark = pytest.mark.django_db(transaction=True)


def planned_shop(clouds: TwoClouds) -> Tenant:
    """Return the seeded tenant, which somebody has planned."""
    clouds.plan(NAME)
    return clouds.source.tenants.get(name=NAME)


def foretold(campaign: Campaign, *, has_moved: bool = False) -> None:
    """Forecast a campaign of three tenants, of which nothing is left or needs a host; what has
    moved takes no time."""
    run_job(Forecast().start(campaign).pk)
    reading = fresh(campaign).reading
    assert len(reading["tenants"]) == 3 and not reading["left"] and not reading["hosts"]
    assert (len({*chain(*reading["tenants"].values())}) == 1) == has_moved
    needs = tenant_in(campaign, NAME).needs
    assert needs["servers"] and needs["gib"] == {"__DEFAULT__": 4, f"{NAME}-fast": 1}


def starts_nothing(clouds: TwoClouds, again: Campaign) -> None:
    """Assert that a campaign ends at the first look, and starts nothing but itself; what was moved
    needs no room once more, where none is left."""
    clouds.new.placement.sizes = {"VCPU": 1, "MEMORY_MB": 1}
    foretold(again, has_moved=True)
    jobs = Job.objects.count()
    start(again)
    look(again)
    assert (fresh(again).state, {*states(again).values()}) == ("done", {"moved"})
    assert Job.objects.count() == jobs + 1


def test_a_campaign_moves_its_tenants_wave_by_wave_and_has_then_nothing_to_do(clouds):
    """Held, paused, released and resumed on its way; a second one finds everything moved."""
    one, two = small_tenant(clouds, "one"), small_tenant(clouds, "two")
    shop = planned_shop(clouds)
    campaign = campaign_of(
        clouds,
        {"first": [one, shop], "second": [two]},
        rules={"first": {"holds_cutover": True, "servers_at_once": 4}},
    )
    foretold(campaign)
    start(campaign)
    go_on(campaign)
    # both are held, and the next wave has not begun
    assert states(campaign) == {"one": "moving", NAME: "moving", "two": "waiting"}
    assert counts_of(campaign) == {"waiting": 1, "held": 2}
    held = tenant_in(campaign, NAME).job
    assert (held.state, held.chains_at_once) == ("held", 4)
    assert "first" in fresh(campaign).waits_for and NAME in fresh(campaign).waits_for

    plan = tenant_in(campaign, NAME).plan
    assert remaining_needs(plan) == needs_of(plan)

    Pause().start(fresh(campaign))
    Release().start(fresh(campaign))
    go_on(campaign)
    # what had begun went on to its verified end, nothing new has begun
    assert states(campaign) == {"one": "moved", NAME: "moved", "two": "waiting"}
    assert (fresh(campaign).state, fresh(campaign).waits_for) == ("paused", "second: It is paused")
    assert tenant_in(campaign, NAME).plan.verified_at
    # placement counts what runs there: it is not counted once more
    assert needs_of(plan).servers and not remaining_needs(plan).servers

    Resume().start(fresh(campaign))
    assert go_on(campaign).state == "done"
    assert {*states(campaign).values()} == {"moved"}
    with pytest.raises(WrongState, match="was started before: it is done"):
        start(fresh(campaign))

    again = campaign_of(clouds, {"all": [one, shop, two]}, name="again", hosts="each")
    starts_nothing(clouds, again)


def test_tenants_that_fail_stop_their_wave_or_not_or_are_rolled_back(clouds):
    """One flow for the three policies: a boot that fails in cutover, then is repaired."""
    one, two, three = (small_tenant(clouds, name) for name in ("one", "two", "three"))
    shop = planned_shop(clouds)
    campaign = campaign_of(
        clouds,
        {"first": [shop, one, two], "second": [three]},
        rules={"first": {"tenants_at_once": 1, "on_failure": "stop"}},
    )
    start(campaign)
    clouds.new.compute.fault = "No valid host was found."
    assert go_on(campaign).state == "failed"
    stopped = {NAME: "failed", "one": "waiting", "two": "waiting", "three": "waiting"}
    assert states(campaign) == stopped
    assert "No valid host was found." in tenant_in(campaign, NAME).explanation
    assert "1 of 4 tenants failed: shop, and 3 did not begin" in fresh(campaign).job.explanation

    campaign.waves.update(on_failure="go_on")
    Resume().start(fresh(campaign))
    assert go_on(campaign).state == "failed"
    assert states(campaign) == {NAME: "failed", "one": "moved", "two": "moved", "three": "moved"}

    campaign.waves.update(on_failure="roll_back")
    Resume().start(fresh(campaign))
    assert go_on(campaign).state == "done"
    assert states(campaign)[NAME] == "rolled_back"
    assert tenant_in(campaign, NAME).plan.state == Plan.State.ROLLED_BACK
    # the neighbour's servers alone: nothing of the tenant is left
    assert len(clouds.new.compute.servers.rows) == 2


def test_what_does_not_fit_waits_asks_for_a_host_and_goes_on_once_there_is_room(clouds):
    """Too little room is counted from placement once the plan tells what the tenant takes."""
    one = small_tenant(clouds, "one")
    shop = planned_shop(clouds)
    clouds.new.placement.sizes = {"VCPU": 4, "MEMORY_MB": 100}
    clouds.old.placement.sizes = {"VCPU": 64, "MEMORY_MB": 65536, "DISK_GB": 500}
    hosts = simulated_hosts(read_cloud(clouds.source_session))
    assert any(host.gives.get("DISK_GB") == 500 for host in hosts), hosts
    clouds.old.placement.sizes = {}
    campaign = campaign_of(clouds, {"all": [shop, one]}, hosts="each")
    start(campaign)
    go_on(campaign)
    assert states(campaign) == {NAME: "waiting", "one": "moved"}
    waiting = tenant_in(campaign, NAME)
    assert waiting.explanation.startswith("No host of the destination has room for a server with")
    assert waiting.needs["servers"]
    [asked] = campaign.freed_hosts.all()
    assert fresh(campaign).waits_for == (
        f"all: room on the destination; a confirmation that host {asked} may be taken"
    )

    with pytest.raises(BadInput, match="so nothing was done"):
        FreeHost().start(fresh(campaign), confirmation="another")
    FreeHost().start(fresh(campaign), confirmation=asked.name)
    go_on(campaign)
    # without Fuel the action's own plan refuses it, and no other host can leave
    asked.refresh_from_db()
    assert (asked.state, asked.plan.action) == ("failed", "reassign")
    assert asked.plan.options["destination"] == clouds.destination.name
    assert asked.explanation
    assert "No host of the source can be freed" in fresh(campaign).waits_for

    clouds.new.placement.sizes = {"VCPU": 64, "MEMORY_MB": 8192}
    assert go_on(campaign).state == "done"
    assert states(campaign) == {NAME: "moved", "one": "moved"}
