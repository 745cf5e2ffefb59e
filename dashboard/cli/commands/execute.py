"""``pumphouse execute``."""

from argparse import ArgumentParser, Namespace
from datetime import datetime

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from dashboard.cli.arguments import add_plan, chosen_plan
from dashboard.cli.command import Command
from dashboard.cli.console import Console
from dashboard.cli.progress import add_detach, follow_and_report
from dashboard.errors import BadInput
from dashboard.jobs.requester import CLI
from dashboard.jobs.states import Phase
from dashboard.migrations_app.execution.execute import start_execute

HOLDS = {phase.label.lower(): phase for phase in (Phase.CUTOVER, Phase.COMPLETE)}


class ExecuteCommand(Command):
    """Carry out a plan."""

    name = "execute"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the plan, and before what and until when to hold."""
        add_plan(parser)
        parser.add_argument("--hold-before", choices=HOLDS, help="wait for a release before it")
        parser.add_argument(
            "--hold-until",
            metavar="TIME",
            help="go on by itself then, as 2030-01-31T22:00; alone it holds before cutover",
        )
        add_detach(parser)

    def run(self, options: Namespace, console: Console) -> int:
        """Execute, and fail when the job does."""
        until = _moment(options.hold_until) if options.hold_until else None
        job = start_execute(
            chosen_plan(options),
            hold_before=HOLDS.get(options.hold_before),
            hold_until=until,
            requester=CLI,
        )
        return follow_and_report(job, options, console)


def _moment(text: str) -> datetime:
    """Read an ISO time, taken for one of this machine's zone when it names none."""
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None:
        raise BadInput(f"{text!r} is not a time.", fix="Write it as 2030-01-31T22:00.")
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
