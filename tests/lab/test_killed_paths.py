"""Workers that move a volume by one of Ceph's paths die by kill -9 at each of its stages.

Once the move goes on to its end; and for each moment it is cancelled there and rolled back.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dashboard.clients.openstack import CloudSession
from dashboard.jobs.models import Job
from dashboard.jobs.operating import cancel
from dashboard.jobs.requester import NOBODY
from dashboard.migrations_app import ledger
from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.verbs.execute import Execute
from dashboard.migrations_app.verbs.rollback import Rollback
from dashboard.migrations_app.verbs.verify import Verify
from lab import ceph, ceph_images
from lab.components.cinder import backup_directory
from tests.lab import killed_paths
from tests.lab.conftest import run
from tests.lab.stored_tenant import MIB, PATHS, POOLS, StoredTenant
from tests.support.dying import killed_at
from tests.support.rehearsal.jobs import process

pytestmark = [
    pytest.mark.matrix,
    pytest.mark.timeout(900),
    pytest.mark.skipif(
        not ceph.is_chosen(),
        reason="The lab has no Ceph; start it with: PUMPHOUSE_LAB_CEPH=1 make lab-up",
    ),
]


@pytest.fixture(scope="module")
def tenants(source: CloudSession, destination: CloudSession) -> Iterator[dict[str, StoredTenant]]:
    made = {type_: StoredTenant(source, destination, type_=type_) for type_ in {*PATHS.values()}}
    for tenant in made.values():
        tenant.write((0, MIB), (600 * MIB, 24 * MIB))
    yield made
    for tenant in made.values():
        tenant.clear()


@pytest.fixture
def everything(
    take_inventory: Callable[[], Any], source: CloudSession, destination: CloudSession
) -> Callable[[], set[str]]:
    """Return what lists both clouds, the pools and the store of backups."""

    def listed() -> set[str]:
        found = {
            f"{cloud} {type_} {id_}"
            for cloud, listing in take_inventory().ids().items()
            for type_, ids in listing.items()
            for id_ in ids
        }
        for cloud in (source, destination):
            backups = cloud.list("block_storage", "/backups/detail", "backups", all_tenants=1)
            found |= {f"{cloud.name} backup {each['name']}" for each in backups}
        for pool in {pool for pools in POOLS.values() for pool in pools}:
            found |= {f"{pool} {name}" for name in ceph_images.all_that_is_in(pool)}
        return found | {str(file) for file in backup_directory().rglob("*") if file.is_file()}

    return listed


def planned(tenant: StoredTenant, path: str, plan_move: Callable[..., Plan]) -> Plan:
    plan = plan_move(tenant.name, options={"data_paths": [f"volume:*={path}"]})
    assert plan.state == Plan.State.READY, [*plan.findings.values_list("sentence", flat=True)]
    return plan


def die_at(job: Job, moment: str, home: Path) -> bool:
    return killed_at(job, killed_paths, moment, home=home, PUMPHOUSE_CONFIG="")


def run_by_mortals(job: Job, home: Path, deaths: Path) -> None:
    """Run a job by workers each of which dies after its first write that is new."""
    deaths.touch()
    words = ("tests.support.killed_at_writes", str(job.pk), str(deaths))
    with process(*words, home=home, PUMPHOUSE_CONFIG="") as workers:
        assert workers.wait(600) == 0
    job.refresh_from_db()
    assert job.state == "done", job.explanation


@pytest.mark.parametrize("path", PATHS)
def test_a_move_goes_on_after_each_death_and_comes_back_though_each_write_is_one(
    path, tenants, everything, plan_move, pumphouse_home, tmp_path
):
    tenant = tenants[PATHS[path]]
    plan = planned(tenant, path, plan_move)
    # Neutron makes a default security group for who asks for the first time
    before = everything()
    job = Execute().start(plan)
    moments = killed_paths.of(path)
    assert [each for each in moments if die_at(job, each, pumphouse_home)] == moments
    run(job)
    copy = ledger.destination_id_of(plan, "volume", tenant.volume_id)
    here, there = tenant.digests(copy)
    assert here == there
    verifying = Verify().start(plan)
    assert die_at(verifying, "verify", pumphouse_home)
    run(verifying)
    assert not plan.differences.filter(expected=False).exists()
    rollback = Rollback().start(plan, confirmation=tenant.name)
    run_by_mortals(rollback, pumphouse_home, tmp_path / "deaths")
    assert everything() == before


@pytest.mark.parametrize("moment", [each for path in PATHS for each in killed_paths.of(path)])
def test_a_move_that_dies_is_cancelled_and_comes_back(
    moment, tenants, everything, plan_move, pumphouse_home
):
    path = moment.partition(" ")[0]
    tenant = tenants[PATHS[path]]
    plan = planned(tenant, path, plan_move)
    # Neutron makes a default security group for who asks for the first time
    before = everything()
    job = Execute().start(plan)
    assert die_at(job, moment, pumphouse_home)
    run(cancel(job, requester=NOBODY), state="cancelled")
    run(Rollback().start(plan, confirmation=tenant.name))
    assert everything() == before
