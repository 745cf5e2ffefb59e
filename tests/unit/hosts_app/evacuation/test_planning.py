"""What a plan to free a host says about servers, room and whatever stands in the way."""

import json
from typing import Any

import pytest

from dashboard.hosts_app.actions.evacuate import notes_about
from dashboard.hosts_app.compute.facts import HostFacts
from dashboard.hosts_app.compute.nova import ComputeService
from dashboard.hosts_app.compute.room import Room, first_fit
from dashboard.hosts_app.evacuation.planning import (
    CHOICE,
    EvacuationPlan,
    MoveOutcome,
    plan_of,
)
from dashboard.hosts_app.evacuation.steps import CHECK, CLOSE, evacuation_steps


def service(host: str, **fields: Any) -> ComputeService:
    return ComputeService(**{"id": host, "host": host, "is_enabled": True, "is_up": True, **fields})


def server(id_: str, status: str = "ACTIVE", **fields: Any) -> dict[str, Any]:
    flavor = {"vcpus": 1, "ram": 1024, "disk": 10, "ephemeral": 0, "extra_specs": {}}
    known = {"name": f"server-{id_}", "status": status, "metadata": {}, "flavor": flavor}
    return {"id": id_, **known, **fields}


def facts(*servers: dict[str, Any], **fields: Any) -> HostFacts:
    mine = fields.pop("service", service("c1"))
    needs = {each["id"]: {"VCPU": 1, "MEMORY_MB": 1024} for each in servers}
    room = Room(total={"VCPU": 8, "MEMORY_MB": 8192}, used={})
    given: dict[str, Any] = {
        "service": mine,
        "services": [mine, service("c2"), service("c3")],
        "servers": servers,
        "needs": needs,
        "rooms": {"c2": room, "c3": room},
    }
    return HostFacts(**{**given, **fields})


def refusal(plan: EvacuationPlan) -> str:
    assert len(plan.refusals) == 1, plan.refusals
    return str(plan.refusals[0])


@pytest.mark.parametrize(
    ("status", "choice", "outcome"),
    [
        ("ACTIVE", "", MoveOutcome.LIVE),
        ("ACTIVE", "live", MoveOutcome.LIVE),
        ("ACTIVE", "cold", MoveOutcome.COLD),
        ("ACTIVE", "stop", MoveOutcome.STOP),
        ("ACTIVE", "skip", MoveOutcome.SKIP),
        ("ACTIVE", "notify", MoveOutcome.SKIP),
        ("PAUSED", "", MoveOutcome.LIVE),
        ("PAUSED", "cold", MoveOutcome.REFUSED),
        ("SHUTOFF", "", MoveOutcome.STOPPED),
        ("SHUTOFF", "live", MoveOutcome.STOPPED),
        ("SUSPENDED", "", MoveOutcome.RESUMED),
        ("SHELVED", "", MoveOutcome.OFFLOAD),
        ("RESCUE", "", MoveOutcome.REFUSED),
        ("VERIFY_RESIZE", "", MoveOutcome.REFUSED),
        ("ERROR", "", MoveOutcome.REFUSED),
        ("ERROR", "skip", MoveOutcome.SKIP),
        ("ACTIVE", "sometime", MoveOutcome.REFUSED),
    ],
)
def test_the_outcome_follows_from_state_and_choice(
    status: str, choice: str, outcome: MoveOutcome
) -> None:
    metadata = {CHOICE: choice} if choice else {}
    plan = plan_of(facts(server("a", status, metadata=metadata)))
    assert plan.lines[0].outcome == outcome
    assert bool(plan.refusals) == (outcome == MoveOutcome.REFUSED)


def test_a_choice_that_there_is_not_is_to_be_set_right() -> None:
    refused = plan_of(facts(server("a", metadata={CHOICE: "sometime"}))).refusals[0]
    assert "'sometime', which is none of live, cold" in refused.sentence
    assert refused.fix == f"Set {CHOICE} to one of these, or remove it."


def test_a_tag_chooses_and_metadata_goes_before_it() -> None:
    tagged = server("a", tags=["other", f"{CHOICE}=cold"])
    both = server("b", tags=[f"{CHOICE}=cold"], metadata={CHOICE: "stop"})
    assert [line.outcome for line in plan_of(facts(tagged, both)).lines] == [
        MoveOutcome.COLD,
        MoveOutcome.STOP,
    ]


