"""Simulations of generated clouds: never too much, never the last host, always an end."""

from datetime import time, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.campaigns.simulation.deciding import Candidate, Rules
from dashboard.campaigns.simulation.hosts import FreeableHost, choose_host
from dashboard.campaigns.simulation.needs import Needs
from dashboard.campaigns.simulation.room import CloudRoom
from dashboard.campaigns.simulation.simulate import (
    BEGIN,
    END,
    FREE,
    Pace,
    Share,
    SimulatedHost,
    SimulatedTenant,
    SimulatedWave,
    Simulation,
)
from dashboard.campaigns.windows import Window
from tests.support.simulations import RAM, START, simulate, size

NIGHT = Window(days=frozenset({5}), opens=time(22), closes=time(6), zone="Europe/Berlin")


sizes = st.builds(size, st.integers(1, 8), st.integers(1, 16))
needs = st.builds(
    Needs,
    servers=st.lists(sizes, max_size=4),
    gib=st.dictionaries(st.sampled_from(["fast", "slow", ""]), st.integers(0, 40), max_size=3),
    addresses=st.integers(0, 3),
)
rules = st.builds(Rules, tenants_at_once=st.integers(1, 3), window=st.sampled_from([None, NIGHT]))
hosts = st.lists(
    st.builds(
        lambda free, servers, obstacle, opened: (free, servers, obstacle, opened),
        sizes,
        st.lists(sizes, max_size=3),
        st.sampled_from(["", "", "", "a shelf"]),
        st.booleans(),
    ),
    max_size=5,
)


@st.composite
def clouds(draw: Any) -> dict[str, Any]:
    waves, key = [], 0
    for number in range(draw(st.integers(1, 3))):
        tenants = []
        for need in draw(st.lists(needs, max_size=4)):
            key += 1
            group = draw(st.sampled_from(["", "", "ann"]))
            candidate = Candidate(key=key, name=f"t{key}", group=group)
            tenants.append(SimulatedTenant(candidate=candidate, needs=need))
        waves.append(SimulatedWave(name=f"w{number}", rules=draw(rules), tenants=tenants))
    source = [
        SimulatedHost(
            name=f"old-{number}",
            gives=size(16, 32),
            free=free,
            servers=servers,
            obstacle=obstacle,
            takes_servers=opened,
        )
        for number, (free, servers, obstacle, opened) in enumerate(draw(hosts))
    ]
    new = {f"new-{number}": draw(sizes) for number in range(draw(st.integers(0, 3)))}
    return {
        "waves": waves,
        "source": source,
        "room": CloudRoom(hosts=new, gib={"fast": draw(st.integers(0, 60)), "": None}, addresses=6),
        "frees": draw(st.booleans()),
    }


@settings(max_examples=30, deadline=None)
@given(clouds())
def test_it_never_takes_too_much_nor_the_last_host_and_it_ends(cloud):
    before = {name: dict(free) for name, free in cloud["room"].hosts.items()}
    found = simulate(cloud)
    every = {each.candidate.name: each for wave in cloud["waves"] for each in wave.tenants}
    begun = [event.name for event in found.events if event.kind == BEGIN]
    ended = [event.name for event in found.events if event.kind == END]
    # each tenant begins and ends once, or is left with a reason
    assert sorted(begun) == sorted(ended) and len(set(begun)) == len(begun)
    assert {*begun} | {*found.left} == {*every} and not {*begun} & {*found.left}
    assert all(found.left.values())
    # in the order of time
    moments = [event.at for event in found.events]
    assert moments == sorted(moments)
    # what was taken was there: nothing is below zero, and the sums are right
    freed = [event.name for event in found.events if event.kind == FREE]
    total = sum(free[RAM] for free in before.values()) + 32 * len(freed)
    taken = sum(s[RAM] for name in begun for s in every[name].needs.servers)
    assert taken <= total
    assert all(left >= 0 for free in cloud["room"].hosts.values() for left in free.values())
    assert sum(every[name].needs.addresses for name in begun) <= 6
    assert (cloud["room"].gib["fast"] or 0) >= 0
    # the source keeps a host that takes servers, and those that cannot leave
    staying = [host for host in cloud["source"] if host.name not in freed]
    assert not freed or any(host.takes_servers for host in staying)
    assert {host.name for host in cloud["source"] if host.obstacle} <= {h.name for h in staying}
    assert not freed or cloud["frees"]
    _require_rules(cloud, found)


def _require_rules(cloud: dict[str, Any], found: Simulation) -> None:
    """No wave begins before the one before it has ended, and none breaks its own rules."""
    wave_of = {
        each.candidate.name: (number, wave, each.candidate)
        for number, wave in enumerate(cloud["waves"])
        for each in wave.tenants
    }
    running: dict[str, Candidate] = {}
    latest = 0
    for event in found.events:
        if event.kind == END:
            running.pop(event.name)
        elif event.kind == BEGIN:
            number, wave, candidate = wave_of[event.name]
            assert number >= latest and all(wave_of[name][0] == number for name in running)
            assert not candidate.group or candidate.group not in {
                each.group for each in running.values()
            }
            running[event.name], latest = candidate, number
            assert len(running) <= wave.rules.tenants_at_once
            assert wave.rules.window is None or wave.rules.window.is_open(event.at)


