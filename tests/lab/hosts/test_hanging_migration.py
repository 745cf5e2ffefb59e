"""A live migration of a real Nova that never ends is aborted, tried once more, and reported."""

import uuid
from collections.abc import Iterator

import pytest

from dashboard.hosts_app.clouds import connect
from dashboard.hosts_app.compute.nova import compute_service, host_of, migrations, task_of
from dashboard.hosts_app.models import Cloud
from dashboard.hosts_app.plans.host_plans import start_host_action, start_host_plan
from dashboard.jobs.job_lists import cleaning_up_after
from tests.lab.conftest import run
from tests.lab.host_servers import HostServers, servers_on_host

HANGS = {"lab:live_migration": "hang"}


@pytest.fixture(params=["src", pytest.param("dst", marks=pytest.mark.matrix)])
def cloud(request: pytest.FixtureRequest, clouds: dict[str, Cloud]) -> Cloud:
    """Return each cloud: Nova of 2023.1 and of 2026.2 abort in their own ways."""
    return clouds[request.param]


@pytest.fixture
def servers(cloud: Cloud) -> Iterator[HostServers]:
    prefix = f"hanging-{uuid.uuid4().hex[:6]}"
    with servers_on_host(connect(cloud), f"{cloud.name}-c2", prefix=prefix) as found:
        yield found


def test_it_is_aborted_at_its_limit_twice_and_the_host_is_enabled_again(
    cloud: Cloud, servers: HostServers
) -> None:
    nova, host = servers.cloud, servers.host
    hangs = servers.boot(metadata=HANGS)
    plan = start_host_plan(cloud, host, action="evacuate", options={"limit": 15})
    assert plan.plan_job
    run(plan.plan_job)
    plan.refresh_from_db()
    job = run(start_host_action(plan, confirmation=host), state="failed")

    server = servers.get(hangs)
    assert f"Server {server['name']} could not be migrated live from {host}" in job.explanation
    assert "did not finish in 15 s" in job.explanation
    assert (host_of(server), server["status"], task_of(server)) == (host, "ACTIVE", "")
    records = migrations(nova, instance_uuid=hangs)
    assert [record["status"] for record in records] == ["cancelled", "cancelled"]
    aborted = f"Aborting the migration of {server['name']}: "
    assert job.log.filter(message__startswith=aborted).count() == 2

    opening = cleaning_up_after(job)
    assert opening
    run(opening)
    assert compute_service(nova, host).takes_servers
