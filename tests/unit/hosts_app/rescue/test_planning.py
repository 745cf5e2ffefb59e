"""What a plan to rebuild the servers of a dead host says is kept, lost and left alone."""

import json
from typing import Any

import pytest

from dashboard.clients.ipmi import PowerState
from dashboard.errors import PumphouseError, Retryable
from dashboard.hosts_app.actions.rescue import confirmation_of, notes_about
from dashboard.hosts_app.compute.facts import HostFacts
from dashboard.hosts_app.compute.nova import ComputeService
from dashboard.hosts_app.compute.room import Room
from dashboard.hosts_app.evacuation.planning import CHOICE
from dashboard.hosts_app.rescue.planning import (
    DeadHostFacts,
    RescueOutcome,
    RescuePlan,
    plan_rescue,
)
from dashboard.hosts_app.rescue.steps import CHECK, FENCE, rescue_steps

SILENT = Retryable("The BMC of c1 does not answer.", fix="Check that it has power.")


def service(host: str, **fields: Any) -> ComputeService:
    return ComputeService(**{"id": host, "host": host, "is_enabled": True, "is_up": True, **fields})


def server(id_: str, status: str = "ACTIVE", **fields: Any) -> dict[str, Any]:
    return {
        "id": id_,
        "name": f"server-{id_}",
        "status": status,
        "metadata": {},
        "image": {"id": "image"},
        "flavor": {"vcpus": 1, "ram": 1024, "disk": 10, "ephemeral": 0},
        **fields,
    }


def facts(
    *servers: dict[str, Any],
    power: PowerState | PumphouseError = PowerState.ON,
    images: tuple[str, ...] = ("image",),
    **fields: Any,
) -> DeadHostFacts:
    mine = fields.pop("service", service("c1", is_up=False))
    room = Room(total={"VCPU": 8, "MEMORY_MB": 8192}, used={})
    given: dict[str, Any] = {
        "service": mine,
        "services": [mine, service("c2")],
        "servers": servers,
        "needs": {each["id"]: {"VCPU": 1, "MEMORY_MB": 1024} for each in servers},
        "rooms": {"c2": room},
    }
    return DeadHostFacts(host=HostFacts(**{**given, **fields}), power=power, images={*images})


def refusal(plan: RescuePlan) -> str:
    assert len(plan.refusals) == 1, plan.refusals
    return str(plan.refusals[0])


@pytest.mark.parametrize("status", ["ACTIVE", "PAUSED", "SUSPENDED", "SHUTOFF", "ERROR"])
def test_what_nova_can_evacuate_or_be_brought_to_is_rebuilt(status: str) -> None:
    plan = plan_rescue(facts(server("a", status)))
    assert [line.outcome for line in plan.lines] == [RescueOutcome.REBUILD] and not plan.refusals
    assert plan.lines[0].where == "room on c2"


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"status": "RESCUE"}, "RESCUE"),
        ({"status": "VERIFY_RESIZE"}, "VERIFY_RESIZE"),
        ({"metadata": {CHOICE: "skip"}}, "its owner chose to skip it"),
        ({"OS-EXT-STS:task_state": "powering-off"}, "powering-off"),
        ({"image": {"id": "deleted"}}, "its image is gone"),
    ],
)
def test_what_cannot_be_rebuilt_stays_and_does_not_hold_up_the_others(
    fields: dict[str, Any], why: str
) -> None:
    plan = plan_rescue(facts(server("a", **fields), server("b")))
    first, second = plan.lines
    assert first.outcome == RescueOutcome.STAYS and why in first.why
    assert second.outcome == RescueOutcome.REBUILD and not plan.refusals


def test_servers_in_error_are_left_alone_when_told_so() -> None:
    assert not plan_rescue(facts(server("a", "ERROR")), skip_errors=True).rebuilt


