"""Plans what is done to a host's power: which servers would lose it."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from django.template.defaultfilters import pluralize

from dashboard.clients.ipmi import Operation
from dashboard.errors import PumphouseError
from dashboard.hosts_app.clouds import connect
from dashboard.hosts_app.compute.nova import compute_service, servers_on
from dashboard.hosts_app.models import Cloud, HostPlan
from dashboard.hosts_app.plans.host_action import Section
from dashboard.hosts_app.plans.lines import PlanDraft, PlanLine, Refusal
from dashboard.hosts_app.power.inventory import bmc_of
from dashboard.hosts_app.power.switching import start_power
from dashboard.jobs.models import Job
from dashboard.jobs.requester import Requester

TAKES_POWER: Mapping[Operation, tuple[str, str]] = {
    Operation.OFF: ("loses power", "it runs on the host"),
    Operation.CYCLE: ("loses power", "it runs on the host, and restarts only if Nova does that"),
    Operation.SOFT_OFF: ("is shut down", "it runs on the host"),
}
# A suspended server's memory is saved on disk.
WITHOUT_POWER = frozenset({"SHUTOFF", "SUSPENDED", "SHELVED", "SHELVED_OFFLOADED", "ERROR"})


class PowerPlan:
    """What the power actions share; each adds its operation.

    The plan has a line for each server that loses power.
    """

    operation: ClassVar[Operation]
    section: ClassVar[Section] = Section.POWER
    kind: ClassVar[str] = "host_power"

    def draft(self, cloud: Cloud, host: str, options: Mapping[str, Any]) -> PlanDraft:
        """Read from Nova what runs on the host, and from the BMC whether it is on."""
        connection = connect(cloud)
        service = compute_service(connection, host)
        servers = servers_on(connection, host) if self.operation in TAKES_POWER else []
        running = [
            server
            for server in sorted(servers, key=lambda server: str(server["name"]))
            if server["status"] not in WITHOUT_POWER
        ]
        outcome, why = TAKES_POWER.get(self.operation, ("", ""))
        lines = [
            PlanLine(
                number=number,
                subject=server["name"],
                state=server["status"],
                outcome=outcome,
                why=why,
            )
            for number, server in enumerate(running, start=1)
        ]
        power, refusals = _power_of(host)
        notes = self._notes(running=len(running), takes_servers=service.takes_servers)
        return PlanDraft(lines=lines, refusals=refusals, notes=[*power, *notes])

    def _notes(self, *, running: int, takes_servers: bool) -> Iterator[str]:
        if self.operation in TAKES_POWER:
            yield f"{running or 'No'} server{pluralize(running)} on it would lose power."
            if takes_servers:
                yield "It still takes new servers: put it into maintenance first."

    def start(self, plan: HostPlan, *, requester: Requester) -> Job:
        """Start the job that does it."""
        return start_power(plan.cloud, plan.host, self.operation, requester=requester)


def _power_of(host: str) -> tuple[list[str], list[Refusal]]:
    """Return a note on whether the host is on, or a refusal if its BMC is unusable."""
    try:
        return [f"{host} is {bmc_of(host).power_status()} now."], []
    except PumphouseError as error:
        return [], [Refusal(sentence=error.sentence, fix=error.fix)]
