"""A tenant moves from a cloud that has Glance v1 and Cinder v1 alone, and only Keystone v3."""

from pathlib import Path

import pytest

from dashboard.migrations_app.models import Plan
from tests.support.cloud.moving import fresh
from tests.support.juno.moving import FromJuno, add_pools, from_juno, servers_of

pytestmark = pytest.mark.django_db(transaction=True)
CHOICES = {"network:public": "ext", "network:partners": "ext"}


def only_first_versions(clouds: FromJuno) -> None:
    """Take version 2 of Glance and Cinder away."""
    state = clouds.juno.state
    state["glance"]["versions"] = state["cinder"]["versions"] = ["v1"]
    catalogue = state["keystone"]["catalogue"]
    state["keystone"]["catalogue"] = [each for each in catalogue if each["type"] != "volumev2"]
    for volume in state["cinder"]["volumes"]:
        for attachment in volume["attachments"]:
            # the recorded cloud's hypervisor names disks as no other does
            attachment["device"] = attachment["device"].replace("/dev/s", "/dev/v")


def test_a_tenant_moves_back_and_for_good(tmp_path: Path):
    with from_juno(tmp_path, keystone=("v3",)) as clouds:
        only_first_versions(clouds)
        add_pools(clouds.new)
        plan = clouds.plan("globex", choices=CHOICES)
        assert plan.state == Plan.State.READY, [*plan.findings.values_list("sentence", flat=True)]
        clouds.execute(plan)
        assert servers_of(clouds.new) == {"app-1": "ACTIVE", "app-2": "ACTIVE"}
        names = {row["name"] for row in clouds.new.block_storage.volumes.rows.values()}
        assert names == {"globex-root", "globex-data"}
        assert clouds.verify(plan) == []
        clouds.roll_back(plan)
        again = clouds.plan("globex", choices=CHOICES)
        clouds.execute(again)
        assert clouds.verify(again) == []
        clouds.finalize(again)
        assert fresh(again).state == Plan.State.FINALIZED
        assert not [line for line in clouds.juno.asked if " glance /v2" in line]
        assert not [line for line in clouds.juno.asked if " cinder /v2" in line]
