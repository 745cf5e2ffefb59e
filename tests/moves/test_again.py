"""A move that broke is planned again; a move of many objects costs few calls of the clouds."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import pytest

from dashboard.errors import NeedsOperator
from dashboard.migrations_app import ledger
from dashboard.migrations_app.models import LedgerEntry, Plan
from dashboard.migrations_app.resources.registry import resource_type
from tests.support.cloud.contents import changes_between, contents
from tests.support.cloud.journeys import between
from tests.support.cloud.moving import TwoClouds
from tests.support.cloud.seeds import NAME
from tests.support.cloud.sessions import operator_of

pytestmark = pytest.mark.django_db(transaction=True)

# the project alone at first: all others wait for it
LOST = (("project",), ("network", "user"))
NETWORKS = 30
# some 100 calls of these 122 objects are the same for any number of them
MOST_CALLS_AN_OBJECT = 2.6


@pytest.fixture
def clouds(tmp_path: Path) -> Iterator[TwoClouds]:
    with between(tmp_path, "2023.1", "2026.2") as clouds:
        yield clouds


@contextmanager
def no_record_of(*types: str) -> Iterator[None]:
    """Break between the create call of these types and its record."""
    record = ledger.record_created

    def losing(entry: LedgerEntry, destination_id: str) -> None:
        if entry.type in types:
            raise RuntimeError("the record is lost")
        record(entry, destination_id)

    with patch.object(ledger, "record_created", losing):
        yield


def test_a_new_plan_finds_what_a_broken_run_created_without_recording_it(clouds):
    before = contents(clouds.new)
    broken = clouds.plan(NAME)
    for types in LOST:
        with no_record_of(*types):
            clouds.execute(broken, state="errored")
    plan = clouds.plan(NAME)
    assert plan.state == Plan.State.READY, [*plan.findings.values_list("sentence", flat=True)]
    clouds.execute(plan)
    for type_, rows in (
        ("project", "identity/projects"),
        ("network", "network/networks"),
        ("user", "identity/users"),
    ):
        new = contents(clouds.new)[rows].keys() - before[rows].keys()
        assert len(new) == plan.items.filter(type=type_, shared=False).count(), type_
    assert clouds.verify(plan) == []
    clouds.roll_back(plan)
    assert changes_between(before, contents(clouds.new)) == []


def test_who_was_created_before_the_roles_were_given_is_not_taken_for_gone(clouds):
    before = contents(clouds.new)
    refused = NeedsOperator("No role is given today.")
    with patch.object(type(resource_type("role_assignment")), "create", side_effect=refused):
        clouds.execute(clouds.plan(NAME), state="failed")
    plan = clouds.plan(NAME)
    clouds.execute(plan)
    assert clouds.verify(plan) == []
    clouds.roll_back(plan)
    assert changes_between(before, contents(clouds.new)) == []


def test_a_plan_that_was_rolled_back_is_executed_again_by_the_same_worker(clouds):
    plan = clouds.plan(NAME)
    clouds.execute(plan)
    clouds.roll_back(plan)
    # users and project are made anew: who acted as the first ones must not act any more
    clouds.execute(plan)
    assert clouds.verify(plan) == []


def make_tenant_of_networks(clouds: TwoClouds) -> str:
    """Make a tenant that has networks with a subnet, a port and a group each; return its name."""
    operator = operator_of(clouds.old)
    project = {"project": {"name": "networks"}}
    project_id = operator.post("identity", "/projects", project, "project")["id"]

    def make(collection: str, key: str, number: int, **fields: object) -> str:
        body = {key: {"project_id": project_id, "name": f"{key}-{number}", **fields}}
        return str(operator.post("network", f"/{collection}", body, key)["id"])

    for number in range(NETWORKS):
        network = make("networks", "network", number)
        cidr = f"10.99.{number}.0/24"
        make("subnets", "subnet", number, network_id=network, ip_version=4, cidr=cidr)
        make("ports", "port", number, network_id=network)
        make("security-groups", "security_group", number)
    return "networks"


def test_a_type_without_data_costs_few_calls(clouds):
    tenant = make_tenant_of_networks(clouds)
    clouds.old.calls.clear()
    plan = clouds.plan(tenant)
    clouds.execute(plan)
    calls = clouds.old.calls + clouds.new.calls
    created = plan.items.filter(action="create").count()
    assert created > 4 * NETWORKS
    made = sum(calls[service] for service in ("identity", "compute", "network"))
    assert made / created <= MOST_CALLS_AN_OBJECT, calls