def test_a_host_is_freed_where_room_lacks_and_the_last_one_never():
    tenants = [
        SimulatedTenant(
            candidate=Candidate(key=key, name=f"t{key}"), needs=Needs(servers=[size(4, 16)])
        )
        for key in range(1, 6)
    ]
    source = [
        SimulatedHost(name=name, gives=size(4, 16), free=size(8, 32), servers=[size(1, 1)])
        for name in ("old-1", "old-2", "old-3")
    ]
    cloud = {
        "waves": [SimulatedWave(name="all", rules=Rules(tenants_at_once=2), tenants=tenants)],
        "room": CloudRoom(hosts={"new-1": size(4, 16)}),
        "source": source,
        "frees": True,
    }
    found = simulate(cloud)
    assert [event.name for event in found.events if event.kind == BEGIN] == ["t1", "t2", "t3"]
    assert [event.name for event in found.events if event.kind == FREE] == ["old-1", "old-3"]
    assert found.stops_at == "all"
    assert found.left["t4"] == (
        "No host of the destination has room for a server with 4 VCPU, 16 MEMORY_MB; "
        "No host of the source can be freed: old-2 is the last compute host of the source"
    )


def test_hosts_leave_in_the_order_of_the_ranking():
    """Least disk to copy first, then least RAM, then fewest servers, then the larger machine."""
    server = {**size(1, 4), "DISK_GB": 10}
    hosts = {
        "disk": SimulatedHost(name="disk", gives=size(4, 16), free=size(8, 64), servers=[server]),
        "ram": SimulatedHost(name="ram", gives=size(4, 16), free=size(8, 64), servers=[size(1, 8)]),
        "two": SimulatedHost(
            name="two", gives=size(4, 16), free=size(8, 64), servers=[size(1, 2)] * 2
        ),
        "one": SimulatedHost(name="one", gives=size(4, 16), free=size(8, 64), servers=[size(1, 4)]),
        "small": SimulatedHost(name="small", gives=size(4, 16), free=size(8, 64)),
        "large": SimulatedHost(name="large", gives=size(8, 16), free=size(8, 64)),
    }
    tenants = [
        SimulatedTenant(
            candidate=Candidate(key=key, name=f"t{key}"), needs=Needs(servers=[size(4, 16)])
        )
        for key in range(1, 8)
    ]
    cloud = {
        "waves": [SimulatedWave(name="all", rules=Rules(tenants_at_once=1), tenants=tenants)],
        "room": CloudRoom(hosts={}),
        "source": list(hosts.values()),
        "frees": True,
    }
    found = simulate(cloud)
    freed = [event.name for event in found.events if event.kind == FREE]
    assert freed[:2] == ["large", "small"]
    assert freed[2] == "one"


def test_a_host_that_comes_has_what_the_destination_counts_and_nobody_said_of_it():
    """Of a host of the source only CPUs and RAM may be known; the destination counts disks too."""
    server = {**size(4, 16), "DISK_GB": 1}
    tenants = [
        SimulatedTenant(candidate=Candidate(key=1, name="t1"), needs=Needs(servers=[server]))
    ]
    source = [
        SimulatedHost(name=name, gives=size(4, 16), free=size(8, 32)) for name in ("old-1", "old-2")
    ]
    cloud = {
        "waves": [SimulatedWave(name="all", rules=Rules(tenants_at_once=1), tenants=tenants)],
        "room": CloudRoom(hosts={"new-1": {**size(1, 1), "DISK_GB": 100}}),
        "source": source,
        "frees": True,
    }
    found = simulate(cloud)
    assert not found.left
    assert [event.name for event in found.events if event.kind == FREE] == ["old-1"]


@pytest.mark.parametrize(
    ("limits", "minutes"),
    [
        ({"servers": 0, "streams": 0}, 2 + 4 + 10),
        ({"servers": 4, "streams": 2}, 2 + 6 + 10),
        ({"servers": 1, "streams": 9}, 2 + 24 + 10),
        ({"servers": 0, "streams": 1}, 2 + 4 + 20),
    ],
)
def test_fewer_servers_and_streams_for_two_tenants_at_once_take_longer(limits, minutes):
    """Twelve servers, of which one takes a minute, and 30 GiB, of which one takes 20 seconds."""
    needs = Needs(servers=[size(1, 1)] * 12, gib={"": 30})
    ends = Pace().end_of(needs, Share.of(2, **limits), begins=START)
    assert ends - START == timedelta(minutes=minutes)


def test_servers_wait_for_the_time_of_cutover_and_so_do_tenants_behind_them():
    """Two tenants with a server each, one at a time; the second begins after that time."""
    cutover_at = START + timedelta(hours=5)
    tenants = [
        SimulatedTenant(
            candidate=Candidate(key=key, name=f"t{key}"), needs=Needs(servers=[size(1, 1)])
        )
        for key in (1, 2)
    ]
    wave = SimulatedWave(
        name="night", rules=Rules(tenants_at_once=1), tenants=tenants, cutover_at=cutover_at
    )
    room = CloudRoom(hosts={"new-1": size(2, 2)})
    found = simulate({"waves": [wave], "room": room, "source": [], "frees": False})
    moments = [(event.at - cutover_at) // timedelta(minutes=1) for event in found.events]
    assert moments == [-300, 1, 1, 4]


def test_why_no_host_can_leave_is_one_sentence():
    full = FreeableHost(name="old-1", gives=size(1, 1), obstacle="It runs the volume service.")
    found = choose_host([full], [], takers=2)
    assert found.why_not == (
        "No host of the source can be freed: old-1: It runs the volume service"
    )
