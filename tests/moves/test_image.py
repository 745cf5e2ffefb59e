"""Images: with whom they are shared, whatever their Glance calls that."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.migrations_app.resources.registry import resource_type
from tests.support.cloud import contract
from tests.support.cloud.messages import Answer, Request
from tests.support.cloud.moved_tenant import blocks, draft, executed, unexpected
from tests.support.cloud.moving import TwoClouds, two_clouds
from tests.support.cloud.seeds import NAME, tenant_between
from tests.support.cloud.single_moves import Move

pytestmark = pytest.mark.django_db

SCHEMA = {"enum": ["public", "private"], "type": "string"}


def as_before_ocata(request: Request, answer: Answer) -> None:
    """Answer as a Glance that calls images with members private."""
    if request.path.endswith("/schemas/image"):
        answer.body["properties"]["visibility"] = SCHEMA
    if request.path.endswith("/members") and answer.status == 403:
        answer.status, answer.body = 200, {"members": []}
    for image in answer.body.get("images", ()) if isinstance(answer.body, dict) else ():
        if image["visibility"] == "shared":
            image["visibility"] = "private"


@pytest.fixture
def clouds(tmp_path: Path) -> Iterator[TwoClouds]:
    """Serve two clouds, the old one with a Glance of before Ocata and the seeded tenant."""
    with two_clouds(tmp_path) as clouds:
        tenant_between(clouds.old, clouds.new)
        clouds.old.on_answer = as_before_ocata
        yield clouds


def test_members_of_an_image_that_an_old_glance_calls_private_are_not_lost(clouds):
    items = draft(clouds).items.filter(type="image")
    shared = items.get(name=f"{NAME}-leaflet").fields
    neighbour = clouds.old.identity.projects.where(name=f"{NAME}-neighbour")[0]
    assert (shared["visibility"], shared["members"]) == ("shared", [neighbour["id"]])
    alone = items.get(name=f"{NAME}-system").fields
    assert (alone["visibility"], alone["members"]) == ("private", [])


@pytest.mark.parametrize("visibility", ["community", "shared"])
def test_what_an_old_glance_has_no_word_for_is_never_wider(tmp_path, visibility):
    with two_clouds(tmp_path) as clouds:
        tenant_between(clouds.old, clouds.new)
        clouds.new.on_answer = as_before_ocata
        [image] = clouds.old.image.images.where(name=f"{NAME}-goods")
        image.update(visibility=visibility)
        plan = draft(clouds)
        item = plan.items.get(type="image", name=f"{NAME}-goods")
        assert "visibility" in {loss["field"] for loss in item.losses}
        assert not unexpected(executed(clouds, plan, "image"), item)
        assert clouds.new.image.images.where(name=f"{NAME}-goods")[0]["visibility"] == "private"


def test_a_hidden_image_moves_to_a_glance_that_hides_none(tmp_path):
    with two_clouds(tmp_path, new="queens") as clouds:
        tenant_between(clouds.old, clouds.new)
        [image] = clouds.old.image.images.where(name=f"{NAME}-goods")
        image.update(os_hidden=True)
        plan = draft(clouds)
        item = plan.items.get(type="image", name=f"{NAME}-goods")
        assert "os_hidden" in {loss["field"] for loss in item.losses}
        assert not unexpected(executed(clouds, plan, "image"), item)


def test_an_image_that_a_crash_left_unrecorded_is_found_on_a_glance_that_hides_none(tmp_path):
    with two_clouds(tmp_path, new="queens") as clouds:
        tenant_between(clouds.old, clouds.new)
        plan = draft(clouds)
        move = Move(clouds=clouds, plan=plan, type=resource_type("image"))
        move.begin()
        contract.check_crash(move)


@pytest.mark.parametrize(
    ("properties", "told"),
    [
        (
            {"img_signature": "abc", "img_signature_certificate_uuid": "the-certificate"},
            "is signed: its certificate the-certificate is in the source's key manager and does",
        ),
        (
            {"cinder_encryption_key_id": "the-key"},
            "is encrypted: its key the-key is in the source's key manager and does not move",
        ),
    ],
)
def test_an_image_that_needs_a_secret_of_the_source_blocks_the_plan(tmp_path, properties, told):
    with two_clouds(tmp_path) as clouds:
        tenant_between(clouds.old, clouds.new)
        clouds.old.image.images.where(name=f"{NAME}-goods")[0].update(properties)
        assert f"Image {NAME}-goods {told}" in blocks(draft(clouds))


def test_an_image_in_several_stores_loses_all_but_one(tmp_path):
    with two_clouds(tmp_path) as clouds:
        tenant_between(clouds.old, clouds.new)
        clouds.old.image.images.where(name=f"{NAME}-goods")[0]["stores"] = "fast,slow"
        item = draft(clouds).items.get(type="image", name=f"{NAME}-goods")
        assert [loss["field"] for loss in item.losses] == ["stores"]
