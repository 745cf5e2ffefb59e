"""What the destination's quotas leave no room for is known, with advice that helps."""

import pytest

from tests.support.cloud.moved_tenant import blocks, draft
from tests.support.cloud.seeds import NAME

pytestmark = pytest.mark.django_db
KEPT = {f"{service}_quota:{NAME}": "destination" for service in ("compute", "network")}
KEPT[f"block_storage_quota:{NAME}"] = "destination"


def test_what_the_plan_sets_is_room_enough(clouds):
    clouds.new.quotas.set_default("compute", cores=1)
    clouds.new.quotas.set_default("network", floatingip=1)
    clouds.new.quotas.set_default("block_storage", gigabytes_nfs=0)
    assert not blocks(draft(clouds))


def test_the_default_of_nova_is_raised_by_its_class(clouds):
    clouds.new.quotas.set_default("compute", cores=1)
    assert "(openstack quota set --class --cores 2 default)" in blocks(draft(clouds, **KEPT))


def test_neutron_has_no_class_so_that_the_plan_is_to_set_it(clouds):
    clouds.new.quotas.set_default("network", floatingip=1)
    found = blocks(draft(clouds, **KEPT))
    assert "--class" not in found
    assert f"([quotas]), or map no network_quota:{NAME}" in found


def test_the_quota_of_an_adopted_project_is_its_own(clouds):
    project = clouds.new.identity.projects.add({"name": NAME})
    clouds.new.quotas.own("compute")[project["id"]] = {"cores": 0}
    found = blocks(draft(clouds, **{f"project:{NAME}": "adopt"}))
    assert f"Raise it there: openstack quota set --cores 2 {NAME}." in found


def test_a_volume_type_has_a_quota_of_its_own(clouds):
    [volume] = clouds.old.block_storage.volumes.where(name="shop-data")
    type_ = volume["volume_type"]
    clouds.new.quotas.set_default("block_storage", **{f"gigabytes_{type_}": 0})
    assert f"--volume-type {type_}" in blocks(draft(clouds, **KEPT))


def test_a_user_may_have_only_so_many_keys(clouds):
    clouds.new.quotas.set_default("compute", key_pairs=0)
    assert "User shop-ann has 1 key pairs; cloud new allows 0 for each." in blocks(draft(clouds))
