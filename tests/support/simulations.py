"""Clouds that campaigns are simulated on."""

from datetime import UTC, datetime
from typing import Any

from dashboard.campaigns.simulation.deciding import Candidate, Rules
from dashboard.campaigns.simulation.needs import Needs
from dashboard.campaigns.simulation.room import CloudRoom
from dashboard.campaigns.simulation.simulate import (
    Pace,
    SimulatedHost,
    SimulatedTenant,
    SimulatedWave,
    Simulation,
    Simulator,
)

START = datetime(2026, 3, 28, 12, tzinfo=UTC)
RAM, VCPU = "MEMORY_MB", "VCPU"


def size(cpus: int, ram: int) -> dict[str, int]:
    """Return what a server takes, or what a host has."""
    return {VCPU: cpus, RAM: ram}


def simulate(cloud: dict[str, Any]) -> Simulation:
    """Play the campaign of a cloud through."""
    simulator = Simulator(cloud["room"], cloud["source"], frees_hosts=cloud["frees"], pace=Pace())
    return simulator.run(cloud["waves"], start=START)


def large_cloud() -> dict[str, Any]:
    """1,000 tenants with 10,000 servers, and 200 hosts, of which most are in the source."""
    server = size(2, 4)
    tenants = [
        SimulatedTenant(
            candidate=Candidate(key=key, name=f"t{key}"), needs=Needs(servers=[server] * 10)
        )
        for key in range(1000)
    ]
    waves = [
        SimulatedWave(
            name=f"w{number}", rules=Rules(tenants_at_once=5), tenants=tenants[number::10]
        )
        for number in range(10)
    ]
    source = [
        SimulatedHost(
            name=f"old-{number}", gives=size(160, 320), free=size(160, 320), servers=[server] * 70
        )
        for number in range(140)
    ]
    room = CloudRoom(hosts={f"new-{number}": size(160, 320) for number in range(60)})
    return {"waves": waves, "source": source, "room": room, "frees": True}
