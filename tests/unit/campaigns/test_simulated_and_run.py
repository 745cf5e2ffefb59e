"""What the simulation says begins when is what the campaign's own looks begin then."""

from copy import deepcopy
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from dashboard.campaigns.models import Campaign
from dashboard.campaigns.planning.drawing import Drawing, TenantDrawing, WaveDrawing, draw_up
from dashboard.campaigns.running.forecast import _waves
from dashboard.campaigns.simulation.needs import Needs
from dashboard.campaigns.simulation.room import CloudRoom
from dashboard.campaigns.simulation.simulate import (
    BEGIN,
    FREE,
    Pace,
    SimulatedHost,
    Simulation,
    Simulator,
)
from dashboard.hosts_app.models import Cloud, Host
from tests.support import rows
from tests.support.played_campaigns import PlayedCampaign
from tests.support.simulations import RAM, START, VCPU, size

pytestmark = pytest.mark.django_db
WINDOWS = ("", "daily 22:00-06:00 Europe/Berlin", "sat 12:00-16:00 UTC")

sizes = st.builds(size, st.integers(1, 4), st.integers(1, 16))
tenants = st.lists(
    st.tuples(st.lists(sizes, max_size=3), st.integers(0, 30), st.sampled_from(["", "", "ann"])),
    min_size=1,
    max_size=4,
)
waves = st.lists(
    st.tuples(tenants, st.integers(1, 3), st.sampled_from(WINDOWS)), min_size=1, max_size=2
)
clouds = st.fixed_dictionaries(
    {
        "waves": waves,
        "new": st.lists(sizes, max_size=2),
        # what each host of the source would give
        "old": st.lists(sizes, max_size=4),
        "hosts": st.sampled_from([Campaign.Hosts.ONCE, Campaign.Hosts.NEVER]),
    }
)


class Undone(Exception):
    """Ends an example, so that the next one begins with an empty database."""


def draw(cloud: dict[str, Any]) -> Campaign:
    """Store a campaign as a forecast leaves it."""
    old, new = rows.two_clouds()
    drawn, facts = [], []
    for number, (members, at_once, window) in enumerate(cloud["waves"]):
        names = [f"t{number}-{place}" for place in range(len(members))]
        drawn.append(
            WaveDrawing(
                name=f"w{number}",
                tenants=[TenantDrawing(tenant=rows.tenant_of(old, name)) for name in names],
                options={"tenants_at_once": at_once, "window": window},
            )
        )
        facts += zip(names, members, strict=True)
    campaign = draw_up(
        Drawing(name="drain", source=old, destination=new, waves=drawn, hosts=cloud["hosts"])
    )
    for name, (servers, gib, group) in facts:
        needs = Needs(servers=servers, gib={"": gib}).as_row()
        campaign.tenants.filter(name=name).update(needs=needs, shares_with=group)
    return campaign


def store_hosts(cloud: Cloud, hosts: list[SimulatedHost]) -> None:
    """Store empty hosts in the order of the ranking."""
    by_effort = sorted(hosts, key=lambda host: (-host.gives[VCPU], host.name))
    for rank, host in enumerate(by_effort, start=1):
        cost = {"vcpus_gained": host.gives[VCPU], "ram_gained_mib": host.gives[RAM]}
        Host.objects.create(
            cloud=cloud,
            name=host.name,
            is_up=True,
            is_enabled=True,
            evacuation_cost={"rank": rank, "servers": 0, **cost},
            seen_at=timezone.now(),
        )


def foretold(campaign: Campaign, room: CloudRoom, hosts: list[SimulatedHost]) -> Simulation:
    frees = campaign.hosts != Campaign.Hosts.NEVER
    return Simulator(room, hosts, frees_hosts=frees, pace=Pace()).run(_waves(campaign), start=START)


def compare(cloud: dict[str, Any]) -> None:
    campaign = draw(cloud)
    hosts = [
        SimulatedHost(name=f"old-{number}", gives=gives, free=gives)
        for number, gives in enumerate(cloud["old"])
    ]
    store_hosts(campaign.source, hosts)
    room = CloudRoom(hosts={f"new-{number}": each for number, each in enumerate(cloud["new"])})
    found = foretold(campaign, deepcopy(room), hosts)
    played = PlayedCampaign(campaign, room, hosts).run()
    expected = [(e.at, e.kind, e.name) for e in found.events if e.kind in (BEGIN, FREE)]
    assert played == expected
    waiting = set(campaign.tenants.filter(state="waiting").values_list("name", flat=True))
    assert waiting == {*found.left}


LACKS_ANOTHER_SERVER = {
    "old": [size(1, 1), size(3, 11), size(2, 16)],
    "hosts": Campaign.Hosts.ONCE,
    "waves": [
        (
            [([], 21, ""), ([size(4, 8), size(2, 9)], 0, ""), ([size(4, 2), size(1, 5)], 0, "")],
            2,
            "",
        )
    ],
    "new": [size(4, 2)],
}
"""Once old-1 has come, the largest server of a tenant fits there, and no more when others came."""


@settings(
    max_examples=15,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # each example stores a campaign
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@example(cloud=LACKS_ANOTHER_SERVER)
@given(cloud=clouds)
def test_the_run_begins_what_the_simulation_says_when_it_says(db: None, cloud: Any) -> None:
    with pytest.raises(Undone), transaction.atomic():
        compare(cloud)
        raise Undone
