"""The commands that do something with a plan: one for each verb, made from what it declares."""

from argparse import ArgumentParser, Namespace

from typing_extensions import override

from dashboard.cli.arguments import add_plan, chosen_plan
from dashboard.cli.command import FAILED, Command
from dashboard.cli.console import Console
from dashboard.cli.option_arguments import add_options, given_options
from dashboard.cli.plan_report import print_result, serialize_result
from dashboard.cli.progress import add_detach, follow_and_report
from dashboard.cli.prompts import confirmed_name
from dashboard.jobs.requester import CLI
from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.verbs.base import PlanVerb


class PlanVerbCommand(Command):
    """Does one verb to a plan."""

    def __init__(self, verb: PlanVerb) -> None:
        self.verb = verb
        self.name = verb.path

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        add_plan(parser)
        add_options(parser, self.verb.options)
        if self.verb.confirmation:
            parser.add_argument("--confirm", metavar="NAME", help=self.verb.confirmation)
        add_detach(parser)

    @override
    def run(self, options: Namespace, console: Console) -> int:
        """Do it, and fail when the job does or what it has found is not good."""
        plan = chosen_plan(options)
        if refused := self.verb.why_not(plan):
            raise refused
        job = self.verb.start(
            plan,
            requester=CLI,
            confirmation=self._confirmation(plan, options, console),
            **given_options(options, self.verb.options),
        )
        if options.detach:
            return follow_and_report(job, options, console)
        result = self.verb.result
        code = follow_and_report(
            job, options, console, document=lambda: serialize_result(result, plan)
        )
        print_result(result, plan, console)
        return code if self.verb.is_success(plan) else FAILED

    def _confirmation(self, plan: Plan, options: Namespace, console: Console) -> str:
        if not self.verb.confirmation:
            return ""
        name, touched = self.verb.to_type(plan), self.verb.touched(plan)
        return confirmed_name(options.confirm, name=name, touched=touched, console=console)
