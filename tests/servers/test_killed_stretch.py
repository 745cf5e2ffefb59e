"""Gateways are made and removed once, whenever the worker that does it is killed."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.clients.openstack import CloudSession
from dashboard.jobs.models import Job
from dashboard.migrations_app.models import Plan, Stretch, StretchPart
from dashboard.migrations_app.verbs.stretch import Stretch as StretchVerb
from dashboard.migrations_app.verbs.unstretch import Unstretch
from tests.support.cloud.contents import contents
from tests.support.cloud.memory import MemoryCloud
from tests.support.cloud.moving import TwoClouds, fresh, quick_clock
from tests.support.cloud.seeds import NAME, tenant_between
from tests.support.cloud.served import served
from tests.support.rehearsal.jobs import process

pytestmark = pytest.mark.django_db(transaction=True)
CHOSEN = {
    **{"network": f"{NAME}-plain", "image": "cirros", "flavor": "m1.tiny"},
    **{"outside": "transit", "floating": "public"},
}
MADE = Counter(
    {"security-groups": 2, "ports": 4, "floatingips": 2, "servers": 2, "security-group-rules": 2}
)
REMOVED = Counter({"security-groups": 2, "ports": 4, "floatingips": 2, "servers": 2})


@pytest.fixture
def clouds(tmp_path: Path) -> Iterator[TwoClouds]:
    """Serve two clouds to other processes, of which the old one has the tenant."""
    old, new = MemoryCloud("old"), MemoryCloud("new")
    with served(old, new), quick_clock():
        clouds = TwoClouds(old, new, tmp_path / "clouds.yaml")
        tenant_between(old, new, until="network")
        for session in (clouds.source_session, clouds.destination_session):
            make_transit(session)
        yield clouds


def make_transit(session: CloudSession) -> None:
    """Make a network of the operator that a router leads outside."""
    [public] = session.list("network", "/networks", "networks", name="public")
    network = {"network": {"name": "transit"}}
    id_ = session.post("network", "/networks", network, "network")["id"]
    subnet = {"subnet": {"network_id": id_, "cidr": "192.168.9.0/24", "ip_version": 4}}
    subnet_id = session.post("network", "/subnets", subnet, "subnet")["id"]
    outside = {"router": {"external_gateway_info": {"network_id": public["id"]}}}
    router = session.post("network", "/routers", outside, "router")
    session.put(
        "network", f"/routers/{router['id']}/add_router_interface", {"subnet_id": subnet_id}
    )


@pytest.fixture
def moved(clouds: TwoClouds) -> Plan:
    plan = clouds.plan(NAME)
    clouds.execute(plan)
    return fresh(plan)


def run_by_mortals(job: Job, tmp_path: Path, home: Path) -> Counter[str]:
    """Run a job by workers that die after each write; return where they died, by collection."""
    deaths = tmp_path / f"deaths of job {job.pk}"
    deaths.touch()
    with process(
        "tests.support.killed_at_writes", str(job.pk), str(deaths), home=home, PUMPHOUSE_CONFIG=""
    ) as workers:
        assert workers.wait(240) == 0
    job.refresh_from_db()
    log = "\n".join(job.log.values_list("message", flat=True))
    assert job.state == "done", f"{job.explanation}\n{log}"
    paths = [json.loads(line)[2].split("/") for line in deaths.read_text().splitlines()]
    return Counter(path[1] for path in paths if "action" not in path)


@pytest.mark.timeout(500)
def test_a_pair_is_made_and_removed_though_each_write_kills_its_worker(
    clouds: TwoClouds, moved: Plan, tmp_path: Path, pumphouse_home: Path
) -> None:
    before = contents(clouds.old), contents(clouds.new)
    assert run_by_mortals(StretchVerb().start(moved, **CHOSEN), tmp_path, pumphouse_home) == MADE
    assert Stretch.objects.get().state == Stretch.State.JOINED
    for cloud in (clouds.old, clouds.new):
        made = [each for each in cloud.compute.servers.rows.values() if is_ours(each)]
        ports = [each for each in cloud.network.ports.rows.values() if is_ours(each)]
        assert (len(made), len(ports)) == (1, 2)
    assert run_by_mortals(Unstretch().start(moved), tmp_path, pumphouse_home) == REMOVED
    assert (contents(clouds.old), contents(clouds.new)) == before
    assert {*StretchPart.objects.values_list("state", flat=True)} == {"removed"}
    assert Stretch.objects.get().state == Stretch.State.PARTED


def is_ours(row: dict[str, object]) -> bool:
    return str(row["name"]).startswith("pumphouse-gateway-")
