"""Which host is freed next: what must move, whether the others can hold it, what is gained."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest

from dashboard.errors import NotFound
from dashboard.hosts_app.compute.facts import CloudReading, read_cloud, with_pinned_cpus
from dashboard.hosts_app.compute.nova import ComputeService
from dashboard.hosts_app.compute.room import PINNED, RAM_MIB, VCPU, Room
from dashboard.hosts_app.evacuation.planning import CHOICE
from dashboard.hosts_app.evacuation.ranking import EvacuationCost, rank_hosts, rows_of

MACHINE = {VCPU: 4, RAM_MIB: 8192}
PINNED_FLAVOR = {"extra_specs": {"hw:cpu_policy": "dedicated"}}


def service(host: str, **fields: Any) -> ComputeService:
    return ComputeService(**{"id": host, "host": host, "is_enabled": True, "is_up": True, **fields})


def server(id_: str, host: str, *, ram: int = 1024, disk: int = 0, **fields: Any) -> dict[str, Any]:
    flavor = {"vcpus": 1, "ram": ram, "disk": disk, "ephemeral": 0, "extra_specs": {}}
    return {
        "id": id_,
        "name": id_,
        "status": "ACTIVE",
        "metadata": {},
        "image": {"id": "image"},
        "OS-EXT-SRV-ATTR:host": host,
        **fields,
        "flavor": {**flavor, **fields.get("flavor", {})},
    }


def room(*servers: dict[str, Any], ram: int = 8192) -> Room:
    taken = {
        each["id"]: {VCPU: each["flavor"]["vcpus"], RAM_MIB: each["flavor"]["ram"]}
        for each in servers
    }
    used = sum((Counter(need) for need in taken.values()), Counter())
    return Room(total={VCPU: 64, RAM_MIB: ram}, used=used, taken_by=taken, machine=MACHINE)


def reading(*servers: dict[str, Any], ram: int = 8192, **fields: Any) -> CloudReading:
    hosts = ("c1", "c2", "c3")
    on = {
        host: [each for each in servers if each["OS-EXT-SRV-ATTR:host"] == host] for host in hosts
    }
    rooms = {host: room(*found, ram=ram) for host, found in on.items()}
    given = {"services": [service(host) for host in hosts], "rooms": rooms, **fields}
    given["rooms"] = with_pinned_cpus(given["rooms"], servers)
    return CloudReading(name="old", servers=servers, **given)


def cost(found: CloudReading, host: str) -> EvacuationCost:
    return next(each for each in rank_hosts(found) if each.host == host)


def ranked(found: CloudReading) -> list[str]:
    return [each.host for each in rank_hosts(found)]


def test_an_empty_host_goes_first_and_disks_weigh_more_than_ram() -> None:
    copies = server("a", "c1", disk=100)
    large = server("b", "c2", ram=4096)
    found = reading(copies, large)
    assert ranked(found) == ["c3", "c2", "c1"]
    assert cost(found, "c3").reason == "has no servers"
    assert cost(found, "c1").reason == "1 server with 1 GiB of RAM, up to 100 GiB of disks"
    assert cost(found, "c2").reason == "1 server with 4 GiB of RAM"


def test_what_stands_in_the_way_weighs_most_and_is_the_reason() -> None:
    found = reading(server("a", "c1", status="ERROR"), server("b", "c2"), server("c", "c3"))
    assert ranked(found)[-1] == "c1"
    refused = cost(found, "c1")
    assert refused.refused == 1 and refused.fits
    assert refused.reason == "Server a cannot be moved: it is ERROR."


def test_a_volume_is_not_copied() -> None:
    assert cost(reading(server("a", "c1", disk=100, image="")), "c1").disk_gib == 0


def test_servers_that_stay_by_choice_make_a_host_a_poor_choice() -> None:
    stays = server("a", "c1", metadata={CHOICE: "skip"})
    found = reading(stays, server("b", "c2", disk=50), server("c", "c3", disk=50))
    assert ranked(found)[-1] == "c1"
    assert (cost(found, "c1").staying, cost(found, "c1").servers) == (1, 0)


def test_whether_the_others_can_hold_it_is_told_also_of_refused_servers() -> None:
    full = [server(f"{host}-{n}", host, ram=2048) for host in ("c1", "c2", "c3") for n in (1, 2)]
    assert all(each.fits for each in rank_hosts(reading(*full, ram=6144)))
    tight = rank_hosts(reading(*full, ram=4096))
    assert not any(each.fits for each in tight)
    assert all("no room for 2 of 2" in each.reason for each in tight)
    broken = reading(server("a", "c1", ram=4096, status="ERROR"), ram=2048)
    assert not cost(broken, "c1").fits


def test_the_destination_gains_what_the_machine_really_has() -> None:
    found = cost(reading(), "c1")
    assert (found.vcpus_gained, found.ram_gained_mib) == (4, 8192)


def test_of_equal_hosts_the_larger_machine_goes_first() -> None:
    rooms = {
        host: Room(total={}, used={}, machine={VCPU: n}) for host, n in (("c1", 8), ("c2", 32))
    }
    services = [service("c1"), service("c2")]
    assert ranked(reading(services=services, rooms=rooms)) == ["c2", "c1"]


def test_rows_keep_rank_reason_and_numbers() -> None:
    rows = rows_of(reading(server("a", "c1", disk=5)))
    assert [rows[host]["rank"] for host in ("c2", "c3", "c1")] == [1, 2, 3]
    assert rows["c1"]["disk_gib"] == 5 and rows["c1"]["reason"].startswith("1 server")


def test_pinned_cpus_are_counted_where_placement_does_not() -> None:
    pinned = [
        server("a", "c1", flavor={**PINNED_FLAVOR, "vcpus": 3}),
        server("b", "c2", flavor={**PINNED_FLAVOR, "vcpus": 2}),
        server("c", "c3", flavor={**PINNED_FLAVOR, "vcpus": 2}),
    ]
    found = reading(*pinned)
    assert found.rooms["c2"].free[PINNED] == 2
    assert not cost(found, "c1").fits
    assert cost(reading(*pinned[:2]), "c1").fits


def test_pinned_cpus_that_placement_counts_are_not_counted_twice() -> None:
    pinned = server("a", "c1", flavor=PINNED_FLAVOR)
    taken = {"a": {"PCPU": 1, RAM_MIB: 1024}}
    counted = Room(total={"PCPU": 4}, used={"PCPU": 1}, taken_by=taken, machine=MACHINE)
    assert PINNED not in with_pinned_cpus({"c1": counted}, [pinned])["c1"].total


def test_a_host_that_there_is_not_is_told_with_those_there_are() -> None:
    with pytest.raises(NotFound, match="c1, c2, c3"):
        reading().facts_of("c9")


class FakeCloud:
    """A cloud of so many hosts before microversion 2.47, that counts what it is asked."""

    name = "old"

    # the host that placement does not know, and records of moves
    unknown = ""
    migrations: Sequence[dict[str, Any]] = ()

    def __init__(self, *, hosts: int) -> None:
        self.hosts = [f"c{number}" for number in range(hosts)]
        self.asked: Counter[str] = Counter()

    def supports(self, _service: str, microversion: str) -> bool:
        return microversion == "2.53"

    def at_most(self, _service: str, microversion: str) -> str:
        return microversion

    def endpoint(self, _service: str) -> str:
        return "http://old"

    def list(self, _service: str, path: str, key: str, **_: Any) -> list[dict[str, Any]]:
        self.asked[path] += 1
        return {
            "services": [
                {
                    "id": host,
                    "host": host,
                    "zone": "nova",
                    "status": "enabled",
                    "state": "up",
                    "binary": "cinder-volume",
                }
                for host in self.hosts
            ],
            "servers": [
                {
                    "id": f"{host}-{number}",
                    "name": "web",
                    "status": "ACTIVE",
                    "OS-EXT-SRV-ATTR:host": host,
                    "image": "",
                    "flavor": {"id": "small"},
                }
                for host in self.hosts
                for number in range(5)
            ],
            "hypervisors": [
                {"id": host, "service": {"host": host}, "vcpus": 8, "memory_mb": 64}
                for host in self.hosts
            ],
            "migrations": [*self.migrations],
        }.get(key, [])

    def find(self, _service: str, path: str, key: str) -> dict[str, Any] | None:
        if part := path.partition("/resource_providers/")[2].partition("/")[2]:
            self.asked[part] += 1
            return None if path.startswith(f"/resource_providers/{self.unknown}/") else {}
        self.asked[path] += 1
        if key == "flavor":
            return {"vcpus": 2, "ram": 64, "disk": 1, "OS-FLV-EXT-DATA:ephemeral": 7}
        return {"hw:cpu_policy": "dedicated"}


@pytest.mark.parametrize("hosts", [1, 20])
def test_a_cloud_is_read_once_and_placement_twice_a_host(hosts: int) -> None:
    cloud = FakeCloud(hosts=hosts)
    found = read_cloud(cloud)  # type: ignore[arg-type]
    rank_hosts(found)
    per_host = {path: cloud.asked.pop(path) for path in ("inventories", "allocations")}
    assert set(per_host.values()) == {hosts}
    # Nova's and Cinder's services have the same path.
    assert cloud.asked.pop("/os-services") == 2
    assert set(cloud.asked.values()) == {1}, cloud.asked


def test_a_flavor_that_is_only_named_is_filled_in() -> None:
    flavor = read_cloud(FakeCloud(hosts=1)).servers[0]["flavor"]  # type: ignore[arg-type]
    assert (flavor["vcpus"], flavor["ephemeral"]) == (2, 7)
    assert flavor["extra_specs"] == {"hw:cpu_policy": "dedicated"}


def test_a_host_that_placement_does_not_know_has_no_room_and_hides_no_other() -> None:
    cloud = FakeCloud(hosts=3)
    cloud.unknown = "c1"
    found = read_cloud(cloud)  # type: ignore[arg-type]
    assert found.rooms["c1"].total.keys() <= {"PINNED"}
    assert {entry.host for entry in rank_hosts(found)} == {"c0", "c1", "c2"}


def test_a_move_of_a_server_that_was_deleted_waits_for_nobody() -> None:
    cloud = FakeCloud(hosts=2)
    resize = {"migration_type": "resize", "source_compute": "c0", "dest_compute": "c1"}
    cloud.migrations = [
        {**resize, "id": number, "instance_uuid": id_}
        for number, id_ in enumerate(("deleted", "c1-0"))
    ]
    found = read_cloud(cloud)  # type: ignore[arg-type]
    assert found.facts_of("c0").unconfirmed == {"c1-0"}
