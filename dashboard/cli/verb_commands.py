"""The commands that do something to a plan, a tenant or a cloud: one for each verb.

They are made from what the verb declares; a verb whose words are two belongs to the command of the
first: ``maintenance on``.
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Generic, TypeVar

from typing_extensions import override

from dashboard.cli.arguments import add_plan, chosen_cloud, chosen_plan
from dashboard.cli.command import FAILED, Command
from dashboard.cli.console import Console
from dashboard.cli.option_arguments import add_options, given_options
from dashboard.cli.plan_report import print_differences, print_findings
from dashboard.cli.progress import add_detach, follow_and_report
from dashboard.cli.prompts import confirmed_name
from dashboard.cli.serializers import (
    Json,
    serialize_cloud,
    serialize_differences,
    serialize_plan,
)
from dashboard.cli.stretch_report import print_stretches, serialize_stretches
from dashboard.cli.tenant_report import print_maintenance, serialize_latest_maintenance
from dashboard.errors import NotFound
from dashboard.hosts_app.models import Cloud
from dashboard.hosts_app.verbs.base import CloudVerb
from dashboard.jobs.requester import CLI
from dashboard.jobs.verb import Verb
from dashboard.migrations_app.discovery import look_up_tenant
from dashboard.migrations_app.models import Plan, Tenant
from dashboard.migrations_app.planning.moves import known_tenant
from dashboard.migrations_app.verbs.base import PlanVerb, TenantVerb, tenant_verbs

Row = TypeVar("Row", bound=Any)
Report = tuple[Callable[[Any], Json], Callable[[Any, Console], None]]


def _print_nothing(_row: Any, _console: Console) -> None:
    """Show nothing: the job's own end says it all."""


class VerbCommand(Command, Generic[Row]):
    """Does one verb to a row."""

    reports: ClassVar[Mapping[str, Report]] = {}
    """For each ``result`` of a verb: what ``--json`` prints of it, and how people see it."""

    def __init__(self, verb: Verb[Row]) -> None:
        self.verb = verb
        self.name = verb.command_words

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        self.add_row(parser)
        add_options(parser, self.verb.options)
        if self.verb.confirmation:
            parser.add_argument("--confirm", metavar="NAME", help=self.verb.confirmation)
        add_detach(parser)

    @override
    def run(self, options: Namespace, console: Console) -> int:
        """Do it, and fail when the job does or what it has found is not good."""
        row = self.chosen_row(options)
        if refused := self.verb.why_not(row):
            raise refused
        job = self.verb.start(
            row,
            requester=CLI,
            confirmation=self._confirmation(row, options, console),
            **given_options(options, self.verb.options),
        )
        if options.detach:
            return follow_and_report(job, options, console)
        serialize, show = self.reports.get(self.verb.result, (lambda _: {}, _print_nothing))
        code = follow_and_report(job, options, console, document=lambda: serialize(_fresh(row)))
        show(row, console)
        return code if self.verb.is_success(row) else FAILED

    def add_row(self, parser: ArgumentParser) -> None:
        """Add the ways to say which row."""
        raise NotImplementedError

    def chosen_row(self, options: Namespace) -> Row:
        """Return the row. Raises ``BadInput`` and ``NotFound``."""
        raise NotImplementedError

    def _confirmation(self, row: Row, options: Namespace, console: Console) -> str:
        if not self.verb.confirmation:
            return ""
        name, touched = self.verb.to_type(row), self.verb.touched(row)
        return confirmed_name(options.confirm, name=name, touched=touched, console=console)


def _fresh(row: Row) -> Row:
    row.refresh_from_db()
    return row


class PlanVerbCommand(VerbCommand[Plan]):
    """Does one verb to a plan."""

    reports = {
        "findings": (lambda plan: {"plan": serialize_plan(plan)}, print_findings),
        "differences": (
            lambda plan: {"differences": serialize_differences(plan)},
            print_differences,
        ),
        "stretches": (serialize_stretches, print_stretches),
    }

    @override
    def add_row(self, parser: ArgumentParser) -> None:
        add_plan(parser)

    @override
    def chosen_row(self, options: Namespace) -> Plan:
        return chosen_plan(options)


class TenantVerbCommand(VerbCommand[Tenant]):
    """Does one verb to a tenant."""

    reports = {"maintenance": (serialize_latest_maintenance, print_maintenance)}

    @override
    def add_row(self, parser: ArgumentParser) -> None:
        add_tenant(parser)

    @override
    def chosen_row(self, options: Namespace) -> Tenant:
        """Return the tenant; one that has not been seen yet is looked up on its cloud."""
        cloud = chosen_cloud(options.cloud)
        try:
            return known_tenant(cloud, options.tenant)
        except NotFound:
            look_up_tenant(cloud, options.tenant)
            return known_tenant(cloud, options.tenant)


def add_tenant(parser: ArgumentParser) -> None:
    """Add the ways to say which tenant."""
    parser.add_argument("tenant", metavar="TENANT", help="its name or id")
    parser.add_argument("--cloud", default="source", metavar="NAME", help="which cloud")


class CloudVerbCommand(VerbCommand[Cloud]):
    """Does one verb to a cloud."""

    reports = {"cloud": (lambda cloud: {"cloud": serialize_cloud(cloud)}, _print_nothing)}

    @override
    def add_row(self, parser: ArgumentParser) -> None:
        parser.add_argument("cloud", metavar="CLOUD", help="its name, from pumphouse clouds")

    @override
    def chosen_row(self, options: Namespace) -> Cloud:
        return chosen_cloud(options.cloud)


COMMANDS: Sequence[tuple[type[Verb[Any]], type[VerbCommand[Any]]]] = (
    (PlanVerb, PlanVerbCommand),
    (TenantVerb, TenantVerbCommand),
    (CloudVerb, CloudVerbCommand),
)


def command_of(verb: Verb[Any]) -> VerbCommand[Any]:
    """Return the command that does a verb."""
    return next(command(verb) for kind, command in COMMANDS if isinstance(verb, kind))


def parts_of(name: str) -> dict[str, VerbCommand[Any]]:
    """Return the commands of the verbs that are parts of another command, by their second word."""
    verbs = [verb for verb in tenant_verbs() if verb.command.startswith(f"{name} ")]
    return {verb.command.removeprefix(f"{name} "): command_of(verb) for verb in verbs}
