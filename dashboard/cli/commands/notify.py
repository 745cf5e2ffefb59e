"""``pumphouse notify``."""

from argparse import ArgumentParser, Namespace

from typing_extensions import override

from dashboard.cli.command import FAILED, OK, Command
from dashboard.cli.console import Console
from dashboard.cli.outcome import has_failed
from dashboard.cli.progress import follow
from dashboard.cli.serializers import serialize_step
from dashboard.jobs.models import LogLine, Step
from dashboard.jobs.requester import CLI
from dashboard.notifications.mail import missing_mail_settings
from dashboard.notifications.sending import start_trial


class NotifyCommand(Command):
    """Send a test notification through every configured channel."""

    name = "notify"

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        # Required: real notifications are sent by jobs only.
        parser.add_argument(
            "--test", action="store_true", required=True, help="send a test through every channel"
        )

    @override
    def run(self, options: Namespace, console: Console) -> int:
        job = follow(start_trial(requester=CLI), console)
        steps = list(job.steps.all())
        for step in steps:
            console.print(_answer(step))
        if len(missing := missing_mail_settings()) == 1:
            console.print(f"E-mail is not set up: {missing[0]} is missing.")
        console.print_json({"channels": [serialize_step(step) for step in steps]})
        return FAILED if has_failed(job) else OK


def _answer(step: Step) -> str:
    if step.error:
        return f"{step.title}: failed. {step.error} {step.fix}".rstrip()
    line = LogLine.objects.filter(step=step).last()
    return line.message if line else f"{step.title}: {step.get_state_display().lower()}."
