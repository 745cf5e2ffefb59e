"""Evacuates a host: closes it, moves each server off it, and checks that it is empty."""

from collections.abc import Callable, Mapping

from django.template.defaultfilters import pluralize

from dashboard.clients.openstack import CloudSession
from dashboard.clients.polling import poll_until
from dashboard.errors import NeedsOperator
from dashboard.hosts_app.clouds import connect
from dashboard.hosts_app.compute.facts import read_facts
from dashboard.hosts_app.compute.nova import servers_on
from dashboard.hosts_app.compute.room import taken_on
from dashboard.hosts_app.evacuation.planning import EvacuationPlan, MoveOutcome, plan_of
from dashboard.hosts_app.evacuation.server_moves import ServerMove
from dashboard.hosts_app.evacuation.server_steps import ServerStep, cloud_and_host, server_steps
from dashboard.hosts_app.hook_steps import between_hooks
from dashboard.hosts_app.maintenance import OFF, close_host, start_maintenance
from dashboard.hosts_app.models import Cloud, host_subject
from dashboard.jobs.kinds import StepContext, StepSpec
from dashboard.jobs.models import Job, LogLevel, Step
from dashboard.jobs.requester import NOBODY, Requester, requester_of
from dashboard.jobs.starting import start_job
from dashboard.jobs.states import JobState, Phase

CLOSE, MOVE, CHECK = "close", "move", "check_empty"
PARALLEL = 2
LIMIT_SECONDS = 1800
EMPTY_SECONDS = 120

MOVES_BY_OUTCOME: Mapping[MoveOutcome, Callable[[ServerMove], None]] = {
    MoveOutcome.LIVE: ServerMove.by_state,
    MoveOutcome.STOPPED: ServerMove.by_state,
    MoveOutcome.COLD: ServerMove.cold,
    MoveOutcome.STOP: ServerMove.stop,
    MoveOutcome.RESUMED: ServerMove.resumed,
    MoveOutcome.OFFLOAD: ServerMove.offload,
}


def plan_evacuation(cloud: Cloud, host: str, *, skip_errors: bool = False) -> EvacuationPlan:
    """Read the cloud and plan to evacuate a host; changes nothing. Raises ``NotFound``."""
    return plan_of(read_facts(connect(cloud), host), skip_errors=skip_errors)


def start_evacuation(
    cloud: Cloud,
    plan: EvacuationPlan,
    *,
    parallel: int = PARALLEL,
    limit: int = LIMIT_SECONDS,
    requester: Requester = NOBODY,
) -> Job:
    """Start to evacuate a host, ``parallel`` servers at a time, each with ``limit`` seconds.

    Calls no cloud. Raises ``Conflict`` while another job is active for the host.
    """
    return start_job(
        kind="evacuate",
        title=f"Evacuate {plan.host} of {cloud.name}",
        subject=host_subject(cloud, plan.host),
        steps=between_hooks(
            evacuation_steps(plan, parallel=parallel),
            facts={"host": plan.host, "source": cloud.name},
        ),
        params={
            "cloud": cloud.pk,
            "host": plan.host,
            "limit": limit,
            "was_closed": plan.is_closed,
            "left": [line.server_id for line in plan.left],
        },
        requester=requester,
    )


def evacuation_steps(plan: EvacuationPlan, *, parallel: int) -> list[StepSpec]:
    """Return the steps: close the host, move ``parallel`` servers at a time, check it is empty."""
    moves = server_steps(
        [
            ServerStep(
                server_id=line.server_id,
                title=f"Move {line.name} off {plan.host}",
                params={"outcome": line.outcome.name},
            )
            for line in plan.moves
        ],
        action=MOVE,
        group="move_servers",
        behind=CLOSE,
        parallel=parallel,
    )
    close = StepSpec(key=CLOSE, action=CLOSE, title=f"Close {plan.host}", group="close_host")
    check = StepSpec(
        key=CHECK,
        action=CHECK,
        title=f"Check that {plan.host} is empty",
        group="check_empty",
        phase=Phase.COMPLETE,
        needs=[CLOSE],
        after=[move.key for move in moves],
    )
    return [close, *moves, check]


def close(step: Step, context: StepContext) -> None:
    """Disable the host's nova-compute, so that no new servers come."""
    cloud, host = cloud_and_host(step)
    if close_host(connect(cloud), host, because="evacuation"):
        context.log(f"Disabled nova-compute of {host}.")


def move_server(step: Step, context: StepContext) -> None:
    """Move one server off the host, unless it was deleted meanwhile."""
    cloud, host = cloud_and_host(step)
    connection, server_id = connect(cloud), step.params["server"]
    # Once more: a job that failed or was cancelled has opened the host, and may be resumed.
    close_host(connection, host, because="evacuation")
    if connection.find("compute", f"/servers/{server_id}") is None:
        context.log(f"Server {server_id} no longer exists.")
        return
    move = ServerMove(
        cloud=connection,
        server_id=server_id,
        host=host,
        limit=step.job.params["limit"],
        context=context,
    )
    MOVES_BY_OUTCOME[MoveOutcome[step.params["outcome"]]](move)
    move.log_location()


def check_empty(step: Step, context: StepContext) -> None:
    """Wait until Nova and placement have nothing on the host but what the plan leaves there.

    Raises ``NeedsOperator`` that names what is still there.
    """
    cloud, host = cloud_and_host(step)
    connection, left = connect(cloud), set(step.job.params["left"])

    def empty() -> bool | None:
        return None if still_on(connection, host, besides=left) else True

    try:
        poll_until(
            empty, what=f"{host} to become empty", seconds=EMPTY_SECONDS, check=context.check
        )
    except NeedsOperator:
        if found := still_on(connection, host, besides=left):
            raise _not_empty(host, found) from None
    if left:
        count = f"{len(left)} server{pluralize(len(left))}"
        context.log(f"Left {count} on {host}, as planned.", level=LogLevel.WARNING)


def still_on(connection: CloudSession, host: str, *, besides: set[str]) -> dict[str, str]:
    """Return names by id of what Nova or placement has on a host; "" if only placement has it."""
    taken = dict.fromkeys(taken_on(connection, host), "")
    named = {server["id"]: server["name"] for server in servers_on(connection, host)}
    return {id_: name for id_, name in {**taken, **named}.items() if id_ not in besides}


def _not_empty(host: str, found: Mapping[str, str]) -> NeedsOperator:
    names = ", ".join(name or f"an allocation of {id_}" for id_, name in sorted(found.items()))
    return NeedsOperator(
        f"{host} is not empty: {names}.",
        fix="Move what has arrived since, or fix its allocations (nova-manage placement audit), "
        "then retry.",
    )


def reopen(job: Job) -> None:
    """Start to enable the host again after an evacuation that did not finish.

    A host that was closed before stays closed. Servers that have moved stay where they are.
    """
    if job.state == JobState.DONE or job.params["was_closed"]:
        return
    cloud = Cloud.objects.get(pk=job.params["cloud"])
    start_maintenance(
        cloud,
        job.params["host"],
        to=OFF,
        after=job,
        requester=requester_of(job),
    )


STEPS: Mapping[str, Callable[[Step, StepContext], None]] = {
    CLOSE: close,
    MOVE: move_server,
    CHECK: check_empty,
}
