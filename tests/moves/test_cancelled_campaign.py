"""A campaign that is cancelled: what has begun goes on, and its page says how that ended."""

import pytest

from dashboard.campaigns.models import Campaign
from dashboard.campaigns.verbs.cancel import Cancel
from dashboard.campaigns.verbs.resume import Resume
from dashboard.jobs import operating
from dashboard.jobs.models import Job
from dashboard.jobs.requester import NOBODY
from dashboard.jobs.runner import run_job
from dashboard.migrations_app.models import Plan
from tests.support.campaigns import (
    begun_jobs,
    campaign_of,
    fresh,
    go_on,
    look,
    small_tenant,
    start,
    states,
    tenant_in,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.seeded_until("identity")]


@pytest.fixture
def campaign(clouds) -> Campaign:
    """Return a campaign of two tenants, one at a time, that was started."""
    tenants = [small_tenant(clouds, name) for name in ("one", "two")]
    drawn = campaign_of(clouds, {"all": tenants}, rules={"all": {"tenants_at_once": 1}})
    start(drawn)
    return drawn


def cancel(campaign: Campaign) -> None:
    """Cancel it, and end its job as its worker does."""
    Cancel().start(fresh(campaign))
    look(campaign)
    assert (fresh(campaign).state, fresh(campaign).waits_for) == ("cancelled", "")


def run_begun(campaign: Campaign) -> None:
    """Run what has begun, to its end."""
    for job in begun_jobs(campaign):
        run_job(job.pk)


def test_what_has_begun_goes_on_and_is_told_and_verified_once_it_is_resumed(campaign):
    look(campaign)
    run_begun(campaign)  # planned
    look(campaign)
    assert states(campaign) == {"one": "moving", "two": "waiting"}
    cancel(campaign)
    assert states(campaign)["one"] == "moving"
    run_begun(campaign)
    one = tenant_in(campaign, "one")
    assert (one.state, bool(one.finished_at)) == ("moved", True)
    assert one.explanation.startswith("Not verified, since the campaign had ended")

    Resume().start(fresh(campaign))
    assert go_on(campaign).state == "done"
    assert states(campaign) == {"one": "moved", "two": "moved"}
    assert tenant_in(campaign, "one").explanation == ""
    assert Plan.objects.exclude(verified_at=None).count() == 2


def test_what_was_only_planned_waits_again(campaign):
    look(campaign)
    assert states(campaign)["one"] == "planning"
    cancel(campaign)
    run_begun(campaign)
    one = tenant_in(campaign, "one")
    assert (one.state, one.started_at) == ("waiting", None)


def test_what_ended_before_the_campaign_did_is_told_too(campaign):
    look(campaign)
    Cancel().start(fresh(campaign))
    run_begun(campaign)
    assert states(campaign)["one"] == "planning"
    look(campaign)
    assert states(campaign)["one"] == "waiting"


def test_what_fails_afterwards_is_told_with_its_reason(campaign):
    look(campaign)
    cancel(campaign)
    job = Job.objects.get(pk=tenant_in(campaign, "one").job_id or 0)
    operating.cancel(job, requester=NOBODY)
    one = tenant_in(campaign, "one")
    assert (one.state, one.explanation.partition(":")[0]) == ("failed", "Cancelled")
