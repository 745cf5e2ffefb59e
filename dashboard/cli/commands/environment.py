"""``pumphouse environment``."""

from argparse import ArgumentParser, Namespace

from typing_extensions import override

from dashboard.cli.arguments import chosen_cloud
from dashboard.cli.command import FAILED, OK, Command
from dashboard.cli.console import Console
from dashboard.cli.host_arguments import add_cloud
from dashboard.cli.outcome import required
from dashboard.cli.progress import add_detach, follow, follow_and_report
from dashboard.cli.prompts import confirmed_name
from dashboard.cli.serializers import serialize_environment_plan
from dashboard.hosts_app.environments.deletion import (
    environment_row_of,
    start_environment_deletion,
)
from dashboard.hosts_app.environments.duplicating import (
    environment_named,
    incomplete_sentence,
    lines_of,
    start_duplication,
    start_environment_plan,
)
from dashboard.hosts_app.environments.lines import CopyOutcome
from dashboard.hosts_app.models import EnvironmentPlan
from dashboard.hosts_app.plans.stored_plans import planning_of
from dashboard.jobs.requester import CLI

OPTIONS = ("release", "renumber", "cidr_base", "vlan_offset")


class EnvironmentCommand(Command):
    """Duplicate an environment of Fuel, or delete one without nodes."""

    name = "environment"

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        choices = parser.add_subparsers(dest="action", metavar="duplicate|delete", required=True)
        deleting = choices.add_parser(
            "delete", help="delete a cloud's environment, which must have no nodes"
        )
        add_cloud(deleting)
        deleting.add_argument("--confirm", metavar="NAME", help="the environment's name")
        add_detach(deleting)
        copying = choices.add_parser("duplicate", help="create one with the settings of another")
        copying.add_argument("environment", metavar="NAME", help="the environment, or its cloud")
        copying.add_argument(
            "--as", dest="copy", required=True, metavar="NEW", help="the name of the copy"
        )
        copying.add_argument(
            "--release", type=int, metavar="ID", help="id of its release (default: the source's)"
        )
        copying.add_argument(
            "--renumber", action="store_true", help="use other ranges and VLANs where they overlap"
        )
        copying.add_argument(
            "--cidr-base", default="", metavar="CIDR", help="the range for renumbered networks"
        )
        copying.add_argument(
            "--vlan-offset", type=int, default=0, metavar="N", help="add this to VLANs"
        )
        copying.add_argument(
            "--plan-only", action="store_true", help="only show what would be created"
        )
        add_detach(copying)

    @override
    def run(self, options: Namespace, console: Console) -> int:
        if options.action == "delete":
            return _delete(options, console)
        return _duplicate(options, console)


def _delete(options: Namespace, console: Console) -> int:
    """Delete the environment, once its name was given."""
    environment = environment_row_of(chosen_cloud(options.cloud))
    confirmation = confirmed_name(
        options.confirm, name=environment.name, touched=(), console=console
    )
    job = start_environment_deletion(environment, confirmation=confirmation, requester=CLI)
    return follow_and_report(job, options, console)


def _duplicate(options: Namespace, console: Console) -> int:
    """Plan the copy, show what will differ, and create it."""
    chosen = vars(options)
    plan = start_environment_plan(
        environment_named(options.environment),
        name=options.copy,
        options={name: chosen[name] for name in OPTIONS},
        requester=CLI,
    )
    required(follow(planning_of(plan), console))
    plan.refresh_from_db()
    _tell(plan, console)
    if options.plan_only or plan.refusals:
        console.print_json({"plan": serialize_environment_plan(plan)})
        return FAILED if plan.refusals else OK
    return _make(plan, options, console)


def _tell(plan: EnvironmentPlan, console: Console) -> None:
    """Print what will differ from the source, the refusals and the notes."""
    lines = lines_of(plan)
    different = [line for line in lines if line.outcome != CopyOutcome.CARRIED]
    for line in different:
        console.print(str(line))
    console.print(
        f"{len(lines) - len(different)} more will be the same as in {plan.environment.name}."
    )
    for refusal in plan.refusals:
        console.print(f"Refused: {refusal['sentence']} {refusal['fix']}")
    for note in plan.notes:
        console.print(note)


def _make(plan: EnvironmentPlan, options: Namespace, console: Console) -> int:
    job = start_duplication(plan, requester=CLI)
    document = {"plan": serialize_environment_plan(plan)}
    code = follow_and_report(job, options, console, document=lambda: document)
    plan.refresh_from_db()
    if left := incomplete_sentence(plan):
        console.print(left)
    return code
