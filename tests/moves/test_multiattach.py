"""A volume of several servers is copied once, and all of its servers get it in one cutover."""

import pytest

from dashboard.migrations_app.planning.drafting import Planner
from tests.support.cloud.contents import changes_between, contents
from tests.support.cloud.moved_tenant import blocks, draft
from tests.support.cloud.moving import TwoClouds
from tests.support.cloud.planned import CREATING
from tests.support.cloud.seeds import NAME

pytestmark = pytest.mark.django_db(transaction=True)

TILL = f"{NAME}-till"
SERVERS = {f"{NAME}-web-1", f"{NAME}-web-2"}


def share(clouds: TwoClouds) -> None:
    """Attach one volume to both servers of the source."""
    cloud = clouds.source_session
    [till] = clouds.old.block_storage.volumes.where(name=TILL)
    body = {"volumeAttachment": {"volumeId": till["id"]}}
    for name in sorted(SERVERS):
        [server] = clouds.old.compute.servers.where(name=name)
        path = f"/servers/{server['id']}/os-volume_attachments"
        cloud.post("compute", path, body, microversion="2.60")
        cloud.get("block_storage", f"/volumes/{till['id']}", "volume")


def users(clouds: TwoClouds) -> set[str]:
    """Return the names of the servers that have the copy."""
    [till] = clouds.new.block_storage.volumes.where(name=TILL)
    rows = clouds.new.compute.servers.rows
    return {rows[each["server_id"]]["name"] for each in till["attachments"]}


def test_it_is_copied_once_and_attached_to_all(clouds):
    share(clouds)
    before = [contents(cloud) for cloud in (clouds.old, clouds.new)]
    plan = clouds.plan(NAME, choices=CREATING)
    clouds.execute(plan)
    assert users(clouds) == SERVERS
    assert clouds.verify(plan) == []
    clouds.roll_back(plan)
    for cloud, rows in zip((clouds.old, clouds.new), before, strict=True):
        assert changes_between(rows, contents(cloud)) == []


def test_it_is_captured_when_all_of_its_servers_have_been_halted(clouds):
    share(clouds)
    plan = draft(clouds)
    item = plan.items.get(type="volume", name=TILL)
    halted = {source_id for type_, source_id, _ in item.requires["capture"] if type_ == "server"}
    assert {plan.items.get(source_id=id_).name for id_ in halted} == SERVERS


def test_servers_attach_it_one_after_the_other(clouds):
    share(clouds)
    plan = draft(clouds)
    follows = {
        item.source_id: item.follows.get("attach") for item in plan.items.filter(type="server")
    }
    first, second = sorted(follows)
    assert (follows[first], follows[second]) == ([], [["server", first, "attach"]])


def test_it_is_deleted_from_the_source_after_all_of_its_servers(clouds):
    share(clouds)
    plan = clouds.plan(NAME, choices=CREATING)
    clouds.execute(plan)
    assert clouds.verify(plan) == []
    clouds.finalize(plan)
    assert not clouds.old.block_storage.volumes.where(name=TILL)
    assert users(clouds) == SERVERS


def test_a_type_that_allows_one_server_only_blocks(clouds):
    share(clouds)
    found = blocks(draft(clouds, **{f"volume:{TILL}": "nfs"}))
    assert f"Map volume_type:{NAME}-fast to create" in found
    assert f"Volume {TILL} is attached to several servers, and its volume type" in found


def test_a_nova_that_attaches_to_one_server_only_blocks(clouds, monkeypatch):
    share(clouds)
    draft_of = Planner.draft

    def without(planner: Planner) -> None:
        cloud = planner.destination.cloud
        supports = cloud.supports
        monkeypatch.setattr(cloud, "supports", lambda s, v: v != "2.60" and supports(s, v))
        draft_of(planner)

    monkeypatch.setattr(Planner, "draft", without)
    assert f"Volume {TILL} is attached to several servers, which Nova" in blocks(draft(clouds))
