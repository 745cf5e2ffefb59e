"""Servers in every state that Nova knows: moved, refused by name, and put back as they were."""

from pathlib import Path
from typing import Any

import pytest

from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.resources.compute.server.states import FIXES, MIGRATABLE
from tests.support.cloud.compute.server_fields import STATES
from tests.support.cloud.contents import changes_between, contents
from tests.support.cloud.messages import Json
from tests.support.cloud.moved_tenant import blocks, draft
from tests.support.cloud.moving import TwoClouds, fresh
from tests.support.cloud.seeds import NAME

pytestmark = pytest.mark.django_db(transaction=True)

WEB = f"{NAME}-web-1"
DOCS = Path(__file__).parents[2] / "docs" / "server-states.md"


def server(cloud: Any) -> Json:
    """Return the row of the tenant's first server, which has a disk of its own."""
    [row] = cloud.compute.servers.where(name=WEB)
    return dict(row)


def bring(clouds: TwoClouds, *actions: str) -> None:
    """Do actions on the server of the source; its volume is detached, so that it can be shelved."""
    row, cloud = server(clouds.old), clouds.source_session
    path = f"/servers/{row['id']}"
    for attachment in cloud.list("compute", f"{path}/os-volume_attachments", "volumeAttachments"):
        cloud.delete("compute", f"{path}/os-volume_attachments/{attachment['volumeId']}")
    for action in actions:
        arguments = {"state": "error"} if action == "os-resetState" else None
        cloud.post("compute", f"{path}/action", {action: arguments})
    cloud.get("compute", path, "server")
    [*cloud.list("block_storage", "/volumes/detail", "volumes", all_tenants=1)]
    [*cloud.list("image", "/images", "images")]


def losses(plan: Plan) -> dict[str, str]:
    """Return the reasons of what the server loses, by field."""
    return {loss["field"]: loss["reason"] for loss in plan.items.get(name=WEB).losses}


def there_and_back(clouds: TwoClouds, **options: str) -> tuple[Plan, Json]:
    """Move the tenant, verify it and roll it back; both clouds are then as they were before.

    Returns the plan and the copy as it was.
    """
    before = [contents(cloud) for cloud in (clouds.old, clouds.new)]
    plan = clouds.plan(NAME, **options)
    clouds.execute(plan)
    assert clouds.verify(plan) == []
    copy = server(clouds.new)
    clouds.roll_back(plan)
    for cloud, rows in zip((clouds.old, clouds.new), before, strict=True):
        assert changes_between(rows, contents(cloud)) == []
    return fresh(plan), copy


@pytest.mark.parametrize(
    ("actions", "arrives"),
    [
        (("shelve",), "SHELVED_OFFLOADED"),
        (("rescue",), "SHUTOFF"),
        (("os-resetState",), "SHUTOFF"),
        (("pause",), "PAUSED"),
        (("suspend",), "SUSPENDED"),
    ],
    ids=["shelved", "rescued", "in error", "paused", "suspended"],
)
def test_a_server_arrives_and_comes_back_as_it_was(clouds, actions, arrives):
    bring(clouds, *actions)
    _, copy = there_and_back(clouds)
    assert copy["status"] == arrives


def test_the_disk_of_a_shelved_server_arrives_with_it_and_not_as_an_image(clouds):
    disk = clouds.old.compute.disks[server(clouds.old)["id"]]
    bring(clouds, "shelve")
    plan = clouds.plan(NAME)
    clouds.execute(plan)
    assert not plan.items.filter(type="image", name__endswith="-shelved")
    [image] = clouds.new.image.images.where(name=f"{WEB}-shelved")
    assert clouds.new.image.images.data[image["id"]] == disk


def test_a_shelved_server_is_left_running_by_choice(clouds):
    bring(clouds, "shelve")
    plan, copy = there_and_back(clouds, shelved="unshelve")
    assert copy["status"] == "ACTIVE"
    assert losses(plan)["status"] == "The copy arrives ACTIVE, as chosen."


def test_a_shelved_server_arrives_on_a_nova_that_offloads_none_by_itself(clouds):
    bring(clouds, "shelve")
    clouds.new.compute.actions.shelves.offloads_at_once = False
    _, copy = there_and_back(clouds)
    assert copy["status"] == "SHELVED_OFFLOADED"


def test_a_shelved_server_without_its_image_is_refused(clouds):
    bring(clouds, "shelve")
    [image] = clouds.old.image.images.where(name=f"{WEB}-shelved")
    clouds.old.image.images.forget(image["id"])
    assert f"Glance has no image {WEB}-shelved" in blocks(draft(clouds))


