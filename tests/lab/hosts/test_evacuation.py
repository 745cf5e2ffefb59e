"""Hosts of a real cloud are freed: each server has its outcome, and the host is put back."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from dashboard.clients.openstack import CloudSession
from dashboard.hosts_app.compute.nova import (
    compute_service,
    compute_services,
    disable_service,
    enable_service,
    host_of,
    migrations,
    task_of,
)
from dashboard.hosts_app.discovery import start_host_discovery
from dashboard.hosts_app.evacuation import steps as evacuation
from dashboard.hosts_app.evacuation.planning import CHOICE, MoveOutcome
from dashboard.hosts_app.evacuation.steps import (
    plan_evacuation,
    start_evacuation,
    still_on,
)
from dashboard.hosts_app.maintenance import OFF, ON, start_maintenance
from dashboard.hosts_app.models import Cloud
from dashboard.jobs.job_lists import cleaning_up_after
from dashboard.jobs.models import Job
from dashboard.jobs.operating import cancel, resume
from dashboard.jobs.requester import NOBODY
from tests.lab import killed_evacuation
from tests.lab.conftest import run
from tests.lab.host_servers import HostServers, servers_on_host
from tests.lab.killed_evacuation import ASKED
from tests.support.dying import killed_at

HOST = "dst-c3"


@pytest.fixture(scope="module")
def servers(destination: CloudSession) -> Iterator[HostServers]:
    prefix = f"evacuation-{uuid.uuid4().hex[:6]}"
    with servers_on_host(destination, HOST, prefix=prefix) as found:
        yield found


@pytest.fixture(autouse=True)
def _host_is_put_back(destination: CloudSession, servers: HostServers) -> Iterator[None]:
    yield
    servers.remove_servers()
    for service in compute_services(destination):
        if not service.is_enabled:
            enable_service(destination, service)


def start(cloud: Cloud, **options: Any) -> Job:
    plan = plan_evacuation(cloud, HOST, skip_errors=True)
    return start_evacuation(cloud, plan, **options)


def test_each_server_has_the_fate_that_the_plan_says(
    destination: CloudSession, clouds: dict[str, Cloud], servers: HostServers
) -> None:
    expected = {
        servers.boot(): (MoveOutcome.LIVE, "ACTIVE"),
        servers.boot("PAUSED"): (MoveOutcome.LIVE, "PAUSED"),
        servers.boot("SHUTOFF"): (MoveOutcome.STOPPED, "SHUTOFF"),
        servers.boot("SUSPENDED"): (MoveOutcome.RESUMED, "SUSPENDED"),
        servers.boot(metadata={CHOICE: "cold"}): (MoveOutcome.COLD, "ACTIVE"),
        servers.boot(metadata={CHOICE: "stop"}): (MoveOutcome.STOP, "SHUTOFF"),
    }
    skipped = servers.boot(metadata={CHOICE: "skip"})
    plan = plan_evacuation(clouds["dst"], HOST, skip_errors=True)
    outcomes = {line.server_id: line.outcome for line in plan.lines}
    assert {id_: outcomes[id_] for id_ in expected} == {
        id_: outcome for id_, (outcome, _) in expected.items()
    }
    assert outcomes[skipped] == MoveOutcome.SKIP

    run(start(clouds["dst"], parallel=3))

    for id_, (_, status) in expected.items():
        server = servers.get(id_)
        assert (server["status"], task_of(server)) == (status, "")
        assert host_of(server) not in (HOST, "")
    assert host_of(servers.get(skipped)) == HOST
    assert set(still_on(destination, HOST, besides=set())) >= {skipped}
    service = compute_service(destination, HOST)
    assert service.is_ours and service.reason == "pumphouse: evacuation"
    row = clouds["dst"].hosts.get(name=HOST)
    assert not row.is_enabled and row.servers["ACTIVE"] >= 1


# test_reassignment has this death among others
@pytest.mark.matrix
def test_a_driver_killed_after_it_has_asked_nova_moves_each_server_once(
    destination: CloudSession, clouds: dict[str, Cloud], servers: HostServers, pumphouse_home: Any
) -> None:
    ids = [servers.boot(), servers.boot("SHUTOFF")]
    job = start(clouds["dst"], parallel=1)
    for _ in ids:
        assert killed_at(job, killed_evacuation, ASKED, home=pumphouse_home, PUMPHOUSE_CONFIG="")
    run(job)
    for id_ in ids:
        assert host_of(servers.get(id_)) != HOST
        assert len(migrations(destination, instance_uuid=id_)) == 1


def test_a_failed_evacuation_opens_the_host_and_can_be_resumed(
    destination: CloudSession, clouds: dict[str, Cloud], servers: HostServers
) -> None:
    moves, stays = servers.boot(), servers.boot()
    job = start(clouds["dst"])
    servers.act(stays, "os-resetState", {"state": "error"})
    run(job, state="failed")
    assert not compute_service(destination, HOST).is_enabled

    opening = cleaning_up_after(job)
    assert opening
    run(opening)
    assert compute_service(destination, HOST).is_enabled
    assert host_of(servers.get(moves)) != HOST
    assert host_of(servers.get(stays)) == HOST

    servers.act(stays, "os-resetState", {"state": "active"})
    run(resume(job, requester=NOBODY))
    assert host_of(servers.get(stays)) != HOST
    assert compute_service(destination, HOST).is_ours


def test_a_server_that_came_after_the_plan_is_named(
    destination: CloudSession,
    clouds: dict[str, Cloud],
    servers: HostServers,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(evacuation, "EMPTY_SECONDS", 1)
    job = start(clouds["dst"])
    name = servers.get(servers.boot())["name"]
    run(job, state="failed")
    assert f"{HOST} is not empty: " in job.explanation
    assert name in job.explanation  # others may have servers on the host too
    opening = cleaning_up_after(job)
    assert opening
    run(opening)


def test_a_cancelled_evacuation_opens_the_host(
    destination: CloudSession, clouds: dict[str, Cloud], servers: HostServers
) -> None:
    servers.boot()
    job = start(clouds["dst"])
    cancel(job, requester=NOBODY)
    opening = cleaning_up_after(job)
    assert opening
    run(opening)
    assert compute_service(destination, HOST).is_enabled


def test_a_server_that_is_not_confirmed_is_refused_on_both_its_hosts(
    destination: CloudSession, clouds: dict[str, Cloud], servers: HostServers
) -> None:
    id_ = servers.boot("VERIFY_RESIZE")
    for host in (HOST, host_of(servers.get(id_))):
        plan = plan_evacuation(clouds["dst"], host, skip_errors=True)
        assert any("resize" in refusal.fix for refusal in plan.refusals)
    servers.act(id_, "confirmResize")
    servers.wait_until(id_, "ACTIVE")


def test_another_engines_host_is_left_alone(
    destination: CloudSession, clouds: dict[str, Cloud]
) -> None:
    service = compute_service(destination, HOST)
    disable_service(destination, service, reason="watcher_disabled")
    plan = plan_evacuation(clouds["dst"], HOST)
    assert any("watcher_disabled" in refusal.sentence for refusal in plan.refusals)
    for to in (ON, OFF):
        run(start_maintenance(clouds["dst"], HOST, to=to), state="failed")
    assert compute_service(destination, HOST).reason == "watcher_disabled"


def test_the_last_host_is_refused(destination: CloudSession, clouds: dict[str, Cloud]) -> None:
    for service in compute_services(destination):
        if service.host != HOST:
            disable_service(destination, service, reason="pumphouse: maintenance")
    plan = plan_evacuation(clouds["dst"], HOST)
    assert any("last host" in refusal.sentence for refusal in plan.refusals)


def test_maintenance_goes_on_and_off_and_rows_tell_it(
    destination: CloudSession, clouds: dict[str, Cloud]
) -> None:
    run(start_host_discovery(clouds["dst"]))
    row = clouds["dst"].hosts.get(name=HOST)
    assert row.is_up and row.is_enabled and row.vcpus_total == 64 * 16
    run(start_maintenance(clouds["dst"], HOST, to=ON))
    row.refresh_from_db()
    assert (row.is_enabled, row.disabled_reason) == (False, "pumphouse: maintenance")
    run(start_maintenance(clouds["dst"], HOST, to=OFF))
    row.refresh_from_db()
    assert row.is_enabled
    assert compute_service(destination, HOST).is_enabled
