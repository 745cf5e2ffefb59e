"""A tenant moves while a campaign frees the hosts of its servers: each waits for the other."""

from itertools import count
from typing import Any

import pytest

from dashboard.jobs.models import Step
from dashboard.jobs.step_work import StepWork
from tests.support.cloud.collection import LATER
from tests.support.cloud.compute.server_fields import ATTR, STATES
from tests.support.cloud.messages import Json, Refused
from tests.support.cloud.moving import TwoClouds
from tests.support.cloud.seeds import NAME

pytestmark = pytest.mark.django_db(transaction=True)

WEB, TASK = f"{NAME}-web-1", "OS-EXT-STS:task_state"


def server(clouds: TwoClouds) -> Json:
    """Return the row of a server of the source."""
    [row] = clouds.old.compute.servers.where(name=WEB)
    return row


def migrate(clouds: TwoClouds, *, new_flavor: int = 1) -> None:
    """Migrate a stopped server cold, as an evacuation does, which confirms after some looks."""
    row, looks = server(clouds), count()
    row.update(STATES["VERIFY_RESIZE"])
    flavors = {"old_instance_type_id": 1, "new_instance_type_id": new_flavor}

    def migrations() -> list[Json]:
        if next(looks) == 30:
            row.update(STATES["SHUTOFF"], **{f"{ATTR}host": "old-c3"})
        return [{"id": 7, "instance_uuid": row["id"], "status": "finished", **flavors}]

    clouds.old.compute.hosts.migrations = migrations


def stop(clouds: TwoClouds) -> None:
    server(clouds).update(STATES["SHUTOFF"])


def test_the_halt_waits_for_a_server_that_is_just_migrated_cold(
    clouds: TwoClouds, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop(clouds)
    plan = clouds.plan(NAME)
    waited: list[tuple[str, str]] = []
    store = StepWork._store_wait

    def store_and_note(work: StepWork, what: str, state: str, seconds: float) -> None:
        store(work, what, state, seconds)
        waited.append(Step.objects.values_list("waiting_for", "waiting_state").get(pk=work.step.pk))

    monkeypatch.setattr(StepWork, "_store_wait", store_and_note)
    migrate(clouds)
    clouds.execute(plan)
    words = f"server {server(clouds)['id']} to be on another host of cloud old"
    assert (words, "VERIFY_RESIZE") in waited
    assert clouds.verify(plan) == []


def test_a_resize_that_its_owner_has_to_confirm_is_not_waited_for(clouds: TwoClouds) -> None:
    stop(clouds)
    plan = clouds.plan(NAME)
    migrate(clouds, new_flavor=2)
    clouds.execute(plan, state="failed")
    halted = Step.objects.get(state="failed")
    assert "is VERIFY_RESIZE and cannot become SHUTOFF" in halted.error
    assert halted.fix == "Confirm or revert its resize, then retry."


@pytest.mark.parametrize("does", ["_move", "_create_image"])
def test_a_migration_that_begins_between_look_and_act_is_waited_for(
    clouds: TwoClouds, monkeypatch: pytest.MonkeyPatch, does: str
) -> None:
    plan = clouds.plan(NAME)
    actions = clouds.old.compute.actions
    refused: list[str] = []
    act = getattr(actions, does)

    def refusing_once(row: Json, *arguments: Any) -> Any:
        if row["name"] == WEB and not refused:
            refused.append(row["status"])
            row[LATER] = {"polls": 4, "changes": {TASK: None}}
            row[TASK] = "migrating"
            raise Refused(409, "Cannot do it while it is in task_state migrating")
        return act(row, *arguments)

    monkeypatch.setattr(actions, does, refusing_once)
    clouds.execute(plan)
    assert refused
    assert clouds.verify(plan) == []
