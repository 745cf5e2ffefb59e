"""Volumes on a real Ceph move by each path that the clouds' storage allows, and come back."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from dashboard.clients.openstack import CloudSession
from dashboard.jobs.states import StepState
from dashboard.migrations_app import ledger
from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.verbs.execute import Execute
from dashboard.migrations_app.verbs.finalize import Finalize
from dashboard.migrations_app.verbs.rollback import Rollback
from dashboard.migrations_app.verbs.verify import Verify
from lab import ceph, ceph_images
from tests.lab.conftest import run
from tests.lab.stored_tenant import MIB, PATHS, POOLS, StoredTenant

pytestmark = [
    pytest.mark.matrix,
    pytest.mark.skipif(
        not ceph.is_chosen(),
        reason="The lab has no Ceph; start it with: PUMPHOUSE_LAB_CEPH=1 make lab-up",
    ),
]


@pytest.fixture(params=PATHS)
def path(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def tenant(path: str, source: CloudSession, destination: CloudSession) -> Iterator[StoredTenant]:
    made = StoredTenant(source, destination, type_=PATHS[path])
    made.write((0, MIB), (600 * MIB, 4 * MIB))
    yield made
    made.clear()


def planned(tenant: StoredTenant, path: str, plan_move: Callable[..., Plan]) -> Plan:
    plan = plan_move(tenant.name, options={"data_paths": [f"volume:*={path}"]})
    assert plan.state == Plan.State.READY, [*plan.findings.values_list("sentence", flat=True)]
    return plan


def moved(tenant: StoredTenant, path: str, plan_move: Callable[..., Plan]) -> Plan:
    """Return a plan of the tenant that was executed and verified."""
    plan = planned(tenant, path, plan_move)
    run(Execute().start(plan))
    run(Verify().start(plan))
    plan.refresh_from_db()
    assert [*plan.differences.filter(expected=False).values_list("type", "field")] == []
    return plan


def images_of(tenant: StoredTenant) -> list[set[str]]:
    return [ceph_images.names(pool) for pool in POOLS[tenant.type]]


def extras(*clouds: CloudSession) -> list[Any]:
    """Return the backups and snapshots of all clouds, which are nobody's after a move."""
    everywhere = {"all_tenants": 1}
    return [
        each["name"]
        for cloud in clouds
        for what in ("backups", "snapshots")
        for each in cloud.list("block_storage", f"/{what}/detail", what, **everywhere)
    ]


def test_a_volume_moves_comes_back_and_moves_for_good(
    path: str, tenant: StoredTenant, plan_move: Any, source: Any, destination: Any
) -> None:
    before, left = images_of(tenant), extras(source, destination)
    plan = moved(tenant, path, plan_move)
    copy = ledger.destination_id_of(plan, "volume", tenant.volume_id)
    here, there = tenant.digests(copy)
    assert here == there
    server = ledger.destination_id_of(plan, "server", tenant.server_id)
    assert destination.get("compute", f"/servers/{server}", "server")["status"] == "ACTIVE"
    run(Rollback().start(plan, confirmation=tenant.name))
    assert images_of(tenant) == before
    assert extras(source, destination) == left
    again = moved(tenant, path, plan_move)
    copy = ledger.destination_id_of(again, "volume", tenant.volume_id)
    job = run(Finalize().start(again, confirmation=tenant.name))
    assert not job.steps.exclude(state__in=(StepState.DONE, StepState.SKIPPED)).exists()
    pool = POOLS[tenant.type][1]
    assert ceph_images.digest(pool, copy) == here
    assert extras(source, destination) == left
