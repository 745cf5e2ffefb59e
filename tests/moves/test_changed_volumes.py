"""What becomes of volumes between the plan and their cutover is found out before a server stops."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dashboard.jobs.operating import release_hold
from dashboard.jobs.requester import CLI
from tests.moves.test_ceph_delta import tenant as tenant_on_ceph
from tests.moves.test_zero_copy import tenant as tenant_of_one_pool
from tests.support.cloud.backed_up import DATA
from tests.support.cloud.backed_up import tenant as tenant_with_backups
from tests.support.cloud.contents import changes_between, contents
from tests.support.cloud.memory import MemoryCloud
from tests.support.cloud.moving import TwoClouds, run, two_clouds
from tests.support.cloud.seeds import NAME, tenant_between

pytestmark = pytest.mark.django_db(transaction=True)

SERVER = f"{NAME}-web-1"


@contextmanager
def tenant_by_glance(folder: Path) -> Iterator[TwoClouds]:
    with two_clouds(folder) as clouds:
        tenant_between(clouds.old, clouds.new)
        yield clouds


@contextmanager
def tenant_by_ceph(folder: Path) -> Iterator[TwoClouds]:
    with tenant_on_ceph(folder) as (clouds, _):
        yield clouds


TENANTS = {
    "glance": tenant_by_glance,
    "backup_delta": tenant_with_backups,
    "zero_copy": tenant_of_one_pool,
    "ceph_delta": tenant_by_ceph,
}


@pytest.fixture(params=TENANTS)
def path(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def extend(cloud: MemoryCloud) -> None:
    [volume] = cloud.block_storage.volumes.where(name=DATA)
    volume["size"] += 1


def delete(cloud: MemoryCloud) -> None:
    """Delete a volume, which somebody has detached before."""
    [volume] = cloud.block_storage.volumes.where(name=DATA)
    attachments = cloud.rows("compute/attachments")
    for id_ in [id_ for id_, row in attachments.items() if row["volume_id"] == volume["id"]]:
        del attachments[id_]
    del cloud.block_storage.volumes.rows[volume["id"]]


def status_of(clouds: TwoClouds) -> str:
    [server] = clouds.old.compute.servers.where(name=SERVER)
    return str(server["status"])


@pytest.mark.parametrize(("change", "word"), [(extend, "resized"), (delete, "deleted")])
def test_a_server_is_not_stopped_for_a_volume_that_is_not_as_planned(path, change, word, tmp_path):
    with TENANTS[path](tmp_path) as clouds:
        chosen = [f"volume:{DATA}={path}"]
        plan = clouds.plan(NAME, snapshots="leave", data_paths=chosen, checksums="skip")
        before = status_of(clouds)
        job = clouds.execute(plan, hold_before="cutover", state="held")
        change(clouds.old)
        release_hold(job, requester=CLI)
        run(job, state="failed")
        [step] = job.steps.filter(state="failed")
        assert step.error == f"Volume {DATA} of server {SERVER} has been {word} since the plan."
        assert status_of(clouds) == before == "ACTIVE"


def test_a_move_goes_back_though_somebody_deleted_a_volume_of_the_source(path, tmp_path):
    with TENANTS[path](tmp_path) as clouds:
        before = contents(clouds.new)
        chosen = [f"volume:{DATA}={path}"]
        plan = clouds.plan(NAME, snapshots="leave", data_paths=chosen, checksums="skip")
        clouds.execute(plan)
        delete(clouds.old)
        clouds.roll_back(plan)
        assert changes_between(before, contents(clouds.new)) == []
