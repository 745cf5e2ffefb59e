"""Asks before something is deleted."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence

from dashboard.cli.arguments import add_plan, chosen_plan
from dashboard.cli.command import Command
from dashboard.cli.console import Console
from dashboard.cli.progress import add_detach, follow_and_report
from dashboard.errors import BadInput
from dashboard.jobs.models import Job
from dashboard.migrations_app.models import Plan


class ConfirmedCommand(Command):
    """A verb of a plan that deletes, so that it wants the tenant's name first."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the plan and the confirmation."""
        add_plan(parser)
        parser.add_argument("--confirm", metavar="NAME", help="the tenant's name")
        add_detach(parser)

    def run(self, options: Namespace, console: Console) -> int:
        """Start the job once the tenant's name was given."""
        plan = chosen_plan(options)
        confirmation = confirmed_name(
            options.confirm, name=plan.tenant_name, touched=self.touched_by(plan), console=console
        )
        return follow_and_report(self.start(plan, confirmation), options, console)

    def touched_by(self, plan: Plan) -> list[str]:
        """Return a line for each object that is deleted."""
        raise NotImplementedError

    def start(self, plan: Plan, confirmation: str) -> Job:
        """Start the verb's job. ``confirmation`` is the tenant's name as the operator gave it."""
        raise NotImplementedError


def confirmed_name(
    given: str | None, *, name: str, touched: Sequence[str], console: Console
) -> str:
    """List what is touched and give the name that the operator confirms with.

    On a terminal it is asked for, else ``--confirm`` must have given it: ``BadInput`` without.
    """
    if given is not None:
        return _checked(given, name)
    for line in touched:
        console.print(f"  {line}")
    if not sys.stdin.isatty():
        raise BadInput("This needs a confirmation.", fix=f"Give --confirm {name}.")
    console.progress.print(f"Type the name {name!r} to go on: ", end="")
    return _checked(input(), name)


def _checked(given: str, name: str) -> str:
    if given.strip() != name:
        raise BadInput(f"{given!r} is not {name!r}, so nothing was done.")
    return name