def test_a_local_disk_is_lost_and_a_volume_is_kept() -> None:
    volume = server("b", image="")
    plan = plan_rescue(facts(server("a"), volume))
    assert [(line.disks, line.lost) for line in plan.lines] == [(1, 1), (0, 0)]
    assert "LOST" in plan.lines[0].why and "keep their data" in plan.lines[1].why


def test_an_ephemeral_disk_is_lost_also_beside_a_volume() -> None:
    flavor = {"vcpus": 1, "ram": 1024, "disk": 0, "ephemeral": 20}
    plan = plan_rescue(facts(server("a", image="", flavor=flavor), server("b", flavor=flavor)))
    assert [line.lost for line in plan.lines] == [1, 2]
    assert "ephemeral disk is recreated empty" in plan.lines[0].why


def test_nothing_is_lost_on_shared_storage() -> None:
    gone = server("b", image={"id": "deleted"})
    plan = plan_rescue(facts(server("a"), gone), shared_storage=True)
    assert plan.lost == 0 and len(plan.rebuilt) == 2
    assert "as you chose" in plan.lines[0].why


def test_the_phrase_to_type_names_what_is_lost() -> None:
    lossy = plan_rescue(facts(server("a"), server("b")))
    assert confirmation_of(lossy) == "c1 loses 2 disks"
    assert any("type: c1 loses 2 disks" in note for note in notes_about(lossy, facts()))
    assert confirmation_of(plan_rescue(facts(server("a")))) == "c1 loses 1 disk"
    assert confirmation_of(plan_rescue(facts(server("a", image="")))) == "c1"


def test_a_host_that_is_up_is_refused() -> None:
    assert "not dead" in refusal(plan_rescue(facts(server("a"), service=service("c1"))))


def test_a_host_whose_bmc_does_not_answer_is_refused_with_its_sentence() -> None:
    text = refusal(plan_rescue(facts(server("a"), power=SILENT)))
    assert "would run twice" in text and SILENT.sentence in text and SILENT.fix in text


@pytest.mark.parametrize(
    "fields",
    [
        {"is_enabled": False, "reason": "Masakari detected a failure"},
        {"is_forced_down": True},
    ],
)
def test_a_host_that_another_engine_is_at_work_on_is_refused(fields: dict[str, Any]) -> None:
    others = service("c1", is_up=False, **fields)
    assert "Somebody else" in refusal(plan_rescue(facts(server("a"), service=others)))


def test_a_host_that_we_fenced_before_is_taken_again() -> None:
    ours = service(
        "c1", is_up=False, is_enabled=False, reason="pumphouse: dead host", is_forced_down=True
    )
    assert not plan_rescue(facts(server("a"), service=ours, power=PowerState.OFF)).refusals


def test_a_host_without_servers_is_not_fenced() -> None:
    assert "no servers" in refusal(plan_rescue(facts()))


def test_servers_that_find_no_room_are_named() -> None:
    full = {"c2": Room(total={"VCPU": 8, "MEMORY_MB": 512}, used={})}
    assert "server-a" in refusal(plan_rescue(facts(server("a"), rooms=full)))


def test_a_plan_outlives_its_row() -> None:
    plan = plan_rescue(facts(server("a"), server("b", "RESCUE"), power=SILENT))
    assert RescuePlan.from_content(json.loads(json.dumps(plan.as_content()))) == plan


def test_every_server_waits_for_the_fence_and_only_so_many_go_at_a_time() -> None:
    plan = plan_rescue(facts(*(server(id_) for id_ in "abc"), server("d", "RESCUE")))
    steps = {step.key: step for step in rescue_steps(plan, parallel=2)}
    assert list(steps) == [FENCE, "server:a", "server:b", "server:c", CHECK]
    assert all(FENCE in step.needs for key, step in steps.items() if key != FENCE)
    assert [list(steps[f"server:{id_}"].after) for id_ in "abc"] == [[], [], ["server:a"]]
    assert steps["server:c"].params == {"server": "c", "was": "ACTIVE", "disks": 1}