def test_lines_are_numbered_by_name_and_say_why() -> None:
    plan = plan_of(facts(server("b", "SHUTOFF"), server("a")))
    assert [str(line.as_plan_line()) for line in plan.lines] == [
        "1. server-a (ACTIVE): live migrate, it keeps running; room on c2 and c3",
        "2. server-b (SHUTOFF): cold migrate and confirm, stays stopped, it is stopped; "
        "room on c2 and c3",
    ]


def test_a_line_names_only_the_hosts_that_could_take_the_server() -> None:
    full = Room(total={"VCPU": 8, "MEMORY_MB": 8192}, used={"VCPU": 8})
    roomy = Room(total={"VCPU": 8, "MEMORY_MB": 8192}, used={})
    assert plan_of(facts(server("a"), rooms={"c2": full, "c3": roomy})).lines[0].where == (
        "room on c3"
    )
    group = {"name": "apart", "policies": ["anti-affinity"], "members": ["a", "x"]}
    apart = facts(server("a"), groups=[group], hosts_of_members={"a": "c1", "x": "c2"})
    assert plan_of(apart).lines[0].where == "room on c3"


def test_many_hosts_with_room_are_counted() -> None:
    roomy = Room(total={"VCPU": 8, "MEMORY_MB": 8192}, used={})
    names = [f"c{number}" for number in range(2, 8)]
    many = facts(
        server("a"),
        services=[service("c1"), *map(service, names)],
        rooms=dict.fromkeys(names, roomy),
    )
    assert plan_of(many).lines[0].where == "6 hosts have room"


def test_what_goes_nowhere_has_no_place() -> None:
    stays = server("a", metadata={CHOICE: "skip"})
    assert [line.where for line in plan_of(facts(stays, server("b", "SHELVED"))).lines] == ["", ""]


def test_a_plan_that_was_kept_is_the_same_again() -> None:
    plan = plan_of(facts(server("a"), server("b", metadata={CHOICE: "skip"})))
    kept = json.loads(json.dumps(plan.as_content()))
    again = EvacuationPlan.from_content(kept)
    assert again == plan
    assert evacuation_steps(again, parallel=1) == evacuation_steps(plan, parallel=1)


def test_the_notes_say_what_stays_and_what_room_is_left() -> None:
    given = facts(server("a"), server("b", metadata={CHOICE: "skip"}))
    assert list(notes_about(plan_of(given), given)) == [
        "1 server stays on it: server-b.",
        "It takes no new servers until you end its maintenance.",
        "Afterwards the 2 other hosts have room left for 15 vCPUs and 15 GiB of RAM.",
    ]


def test_servers_in_error_are_left_where_they_are_when_told_so() -> None:
    plan = plan_of(facts(server("a", "ERROR")), skip_errors=True)
    assert [line.server_id for line in plan.left] == ["a"]
    assert not plan.refusals


def test_a_server_that_nova_is_at_work_on_is_refused() -> None:
    busy = server("a", **{"OS-EXT-STS:task_state": "rebooting"})
    assert "rebooting" in refusal(plan_of(facts(busy)))


def test_the_last_host_is_refused() -> None:
    services = [service("c1"), service("c2", is_enabled=False), service("c3", is_up=False)]
    assert "last host" in refusal(plan_of(facts(services=services)))


def test_a_host_that_is_down_is_refused() -> None:
    assert "down" in refusal(plan_of(facts(service=service("c1", is_up=False))))


def test_a_host_that_somebody_else_has_closed_is_refused() -> None:
    closed = service("c1", is_enabled=False, reason="Masakari detected a failure")
    assert "Masakari" in refusal(plan_of(facts(service=closed)))


def test_a_host_that_was_put_into_maintenance_before_is_taken() -> None:
    closed = service("c1", is_enabled=False, reason="pumphouse: maintenance")
    plan = plan_of(facts(server("a"), service=closed))
    assert plan.is_closed and not plan.refusals


def test_a_host_with_volumes_is_refused() -> None:
    assert "c1@lvm" in refusal(plan_of(facts(volume_services=["c1@lvm"])))


def test_a_server_that_left_without_a_confirmation_is_refused_once() -> None:
    assert "gone" in refusal(plan_of(facts(unconfirmed=frozenset({"gone"}))))
    here = facts(server("a", "VERIFY_RESIZE"), unconfirmed=frozenset({"a"}))
    assert "server-a" in refusal(plan_of(here))


def test_what_finds_no_room_elsewhere_is_named() -> None:
    small = Room(total={"VCPU": 8, "MEMORY_MB": 2048}, used={"MEMORY_MB": 1024})
    tight = facts(server("a"), server("b"), server("c"), rooms={"c2": small, "c3": small})
    assert "no room for 1 of 3" in refusal(plan_of(tight))


