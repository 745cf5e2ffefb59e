"""Clouds whose Nova keeps deleted servers until it reclaims them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.cloud.moving import TwoClouds, two_clouds
from tests.support.cloud.seeds import NAME, tenant_between

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clouds(tmp_path: Path) -> Iterator[TwoClouds]:
    """Serve two clouds that keep deleted servers, of which the old one has a tenant."""
    with two_clouds(tmp_path) as clouds:
        tenant_between(clouds.old, clouds.new)
        clouds.old.compute.reclaims = clouds.new.compute.reclaims = True
        yield clouds


def test_a_rollback_deletes_its_copies_for_good(clouds):
    plan = clouds.plan(NAME)
    clouds.execute(plan)
    clouds.roll_back(plan)
    assert not clouds.new.compute.servers.where(name="shop-web-1")
    assert not clouds.new.identity.projects.where(name=NAME)


def test_finalizing_keeps_what_nova_reclaims_later_unless_volumes_hang_on_it(clouds):
    clouds.old.compute.attachments.detach_all(
        clouds.old.compute.servers.where(name="shop-web-1")[0]["id"]
    )
    plan = clouds.plan(NAME)
    clouds.execute(plan)
    assert clouds.verify(plan) == []
    job = clouds.finalize(plan)
    [kept] = clouds.old.compute.servers.where(name="shop-web-1")
    assert kept["status"] == "SOFT_DELETED"
    assert job.log.filter(message__contains="shop-web-1 is SOFT_DELETED").exists()
    assert not clouds.old.compute.servers.where(name="shop-web-2")
