"""The steps of a job that does something to each server of a host, several at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.hosts_app.models import Cloud
from dashboard.jobs.kinds import StepSpec
from dashboard.jobs.models import Step
from dashboard.jobs.states import Phase


@dataclass(frozen=True, kw_only=True)
class ServerStep:
    """What is done to one server. ``params`` is what the step needs besides its id."""

    server_id: str
    title: str
    params: Mapping[str, Any]


def server_steps(
    servers: Sequence[ServerStep], *, action: str, group: str, behind: str, parallel: int
) -> list[StepSpec]:
    """Return a step for each server; all of them need the step with the key ``behind``.

    Each waits for the one ``parallel`` places before it.
    """
    keys = [f"server:{server.server_id}" for server in servers]
    return [
        StepSpec(
            key=key,
            action=action,
            title=server.title,
            group=group,
            phase=Phase.CUTOVER,
            params={"server": server.server_id, **server.params},
            needs=[behind],
            after=keys[place - parallel : place - parallel + 1] if place >= parallel else [],
        )
        for place, (key, server) in enumerate(zip(keys, servers, strict=True))
    ]


def cloud_and_host(step: Step) -> tuple[Cloud, str]:
    """Return the cloud and the host's name that a step's job is about."""
    params: Mapping[str, Any] = step.job.params
    return Cloud.objects.get(pk=params["cloud"]), params["host"]
