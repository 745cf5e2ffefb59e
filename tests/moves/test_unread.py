"""A server that Nova did not list stops the plan, and finalizing never takes what it uses."""

from typing import Any

import pytest

from dashboard.migrations_app.models import Plan
from tests.support.cloud.messages import Json
from tests.support.cloud.moving import TwoClouds
from tests.support.cloud.seeds import NAME

pytestmark = pytest.mark.django_db(transaction=True)


def hide(clouds: TwoClouds, name: str) -> Json:
    """Hide a server from Nova's lists, as one whose cell is down, and return it."""
    server = clouds.old.compute.servers.where(name=name)[0]
    server["tenant_id"] = "of-a-cell-that-is-down"
    return server


def blocks(plan: Plan) -> list[Any]:
    """Return what blocks a plan."""
    return [*plan.findings.filter(severity="block").values_list("sentence", flat=True)]


@pytest.mark.parametrize("used", ["Port shop-port-1", "Volume shop-data"])
def test_what_a_server_uses_that_was_not_listed_blocks_the_plan(clouds, used):
    server = hide(clouds, "shop-web-1")
    plan = clouds.plan(NAME)
    assert plan.state == Plan.State.BLOCKED
    [sentence] = [each for each in blocks(plan) if each.startswith(used)]
    assert f"server {server['id']}, which Nova of old does not list" in sentence


def test_finalize_leaves_a_port_that_a_server_uses_which_was_not_read(clouds):
    plan = clouds.plan(NAME)
    clouds.execute(plan)
    assert clouds.verify(plan) == []
    port = clouds.old.network.ports.where(name="visitor")[0]
    port.update(device_owner="compute:nova", device_id="a-server-that-was-not-read")
    job = clouds.finalize(plan, state="failed")
    assert port["id"] in clouds.old.network.ports.rows
    assert clouds.old.identity.projects.where(name=NAME)
    assert "a-server-that-was-not-read" in job.explanation
