"""Whole tenants between clouds in memory: no room, a failed boot, a held cutover, the end.

Each test is a move of its own, by the product's own jobs.
"""

import pytest

from dashboard.errors import BadInput
from dashboard.jobs.states import Phase
from dashboard.migrations_app.models import Plan
from tests.support.cloud.contents import changes_between, contents
from tests.support.cloud.moving import fresh
from tests.support.cloud.seeds import NAME

pytestmark = pytest.mark.django_db(transaction=True)

# service, quota, and the resource in the sentence of the finding
TIGHT = (("compute", "cores"), ("block_storage", "gigabytes"), ("network", "port"))


def blocks(plan: Plan) -> list[str]:
    return [*plan.findings.filter(severity="block").values_list("sentence", flat=True)]


def test_a_tenant_that_does_not_fit_is_blocked_until_there_is_room(clouds):
    for service, quota in TIGHT:
        clouds.new.quotas.set_default(service, **{quota: 1})
    kept = {f"{service}_quota:{NAME}": "destination" for service, _ in TIGHT}
    plan = clouds.plan(NAME, choices=kept)
    assert plan.state == Plan.State.BLOCKED
    for service, quota in TIGHT:
        assert any(f" {quota} " in line and service.split("_")[0] in line for line in blocks(plan))
    assert len(blocks(plan)) == len(TIGHT)
    for service, quota in TIGHT:
        clouds.new.quotas.set_default(service, **{quota: 100})
    clouds.preflight(plan)
    assert (fresh(plan).state, blocks(plan)) == (Plan.State.READY, [])


def test_a_boot_that_fails_leaves_nothing_behind_and_can_be_tried_again(clouds):
    plan = clouds.plan(NAME)
    clouds.new.compute.fault = "No valid host was found."
    job = clouds.execute(plan, state="failed")
    assert "No valid host was found." in job.explanation
    of_others = {row["tenant_id"] for row in clouds.new.compute.servers.rows.values()}
    assert len(of_others) == 1 and len(clouds.new.compute.servers.rows) == 2
    clouds.new.compute.fault = ""
    clouds.execute(plan)
    assert clouds.verify(plan) == []


def test_a_move_that_is_held_before_cutover_has_not_touched_the_source(clouds):
    plan = clouds.plan(NAME)
    before = contents(clouds.old)
    images = set(before["image/images"])
    job = clouds.execute(plan, state="held", hold_before="cutover")
    assert job.hold_before == Phase.CUTOVER
    now = contents(clouds.old)
    # the captured data of volumes that nothing uses, until the move is complete
    for name in ("image/images", "image/data"):
        now[name] = {id_: row for id_, row in now[name].items() if id_ in images}
    assert changes_between(before, now) == []


def test_finalizing_deletes_the_tenant_from_the_source_only_after_a_clean_verify(clouds):
    plan = clouds.plan(NAME)
    clouds.execute(plan)
    with pytest.raises(BadInput, match=r"[Vv]erif"):
        clouds.finalize(plan)
    assert clouds.verify(plan) == []
    moved = contents(clouds.new)
    clouds.finalize(plan)
    assert fresh(plan).state == Plan.State.FINALIZED
    assert changes_between(moved, contents(clouds.new)) == []
    left = contents(clouds.old)
    for name in ("compute/servers", "block_storage/volumes", "network/routers"):
        assert name not in left
    assert NAME not in {row["name"] for row in left["identity/projects"].values()}
