"""The base image of a server is kept as its metadata, and named once in a plan."""

import pytest

from tests.support.cloud.moved_tenant import draft, executed, unexpected
from tests.support.cloud.moving import fresh
from tests.support.cloud.seeds import NAME

pytestmark = pytest.mark.django_db

WEB = f"{NAME}-web-1"


def test_the_copy_names_the_copy_of_its_base_image(clouds):
    plan = draft(clouds)
    move = executed(clouds, plan, "server")
    item = plan.items.get(type="server", name=WEB)
    assert not unexpected(move, item)
    assert "image" not in {loss["field"] for loss in item.losses}
    [image] = clouds.new.image.images.where(name=f"{NAME}-system")
    row = move.row_of(item)
    assert row is not None
    assert row["metadata"] == {"role": "web", "base_image_ref": image["id"]}


def test_a_base_image_that_was_deleted_is_named_by_its_old_id(clouds):
    [image] = clouds.old.image.images.where(name=f"{NAME}-system")
    del clouds.old.image.images.rows[image["id"]]
    plan = draft(clouds)
    move = executed(clouds, plan, "server")
    item = plan.items.get(type="server", name=WEB)
    assert not unexpected(move, item)
    assert (move.row_of(item) or {})["metadata"]["base_image_ref"] == image["id"]


def test_it_is_told_once_for_all_servers(clouds):
    told = fresh(draft(clouds)).findings.filter(sentence__contains="base_image_ref")
    assert [(each.severity, each.resource) for each in told] == [("info", "")]


def test_a_nova_that_takes_no_more_metadata_boots_the_server_and_it_is_a_loss(clouds):
    plan = draft(clouds)
    clouds.new.compute.servers.most_metadata = 1
    move = executed(clouds, plan, "server")
    item = plan.items.get(type="server", name=WEB)
    assert "exceeds 1" in next(x["reason"] for x in item.losses if x["field"] == "image")
    assert not unexpected(move, item)
    assert (move.row_of(item) or {})["metadata"] == {"role": "web"}
