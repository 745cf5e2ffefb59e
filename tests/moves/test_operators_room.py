"""What the operator's projects have no room for is said before a server stops."""

import pytest

from dashboard.migrations_app.models import Plan
from tests.moves.test_ceph_delta import tenant as tenant_on_ceph
from tests.moves.test_zero_copy import tenant as tenant_of_one_pool
from tests.support.cloud.backed_up import DATA
from tests.support.cloud.backed_up import tenant as tenant_with_backups
from tests.support.cloud.memory import MemoryCloud
from tests.support.cloud.moved_tenant import blocks
from tests.support.cloud.moving import TwoClouds
from tests.support.cloud.seeds import NAME

pytestmark = pytest.mark.django_db(transaction=True)

NO_ROOM = "whose project on cloud {} has no room for {}"
UNLIMITED = {"volumes": -1, "snapshots": -1, "gigabytes": -1, "backups": -1}


def planned(clouds: TwoClouds, path: str, checksums: str = "compare") -> Plan:
    chosen = [f"volume:{DATA}={path}"]
    plan = clouds.plan(NAME, snapshots="leave", data_paths=chosen, checksums=checksums)
    assert plan.items.get(type="volume", name=DATA).data_path["name"] == path
    return plan


def limit(cloud: MemoryCloud, **limits: int) -> None:
    """Limit the operator's own project, and nobody else's."""
    [project] = cloud.identity.projects.where(name="admin")
    cloud.quotas.own("block_storage")[project["id"]] = {**UNLIMITED, **limits}


@pytest.mark.parametrize("name", ["volumes", "snapshots", "gigabytes"])
@pytest.mark.parametrize("side", ["old", "new"])
@pytest.mark.parametrize("tenant", [tenant_with_backups, tenant_of_one_pool])
def test_a_comparison_by_images_that_would_be_refused_blocks(tenant, side, name, tmp_path):
    path = "backup_delta" if tenant is tenant_with_backups else "zero_copy"
    with tenant(tmp_path) as clouds:
        limit(getattr(clouds, side), **{name: 0})
        assert NO_ROOM.format(side, "") in blocks(planned(clouds, path, "images"))


@pytest.mark.parametrize("checksums", ["compare", "skip"])
def test_what_compares_nothing_there_takes_no_room_there(checksums, tmp_path):
    with tenant_of_one_pool(tmp_path) as clouds:
        limit(clouds.new, volumes=0, snapshots=0, gigabytes=0)
        assert "no room" not in blocks(planned(clouds, "zero_copy", checksums))


def test_a_raised_quota_lets_the_plan_go_and_nothing_is_refused(tmp_path):
    with tenant_of_one_pool(tmp_path) as clouds:
        limit(clouds.new, snapshots=0)
        plan = planned(clouds, "zero_copy", "images")
        assert "no room for " in blocks(plan)
        volumes = plan.items.filter(type="volume", resolution__data_path__name="zero_copy").count()
        limit(clouds.new, snapshots=volumes)
        clouds.preflight(plan)
        assert "no room" not in blocks(plan)
        job = clouds.execute(plan)
        assert not job.log.filter(message__contains="are not compared").exists()


def test_all_volumes_by_backups_need_room_together(tmp_path):
    with tenant_with_backups(tmp_path) as clouds:
        chosen = ["volume:*=backup_delta"]
        limit(clouds.new, backups=3)
        plan = clouds.plan(NAME, snapshots="leave", data_paths=chosen)
        by_backups = plan.items.filter(resolution__data_path__name="backup_delta").count()
        assert by_backups > 1
        assert NO_ROOM.format("new", f"{2 * by_backups} backups") in blocks(plan)


def test_the_snapshots_of_all_passes_on_ceph_need_room(tmp_path):
    with tenant_on_ceph(tmp_path) as (clouds, _):
        limit(clouds.old, snapshots=1)
        assert NO_ROOM.format("old", "") in blocks(planned(clouds, "ceph_delta"))


@pytest.mark.parametrize("name", ["per_volume_gigabytes", "volumes_{}", "gigabytes_{}"])
def test_quotas_of_each_volume_and_of_its_type_count(name, tmp_path):
    with tenant_of_one_pool(tmp_path) as clouds:
        [volume] = clouds.old.block_storage.volumes.where(name=DATA)
        name = name.format(volume["volume_type"])
        limit(clouds.old, **{name: 0})
        assert f"{name}" in blocks(planned(clouds, "zero_copy"))


@pytest.mark.parametrize("name", ["image_count_total", "image_size_total"])
def test_glance_limits_the_images_of_a_comparison(name, tmp_path):
    with tenant_of_one_pool(tmp_path) as clouds:
        told = {"usage": {name: {"limit": 1, "usage": 1}}}
        clouds.new.image.route("GET", "info/usage", lambda _request: told)
        assert name not in blocks(planned(clouds, "zero_copy"))
        assert name in blocks(planned(clouds, "zero_copy", "images"))
