"""The list that is shown before a rollback or a finalize is confirmed is what is done then."""

from collections.abc import Iterator

import pytest

from dashboard.migrations_app.execution.finalize import deleted_objects
from dashboard.migrations_app.execution.rollback_preview import effects
from dashboard.migrations_app.models import Plan, PlanItem
from dashboard.migrations_app.resources.base import ResourceType
from dashboard.migrations_app.resources.registry import resource_type, resource_types
from tests.support.cloud.changes import row_of
from tests.support.cloud.contents import contents
from tests.support.cloud.messages import Answer, Json, Request
from tests.support.cloud.moving import TwoClouds, fresh
from tests.support.cloud.planned import CREATING
from tests.support.cloud.seeds import NAME
from tests.support.cloud.single_moves import neighbour_moved

pytestmark = pytest.mark.django_db(transaction=True)
UNLESS = ", unless others use it by then"


def called(type_name: str, name: str) -> str:
    return f"{resource_type(type_name).label} {name}"


def created(plan: Plan) -> dict[tuple[str, str], str]:
    """Return what the plan created: type and id on the destination -> what lists call it."""
    entries = plan.ledger_entries.filter(origin="created", state="present")
    return {
        (entry.type, entry.destination_id): called(entry.type, entry.name or entry.source_id)
        for entry in entries
    }


def watch_writes(clouds: TwoClouds) -> dict[str, list[str]]:
    """Note which paths of each cloud are changed from now on."""
    written: dict[str, list[str]] = {"old": [], "new": []}

    def note(name: str) -> None:
        def seen(request: Request, answer: Answer) -> None:
            if request.method != "GET" and "auth/tokens" not in request.path:
                written[name].append(f"{request.method} {request.path}")

        getattr(clouds, name).on_answer = seen

    for name in written:
        note(name)
    return written


def test_a_rollback_removes_what_its_list_says_of_every_type(clouds):
    neighbour_moved(clouds)
    plan = clouds.plan(NAME, choices=CREATING)
    clouds.execute(plan)
    objects = created(plan)
    # the tenant is in the default domain, which every cloud has
    assert {type_name for type_name, _ in objects} == resource_types().keys() - {"domain"}
    lines = [line.replace(UNLESS, "") for line in effects(fresh(plan))]
    clouds.roll_back(plan)
    gone = [
        name for (type_name, id_), name in objects.items() if not row_of(clouds.new, type_name, id_)
    ]
    removed = [line.removesuffix(": removed") for line in lines if line.endswith(": removed")]
    assert sorted(removed) == sorted(gone)


def test_a_rollback_puts_back_what_its_list_says(clouds):
    plan = clouds.plan(NAME)
    clouds.execute(plan)
    moved = contents(clouds.old)
    lines = effects(fresh(plan))
    clouds.roll_back(plan)
    after = contents(clouds.old)
    changed = sorted(_changed(plan, moved, after))
    assert changed
    returned = [
        line.removesuffix(" of old: put back as it was") for line in lines if "back" in line
    ]
    assert sorted(returned) == changed


def _changed(plan: Plan, before: Json, after: Json) -> Iterator[str]:
    """Yield what changed of the servers, addresses and routers that a plan moved."""
    for type_name, rows in (
        ("server", "compute/servers"),
        ("floating_ip", "network/floatingips"),
        ("router", "network/routers"),
    ):
        for item in plan.items.filter(type=type_name):
            if before[rows][item.source_id] != after[rows][item.source_id]:
                yield called(type_name, item.name or item.source_id)


def test_the_default_group_of_an_adopted_project_is_not_said_to_be_removed(clouds):
    there = clouds.destination_session
    there.post("identity", "/projects", {"project": {"name": NAME}})
    plan = clouds.plan(NAME, choices={f"project:{NAME}": "adopt"})
    clouds.execute(plan)
    lines = effects(fresh(plan))
    assert "security group default: kept, without what the plan added" in lines
    assert not any(line.startswith(f"project {NAME}") for line in lines)
    entry = plan.ledger_entries.get(type="security_group", name="default")
    clouds.roll_back(plan)
    assert entry.destination_id in clouds.new.network.groups.rows


def test_temporary_images_that_remain_are_on_the_list(clouds):
    clouds.new.image.images.clones = True
    plan = clouds.plan(NAME)
    clouds.execute(plan)
    rows = clouds.new.image.images.rows.values()
    kept = [row["id"] for row in rows if (row["name"] or "").startswith("pumphouse-")]
    lines = effects(fresh(plan))
    named = [line for line in lines if "temporary image" in line]
    assert [id_ for id_ in kept for line in named if id_ in line] == kept
    assert len(named) == len(kept) > 0


def test_what_may_have_been_created_is_on_the_list(clouds):
    plan = clouds.plan(NAME)
    clouds.execute(plan)
    plan.ledger_entries.filter(type="server", name=f"{NAME}-web-1").update(
        state="intended", destination_id=""
    )
    assert f"server {NAME}-web-1: removed, if it was created" in effects(fresh(plan))


def test_finalizing_deletes_what_its_list_says_of_every_type(clouds):
    plan = clouds.plan(NAME)
    clouds.execute(plan)
    assert clouds.verify(plan) == []
    lines, items = deleted_objects(fresh(plan)), [*plan.items.filter(action="create")]
    written = watch_writes(clouds)
    clouds.finalize(plan)
    gone = [
        called(item.type, item.name or item.source_id) for item in items if _is_gone(clouds, item)
    ]
    assert sorted(lines) == sorted(gone)
    assert len(set(lines)) > 10
    assert written["new"] == []


def _is_gone(clouds: TwoClouds, item: PlanItem) -> bool:
    # with its project, an assignment goes unasked
    is_asked = type(resource_type(item.type)).finalize is not ResourceType.finalize
    return is_asked and not row_of(clouds.old, item.type, item.source_id)
