"""Volumes on a real Ceph move by each path that the clouds' storage allows, and come back."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any
from unittest.mock import patch

import pytest

from dashboard.clients.openstack import CloudSession
from dashboard.jobs.states import StepState
from dashboard.migrations_app import ledger
from dashboard.migrations_app.data_paths.common import ceph_sums, comparing
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


def planned(
    tenant: StoredTenant, path: str, plan_move: Callable[..., Plan], checksums: str = "compare"
) -> Plan:
    options = {"data_paths": [f"volume:*={path}"], "checksums": checksums}
    plan = plan_move(tenant.name, options=options)
    assert plan.state == Plan.State.READY, [*plan.findings.values_list("sentence", flat=True)]
    return plan


def moved(
    tenant: StoredTenant, path: str, plan_move: Callable[..., Plan], checksums: str = "compare"
) -> Plan:
    """Return a plan of the tenant that was executed and verified, its bytes as well."""
    plan = planned(tenant, path, plan_move, checksums)
    job = run(Execute().start(plan))
    assert job.log.filter(message__contains="root has the bytes of its snapshot").exists()
    run(Verify().start(plan))
    plan.refresh_from_db()
    assert [*plan.differences.filter(expected=False).values_list("type", "field")] == []
    return plan


def everything(tenant: StoredTenant) -> list[set[str]]:
    return [ceph_images.all_that_is_in(pool) for pool in POOLS[tenant.type]]


def extras(*clouds: CloudSession) -> list[Any]:
    """Return the backups and snapshots of all clouds, which are nobody's after a move."""
    everywhere = {"all_tenants": 1}
    return [
        each["name"]
        for cloud in clouds
        for what in ("backups", "snapshots")
        for each in cloud.list("block_storage", f"/{what}/detail", what, **everywhere)
    ]


@contextmanager
def without_keyrings(are_missing: bool) -> Iterator[None]:
    """Have the configuration not say how Pumphouse reaches Ceph, if so."""
    with patch.object(ceph_sums, "reaches", return_value=False) if are_missing else nullcontext():
        yield


@contextmanager
def one_byte_written(pool: str) -> Iterator[None]:
    """Have somebody write into a copy before its state is held."""
    hold = comparing.hold

    def spoil(work: Any, **options: Any) -> None:
        ceph_images.write(pool, work.destination_id, (700 * MIB, 1))
        hold(work, **options)

    with patch.object(comparing, "hold", spoil):
        yield


@pytest.mark.parametrize("path", ["backup_delta", "zero_copy"], indirect=True)
def test_a_copy_with_another_byte_is_found_and_comes_back(
    path: str, tenant: StoredTenant, plan_move: Any, source: Any, destination: Any
) -> None:
    before, left = everything(tenant), extras(source, destination)
    plan = planned(tenant, path, plan_move)
    with one_byte_written(POOLS[tenant.type][1]):
        job = run(Execute().start(plan), state="failed")
    assert job.steps.filter(error__contains="does not have the bytes of its snapshot").exists()
    run(Verify().start(plan))
    assert ("volume", "root", "bytes") in plan.differences.values_list("type", "name", "field")
    run(Rollback().start(plan, confirmation=tenant.name))
    assert everything(tenant) == before
    assert extras(source, destination) == left


def test_a_volume_moves_comes_back_and_moves_for_good(
    path: str, tenant: StoredTenant, plan_move: Any, source: Any, destination: Any
) -> None:
    before, left = everything(tenant), extras(source, destination)
    plan = moved(tenant, path, plan_move)
    copy = ledger.destination_id_of(plan, "volume", tenant.volume_id)
    here, there = tenant.digests(copy)
    assert here == there
    server = ledger.destination_id_of(plan, "server", tenant.server_id)
    assert destination.get("compute", f"/servers/{server}", "server")["status"] == "ACTIVE"
    run(Rollback().start(plan, confirmation=tenant.name))
    assert everything(tenant) == before
    assert extras(source, destination) == left
    with without_keyrings(path != "ceph_delta"):
        again = moved(tenant, path, plan_move, "images")
    copy = ledger.destination_id_of(again, "volume", tenant.volume_id)
    job = run(Finalize().start(again, confirmation=tenant.name))
    assert not job.steps.exclude(state__in=(StepState.DONE, StepState.SKIPPED)).exists()
    pool = POOLS[tenant.type][1]
    assert ceph_images.digest(pool, copy) == here
    assert extras(source, destination) == left
