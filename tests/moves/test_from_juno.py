"""The recorded tenant of a cloud of 2014 moves whole, back, and for good."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from dashboard.migrations_app.models import Plan
from tests.support.cloud.journeys import committed
from tests.support.cloud.messages import Json
from tests.support.cloud.moving import fresh
from tests.support.juno.moving import CHOICES, FromJuno, add_pools, from_juno, servers_of
from tests.support.juno.tenant import ACME, BROKEN, state_of


@dataclass(kw_only=True)
class Journey:
    """A move and its way back, then one that is finalized, and what was there in between."""

    clouds: FromJuno
    plans: list[Plan] = field(default_factory=list)
    differences: list[Any] = field(default_factory=list)
    before: Json = field(default_factory=dict)
    rolled_back: Json = field(default_factory=dict)
    moved: Json = field(default_factory=dict)


@pytest.fixture(scope="module")
def journey(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Journey]:
    folder: Path = tmp_path_factory.mktemp("juno")
    with committed(django_db_blocker.unblock()), from_juno(folder, keystone=("v2.0",)) as clouds:
        add_pools(clouds.new)
        journey = Journey(clouds=clouds, before=state_of(clouds.juno))
        plan = clouds.plan("acme", choices=CHOICES)
        clouds.execute(plan)
        journey.moved = servers_of(clouds.new)
        journey.differences = clouds.verify(plan)
        clouds.roll_back(plan)
        journey.rolled_back = state_of(clouds.juno)
        again = clouds.plan("acme", choices=CHOICES)
        clouds.execute(again)
        clouds.verify(again)
        clouds.finalize(again)
        journey.plans = [fresh(plan), fresh(again)]
        yield journey


def test_every_server_arrives_in_the_state_that_it_had(journey):
    assert journey.moved == {
        **dict.fromkeys(("web-1", "web-2", "db-1", "bfv-1"), "ACTIVE"),
        **{"batch-1": "SHUTOFF", "paused-1": "PAUSED", "susp-1": "SUSPENDED"},
    }


def test_the_moved_tenant_is_equal(journey):
    assert journey.differences == []


def test_a_rollback_leaves_the_source_as_it_was(journey):
    assert journey.rolled_back == journey.before
    assert journey.plans[0].state == Plan.State.ROLLED_BACK


@pytest.mark.parametrize("type_", ["image", "keypair", "volume", "volume_snapshot", "floating_ip"])
def test_what_the_tenant_has_is_planned(journey, type_):
    found = {*journey.plans[0].items.filter(type=type_).values_list("name", "action")}
    assert found >= {(name, "create") for name in PLANNED[type_]}


PLANNED = {
    "image": ("acme-golden", "cirros-0.3.2-ami", "cirros-0.3.2-kernel", "cirros-0.3.2-ramdisk"),
    "keypair": ("alice-key", "bob-key"),
    "volume": ("acme-root", "acme-data", "acme-dbdisk"),
    "volume_snapshot": ("acme-data-nightly", "acme-db-live"),
    "floating_ip": ("172.24.4.225", "172.24.4.226", "172.25.0.1"),
}


def test_finalizing_deletes_what_moved_and_nothing_of_others(journey):
    state = journey.clouds.juno.state
    assert {row["name"] for row in state["nova"]["servers"]} == {"app-1", "app-2", BROKEN}
    assert {row["name"] for row in state["cinder"]["volumes"]} == {"globex-root", "globex-data"}
    names = {row["name"] for row in state["glance"]["images"] if row["owner"] == ACME}
    assert names == {"bfv-1-snap", "never-uploaded"}
    assert journey.plans[1].state == Plan.State.FINALIZED
