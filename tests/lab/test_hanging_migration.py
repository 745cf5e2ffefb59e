"""A live migration of a real Nova that never ends is aborted, tried once more, and reported."""

import uuid
from collections.abc import Iterator

import pytest

from dashboard.clients.openstack import Cloud as Connection
from dashboard.hosts_app.evacuation import reopening_of
from dashboard.hosts_app.host_plans import start_host_deed, start_host_plan
from dashboard.hosts_app.models import Cloud
from dashboard.hosts_app.nova import compute_service, host_of, migrations, task_of
from tests.lab.conftest import run
from tests.lab.host_servers import HostServers, servers_on_host

HOST = "dst-c2"
HANGS = {"lab:live_migration": "hang"}


@pytest.fixture
def servers(destination: Connection) -> Iterator[HostServers]:
    prefix = f"hanging-{uuid.uuid4().hex[:6]}"
    with servers_on_host(destination, HOST, prefix=prefix) as found:
        yield found


def test_it_is_aborted_at_its_limit_twice_and_the_host_is_enabled_again(
    destination: Connection, clouds: dict[str, Cloud], servers: HostServers
) -> None:
    hangs, moves = servers.boot(metadata=HANGS), servers.boot()
    plan = start_host_plan(clouds["dst"], HOST, deed="evacuate", options={"limit": 10})
    assert plan.plan_job
    run(plan.plan_job)
    plan.refresh_from_db()
    job = run(start_host_deed(plan, confirmation=HOST), state="failed")

    server = servers.get(hangs)
    assert f"Server {server['name']} could not be migrated live from {HOST}" in job.explanation
    assert "was not over after 10 s" in job.explanation
    assert (host_of(server), server["status"], task_of(server)) == (HOST, "ACTIVE", "")
    records = migrations(destination, instance_uuid=hangs)
    assert [record["status"] for record in records] == ["cancelled", "cancelled"]
    aborts = job.log.filter(message__startswith="Abort migration", message__contains=hangs)
    assert aborts.count() == 2
    assert servers.place(moves)[0] not in (HOST, "")

    opening = reopening_of(job)
    assert opening
    run(opening)
    assert compute_service(destination, HOST).takes_servers