def volumes_of(cloud: Any, name: str) -> list[Json]:
    """Return the volumes that Nova has attached to a server, in the order of their devices."""
    [row] = cloud.compute.servers.where(name=name)
    attached = sorted(cloud.compute.attachments.of(row["id"]), key=lambda each: each["device"])
    return [cloud.block_storage.volumes.rows[each["volume_id"]] for each in attached]


def shelve(clouds: TwoClouds, name: str) -> None:
    """Shelve a server of the source with its volumes."""
    [row] = clouds.old.compute.servers.where(name=name)
    path = f"/servers/{row['id']}"
    clouds.source_session.post("compute", f"{path}/action", {"shelve": None})
    clouds.source_session.get("compute", path, "server")
    [*clouds.source_session.list("image", "/images", "images")]


def test_shelved_servers_arrive_with_their_volumes_and_come_back_as_they_were(clouds):
    """One has a disk of its own and a volume, the other boots from a volume."""
    names = (WEB, f"{NAME}-web-2")
    for name in names:
        shelve(clouds, name)
    held = {name: [_held(clouds.old, v) for v in volumes_of(clouds.old, name)] for name in names}
    before = [contents(cloud) for cloud in (clouds.old, clouds.new)]
    plan = clouds.plan(NAME)
    clouds.execute(plan)
    assert clouds.verify(plan) == []
    told = {each["status"] for name in names for each in volumes_of(clouds.old, name)}
    assert told == {"reserved"}
    for name in names:
        [copy] = clouds.new.compute.servers.where(name=name)
        assert copy["status"] == "SHELVED_OFFLOADED"
        volumes = volumes_of(clouds.new, name)
        assert {volume["status"] for volume in volumes} == {"reserved"}
        assert [_held(clouds.new, volume) for volume in volumes] == held[name]
    clouds.roll_back(plan)
    for cloud, rows in zip((clouds.old, clouds.new), before, strict=True):
        assert changes_between(rows, contents(cloud)) == []


def _held(cloud: Any, volume: Json) -> tuple[str, bytes]:
    return volume["name"], cloud.block_storage.volumes.data.get(volume["id"], b"")


def test_a_volume_that_is_reserved_for_no_shelved_server_is_refused(clouds):
    bring(clouds)
    [volume] = clouds.old.block_storage.volumes.where(name=f"{NAME}-shelf")
    volume["status"] = "reserved"
    assert "is in state reserved" in blocks(draft(clouds))


def test_the_owner_of_a_rescued_server_is_warned_of(clouds):
    bring(clouds, "rescue")
    plan = draft(clouds)
    [warning] = plan.findings.filter(severity="warn", resource=WEB)
    assert "A rollback rescues it again" in warning.sentence
    assert losses(plan)["status"] == "The copy arrives SHUTOFF: look at its disk, then start it."


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"OS-SRV-USG:launched_at": None}, "never ran: it has no disk"),
        ({"OS-EXT-STS:task_state": "powering-off"}, "its task powering-off never ended"),
        ({"host_status": "DOWN"}, "its host does not respond"),
    ],
)
def test_a_server_in_error_without_a_readable_disk_is_refused(clouds, fields, told):
    bring(clouds)
    row = clouds.old.compute.servers.rows[server(clouds.old)["id"]]
    row.update({**STATES["ERROR"], **fields})
    assert f"Server {WEB} is in ERROR and {told}" in blocks(draft(clouds))


def test_a_resize_that_nobody_has_confirmed_is_refused_before_anything_stops(clouds):
    clouds.old.compute.servers.rows[server(clouds.old)["id"]].update(STATES["VERIFY_RESIZE"])
    found = blocks(draft(clouds))
    assert f"Server {WEB} is VERIFY_RESIZE. Confirm or revert its resize" in found


def test_a_server_that_is_rescued_after_the_plan_stays_as_it_is(clouds):
    plan = clouds.plan(NAME)
    bring(clouds, "rescue")
    job = clouds.execute(plan, state="failed")
    assert "has become RESCUE since the tenant was planned" in job.explanation + "".join(
        job.log.values_list("message", flat=True)
    )
    assert server(clouds.old)["status"] == "RESCUE"


@pytest.mark.parametrize("state", [*MIGRATABLE, *FIXES])
def test_the_docs_say_what_is_done_with_each_state(state):
    assert f"| {state} |" in DOCS.read_text(encoding="utf-8")
