"""What the destination's services do not know at all is known before anything is made."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.cloud.moved_tenant import blocks, draft
from tests.support.cloud.moving import TwoClouds, two_clouds
from tests.support.cloud.seeds import NAME, tenant_between

pytestmark = pytest.mark.django_db


@pytest.fixture
def clouds(tmp_path: Path) -> Iterator[TwoClouds]:
    """Serve two clouds, the old one with the seeded tenant."""
    with two_clouds(tmp_path) as clouds:
        tenant_between(clouds.old, clouds.new)
        yield clouds


def test_what_the_destinations_neutron_has_no_kind_of_blocks_the_plan(clouds):
    release = clouds.new.release
    clouds.new.release = replace(release, extensions=release.extensions - {"router"})
    found = blocks(draft(clouds))
    assert f"{NAME} has 1 router, and Neutron of cloud new has none" in found
