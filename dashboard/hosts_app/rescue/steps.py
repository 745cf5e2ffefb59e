"""Rescues the servers of a dead host: fences the host, then has Nova rebuild each on another one.

Afterwards the host stays off, closed and forced down, even when the job fails or is cancelled:
ending its maintenance is what brings it back.
"""

from collections.abc import Callable, Mapping

from django.template.defaultfilters import pluralize

from dashboard.clients.ipmi import PowerState
from dashboard.clients.openstack import CloudSession
from dashboard.errors import NeedsOperator, PumphouseError
from dashboard.hosts_app.clouds import connect
from dashboard.hosts_app.compute.facts import read_facts
from dashboard.hosts_app.compute.nova import servers_on
from dashboard.hosts_app.discovery import refresh_hosts
from dashboard.hosts_app.evacuation.server_moves import ServerMove
from dashboard.hosts_app.evacuation.server_steps import ServerStep, cloud_and_host, server_steps
from dashboard.hosts_app.maintenance import close_host
from dashboard.hosts_app.models import Cloud, host_subject
from dashboard.hosts_app.power.inventory import bmc_of
from dashboard.hosts_app.rescue.fencing import fence, require_fenced
from dashboard.hosts_app.rescue.planning import DeadHostFacts, RescuePlan
from dashboard.jobs.kinds import StepContext, StepSpec
from dashboard.jobs.models import Job, Step
from dashboard.jobs.requester import NOBODY, Requester
from dashboard.jobs.starting import start_job
from dashboard.jobs.states import Phase

FENCE, REBUILD, CHECK = "fence", "rebuild", "check_gone"
BECAUSE = "dead host"


def read_dead_host(cloud: CloudSession, host: str) -> DeadHostFacts:
    """Read what a plan needs from the cloud and from the host's BMC. Raises ``NotFound``."""
    facts = read_facts(cloud, host)
    wanted = {server["image"]["id"] for server in facts.servers if server.get("image")}
    there = {id_ for id_ in wanted if cloud.find("image", f"/images/{id_}")}
    return DeadHostFacts(host=facts, power=_power_of(host), images=frozenset(there))


def _power_of(host: str) -> PowerState | PumphouseError:
    try:
        return bmc_of(host).power_status()
    except PumphouseError as error:
        return error


def start_rescue(
    cloud: Cloud,
    plan: RescuePlan,
    *,
    shared_storage: bool,
    parallel: int,
    limit: int,
    requester: Requester = NOBODY,
) -> Job:
    """Start to fence a host and to rebuild its servers, ``parallel`` at a time.

    Calls no cloud. Raises ``Conflict`` while another job is active for the host.
    """
    return start_job(
        kind="rescue",
        title=f"Rebuild the servers of {plan.host} of {cloud.name} on other hosts",
        subject=host_subject(cloud, plan.host),
        steps=rescue_steps(plan, parallel=parallel),
        params={
            "cloud": cloud.pk,
            "host": plan.host,
            "limit": limit,
            "shared_storage": shared_storage,
        },
        requester=requester,
    )


def rescue_steps(plan: RescuePlan, *, parallel: int) -> list[StepSpec]:
    """Return the steps: fence the host, rebuild ``parallel`` servers at a time, check they left."""
    rebuilds = server_steps(
        [
            ServerStep(
                server_id=line.server_id,
                title=f"Rebuild {line.name} on another host",
                params={"was": line.status, "disks": line.disks},
            )
            for line in plan.rebuilt
        ],
        action=REBUILD,
        group="rebuild_servers",
        behind=FENCE,
        parallel=parallel,
    )
    first = StepSpec(key=FENCE, action=FENCE, title=f"Fence {plan.host}", group="fence_host")
    check = StepSpec(
        key=CHECK,
        action=CHECK,
        title=f"Check that the servers have left {plan.host}",
        group="check_they_left",
        phase=Phase.COMPLETE,
        params={"servers": [line.server_id for line in plan.rebuilt]},
        needs=[FENCE],
        after=[rebuild.key for rebuild in rebuilds],
    )
    return [first, *rebuilds, check]


def fence_host(step: Step, context: StepContext) -> None:
    """Disable the host's nova-compute, then fence the host."""
    cloud, host = cloud_and_host(step)
    connection = connect(cloud)
    if close_host(connection, host, because=BECAUSE):
        context.log(f"Disabled nova-compute of {host}.")
    fence(connection, host, context)


def rebuild_server(step: Step, context: StepContext) -> None:
    """Rebuild one server if the host is still fenced, unless the server was deleted meanwhile."""
    (cloud, host), params = cloud_and_host(step), step.job.params
    connection, server_id = connect(cloud), step.params["server"]
    require_fenced(connection, host)
    if connection.find("compute", f"/servers/{server_id}") is None:
        context.log(f"Server {server_id} no longer exists.")
        return
    move = ServerMove(
        cloud=connection, server_id=server_id, host=host, limit=params["limit"], context=context
    )
    move.rebuild(
        was=step.params["was"],
        has_disks=bool(step.params["disks"]),
        on_shared_storage=params["shared_storage"],
    )


def check_gone(step: Step, context: StepContext) -> None:
    """Check that Nova has none of the servers on the host any more.

    Placement keeps their allocations until the host's nova-compute starts again. Raises
    ``NeedsOperator`` that names what is still there.
    """
    cloud, host = cloud_and_host(step)
    wanted = set(step.params["servers"])
    found = [server for server in servers_on(connect(cloud), host) if server["id"] in wanted]
    refresh_hosts(cloud)
    if found:
        raise NeedsOperator(
            f"Nova still has servers on {host}: {', '.join(server['name'] for server in found)}.",
            fix="Check the steps of these servers, then plan again for what is left.",
        )
    what = f"{len(wanted)} server{pluralize(wanted)}"
    context.log(f"{what} left {host}, which stays off and closed.")


STEPS: Mapping[str, Callable[[Step, StepContext], None]] = {
    FENCE: fence_host,
    REBUILD: rebuild_server,
    CHECK: check_gone,
}