def test_a_server_that_stays_needs_no_room() -> None:
    small = Room(total={"VCPU": 8, "MEMORY_MB": 1024}, used={})
    stays = server("b", metadata={CHOICE: "skip"})
    assert not plan_of(facts(server("a"), stays, rooms={"c2": small})).refusals


def test_the_largest_is_placed_first() -> None:
    needs = {"small": {"MEMORY_MB": 1}, "large": {"MEMORY_MB": 3}}
    assert first_fit(needs, {"c2": {"MEMORY_MB": 3}, "c3": {"MEMORY_MB": 1}}) == []


def test_a_class_of_resources_that_a_host_lacks_is_no_room() -> None:
    assert first_fit({"a": {"PGPU": 1}}, {"c2": {"MEMORY_MB": 3}}) == ["a"]


@pytest.mark.parametrize(("third_host", "refused"), [("c2", True), ("c3", True), ("c1", False)])
def test_anti_affinity_must_hold_afterwards(third_host: str, refused: bool) -> None:
    group = {"name": "apart", "policies": ["anti-affinity"], "members": ["a", "x", "y"]}
    other = "c3" if third_host == "c2" else "c2"
    members = {"a": "c1", "x": other, "y": third_host if refused else other}
    plan = plan_of(facts(server("a"), groups=[group], hosts_of_members=members))
    assert bool(plan.refusals) == refused


def test_an_affinity_group_of_several_is_refused() -> None:
    group = {"name": "together", "policy": "affinity", "members": ["a", "b"]}
    plan = plan_of(facts(server("a"), server("b"), groups=[group]))
    assert "together" in refusal(plan)


def test_never_more_servers_at_a_time_than_told() -> None:
    plan = plan_of(facts(*(server(str(number)) for number in range(5))))
    steps = evacuation_steps(plan, parallel=2)
    waits = {step.key: list(step.after) for step in steps}
    assert [waits[f"server:{number}"] for number in range(5)] == [
        [],
        [],
        ["server:0"],
        ["server:1"],
        ["server:2"],
    ]
    assert steps[0].key == CLOSE
    assert steps[-1].key == CHECK
    assert len(steps[-1].after) == 5


def flavor(**specs: str) -> dict[str, Any]:
    return {"vcpus": 2, "ram": 1024, "disk": 10, "ephemeral": 0, "extra_specs": specs}


PCI = {"pci_passthrough:alias": "gpu:1"}


@pytest.mark.parametrize(
    "specs", [PCI, {"resources:VGPU": "1"}, {"accel:device_profile": "fpga"}], ids=str
)
@pytest.mark.parametrize("status", ["ACTIVE", "PAUSED", "SUSPENDED"])
def test_devices_of_the_host_are_not_moved_live(specs: dict[str, str], status: str) -> None:
    plan = plan_of(facts(server("a", status, flavor=flavor(**specs))))
    assert plan.lines[0].outcome == MoveOutcome.REFUSED
    assert "devices of the host" in refusal(plan) and "cold" in plan.refusals[0].fix


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        ({"metadata": {CHOICE: "cold"}}, MoveOutcome.COLD),
        ({"status": "SHUTOFF"}, MoveOutcome.STOPPED),
    ],
)
def test_devices_are_moved_cold_and_the_plan_says_what_it_cannot_know(
    fields: dict[str, Any], outcome: MoveOutcome
) -> None:
    plan = plan_of(facts(server("a", **fields, flavor=flavor(**PCI))))
    assert plan.lines[0].outcome == outcome and not plan.refusals
    assert "only Nova knows where gpu:1 is free" in plan.lines[0].why


@pytest.mark.parametrize(
    "specs", [{"hw:cpu_policy": "dedicated"}, {"hw:numa_nodes": "2"}, {"hw:mem_page_size": "1GB"}]
)
def test_what_is_tied_to_numa_nodes_is_moved_live_since_train(specs: dict[str, str]) -> None:
    tied = server("a", flavor=flavor(**specs))
    assert plan_of(facts(tied)).lines[0].outcome == MoveOutcome.LIVE
    assert "before Train" in refusal(plan_of(facts(tied, moves_numa_live=False)))


def test_a_shared_cpu_is_tied_to_nothing() -> None:
    shared = server("a", flavor=flavor(**{"hw:cpu_policy": "shared"}))
    assert not plan_of(facts(shared, moves_numa_live=False)).refusals
