"""A domain that the destination lacks is created if asked for, or another one is used."""

import pytest

from dashboard.migrations_app.models import Plan
from tests.support.cloud.contents import changes_between, contents
from tests.support.cloud.messages import Json
from tests.support.cloud.moving import TwoClouds
from tests.support.cloud.planned import forget_partners
from tests.support.cloud.seeds import NAME
from tests.support.cloud.seeds.everybodys import PARTNERS

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.seeded_until("quotas")]
CLEO = f"{NAME}-cleo"


@pytest.fixture
def clouds(clouds: TwoClouds) -> TwoClouds:
    forget_partners(clouds.new)
    return clouds


def move(clouds: TwoClouds, choice: str) -> Plan:
    """Move the tenant with a choice for the domain; verify must find nothing unexpected."""
    plan = clouds.plan(NAME, choices={f"domain:{PARTNERS}": choice})
    assert plan.state == Plan.State.READY
    clouds.execute(plan)
    assert clouds.verify(plan) == []
    return plan


def cleo(clouds: TwoClouds) -> Json:
    """Return the user on the destination whose domain was missing."""
    [found] = clouds.new.identity.users.where(name=CLEO)
    return found


def test_a_missing_domain_blocks_the_plan_which_says_what_to_do(clouds):
    plan = clouds.plan(NAME)
    assert plan.state == Plan.State.BLOCKED
    [finding] = plan.findings.filter(severity="block")
    assert finding.sentence == "Cloud new has no domain 'Partners'."
    assert "domain:Partners=create" in finding.fix


def test_a_domain_that_is_created_goes_with_the_rollback(clouds):
    before = contents(clouds.new)
    clouds.old.identity.domains.where(name=PARTNERS)[0]["options"] = {"immutable": True}
    plan = move(clouds, "create")
    [made] = clouds.new.identity.domains.where(name=PARTNERS)
    assert (made["description"], made["options"]) == ("Friends", {"immutable": True})
    assert cleo(clouds)["domain_id"] == made["id"]
    clouds.roll_back(plan)
    assert changes_between(before, contents(clouds.new)) == []


def test_a_domain_with_others_in_it_is_kept(clouds):
    plan = move(clouds, "create")
    there = clouds.new.identity
    [made] = there.domains.where(name=PARTNERS)
    eva = there.users.add({"name": "eva", "domain_id": made["id"]})
    job = clouds.roll_back(plan)
    assert eva["id"] in there.users.rows
    assert job.log.filter(message__contains="user eva is in it").exists()


def test_a_domain_that_another_is_chosen_for_has_its_users(clouds):
    plan = move(clouds, "Default")
    assert cleo(clouds)["domain_id"] == "default"
    assert plan.items.get(type="domain", name=PARTNERS).action == "map"
