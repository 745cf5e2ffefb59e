"""The commands of host actions: plan, show the plan, ask for confirmation, follow the job.

There is one for each host action, built from its options.
"""

from argparse import ArgumentParser, Namespace

from typing_extensions import override

from dashboard.cli.arguments import chosen_cloud
from dashboard.cli.command import FAILED, OK, Command
from dashboard.cli.console import Console
from dashboard.cli.host_arguments import add_host, chosen_host
from dashboard.cli.option_arguments import add_options, given_options
from dashboard.cli.outcome import print_outcome, required
from dashboard.cli.progress import add_detach, follow, follow_and_report
from dashboard.cli.prompts import confirmed_name
from dashboard.cli.serializers import serialize_host_plan
from dashboard.hosts_app.models import Cloud, HostPlan
from dashboard.hosts_app.plans.configured_options import configured_options
from dashboard.hosts_app.plans.host_action import HostAction
from dashboard.hosts_app.plans.host_plans import (
    lines_of,
    start_host_action,
    start_host_plan,
)
from dashboard.hosts_app.plans.stored_plans import planning_of
from dashboard.jobs.job_lists import cleaning_up_after
from dashboard.jobs.requester import CLI


class HostActionCommand(Command):
    """Plans one host action, asks for confirmation, and runs it."""

    def __init__(self, action: HostAction) -> None:
        self.action = action
        self.name = action.name.replace("_", "-")

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        add_host(parser)
        add_options(parser, self.action.options)
        parser.add_argument("--plan-only", action="store_true", help="only show what would be done")
        parser.add_argument("--confirm", metavar="NAME", help="the name that confirms the plan")
        add_detach(parser)

    @override
    def run(self, options: Namespace, console: Console) -> int:
        plan = self._plan(options, *self._chosen(options, console))
        required(follow(planning_of(plan), console))
        plan.refresh_from_db()
        _tell(plan, console)
        if options.plan_only or plan.refusals:
            console.print_json({"plan": serialize_host_plan(plan)})
            return FAILED if plan.refusals else OK
        return self._start(plan, options, console)

    def _chosen(self, options: Namespace, console: Console) -> tuple[Cloud, str]:
        if not self.action.of_computes:
            return chosen_cloud(options.cloud), options.host
        host = chosen_host(options, console)
        return host.cloud, host.name

    def _plan(self, options: Namespace, cloud: Cloud, host: str) -> HostPlan:
        return start_host_plan(
            cloud,
            host,
            action=self.action.name,
            options={
                **configured_options(self.action.name),
                **given_options(options, self.action.options),
            },
            requester=CLI,
        )

    def _start(self, plan: HostPlan, options: Namespace, console: Console) -> int:
        name = self.action.to_type(plan)
        confirmation = confirmed_name(options.confirm, name=name, touched=(), console=console)
        job = start_host_action(plan, confirmation=confirmation, requester=CLI)
        code = follow_and_report(
            job, options, console, document=lambda: {"plan": serialize_host_plan(plan)}
        )
        if code == FAILED and (later := cleaning_up_after(job)):
            print_outcome(follow(later, console), console)
        return code


def _tell(plan: HostPlan, console: Console) -> None:
    """Print the lines, refusals and notes of a plan."""
    for line in lines_of(plan):
        console.print(str(line))
    for refusal in plan.refusals:
        console.print(f"Refused: {refusal['sentence']} {refusal['fix']}")
    for note in plan.notes:
        console.print(note)
