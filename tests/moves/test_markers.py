"""Markers: known to one installation, unseen by guests, and off once the ledger has the id."""

from typing import Any

import pytest

from dashboard.errors import Retryable
from dashboard.migrations_app.resources.base import ResourceType
from dashboard.migrations_app.resources.registry import resource_type, resource_types
from tests.support.cloud.contents import changes_between, contents
from tests.support.cloud.lost_answers import retrying_at_once
from tests.support.cloud.messages import Answer, Request
from tests.support.cloud.moving import TwoClouds
from tests.support.cloud.seeds import NAME

pytestmark = pytest.mark.django_db(transaction=True)
MARKED = [name for name, type_ in resource_types().items() if type_.found_by == "marker"]


def traces(clouds: TwoClouds, before: dict[str, Any]) -> list[str]:
    """Return what is new on the destination and names Pumphouse."""
    lines = changes_between(before, contents(clouds.new))
    return [line for line in lines if "pumphouse" in line]


def test_a_worker_killed_before_it_takes_off_a_marker_does_so_when_it_resumes(clouds, monkeypatch):
    killed: set[str] = set()

    def dying(type_: ResourceType) -> None:
        complete = type_.complete

        def broken(work: Any) -> None:
            if (key := f"{type_.name}:{work.record.id}") not in killed:
                killed.add(key)
                raise Retryable("Killed before the marker is taken off.")
            complete(work)

        monkeypatch.setattr(type_, "complete", broken)

    for name in MARKED:
        dying(resource_type(name))
    before = contents(clouds.new)
    plan = clouds.plan(NAME)
    with retrying_at_once():
        clouds.execute(plan)
    assert {key.partition(":")[0] for key in killed} >= {"server", "image", "volume", "user"}
    assert traces(clouds, before) == []
    assert clouds.verify(plan) == []


def test_guests_never_see_the_marker(clouds):
    booted: list[Any] = []

    def watch(request: Request, answer: Answer) -> None:
        if request.method == "POST" and request.path.endswith("/servers"):
            booted.append(request.body["server"]["metadata"])

    clouds.new.on_answer = watch
    clouds.execute(clouds.plan(NAME))
    assert {"role": "web"} in booted
    assert not any(name.startswith("pumphouse") for metadata in booted for name in metadata)


def test_snapshots_of_a_moved_server_inherit_nothing(clouds):
    seen: list[str] = []

    def watch(request: Request, answer: Answer) -> None:
        if request.method == "POST" and request.path.endswith("/servers"):
            image_id = request.body["server"].get("imageRef")
            seen.extend(clouds.new.image.images.rows[image_id] if image_id else ())

    clouds.new.on_answer = watch
    clouds.execute(clouds.plan(NAME))
    assert "disk_format" in seen
    assert not any(name.startswith("pumphouse") for name in seen)
