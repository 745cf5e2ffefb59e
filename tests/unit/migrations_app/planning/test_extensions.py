"""What the destination's services do not know at all is known before anything is made."""

from dataclasses import replace

import pytest

from tests.support.cloud.moved_tenant import blocks, draft
from tests.support.cloud.seeds import NAME

pytestmark = pytest.mark.django_db


def test_what_the_destinations_neutron_has_no_kind_of_blocks_the_plan(clouds):
    release = clouds.new.release
    clouds.new.release = replace(release, extensions=release.extensions - {"router"})
    found = blocks(draft(clouds))
    assert f"{NAME} has 2 routers, and Neutron of cloud new has none" in found
