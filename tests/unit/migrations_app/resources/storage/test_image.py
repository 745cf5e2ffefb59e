"""Images: with whom they are shared, whatever their Glance calls that."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.cloud.messages import Answer, Request
from tests.support.cloud.moved_tenant import draft
from tests.support.cloud.moving import TwoClouds, two_clouds
from tests.support.cloud.seeds import NAME, tenant_between

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
