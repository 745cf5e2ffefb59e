"""``pumphouse evacuate``."""

from argparse import ArgumentParser, Namespace
from dataclasses import asdict

from dashboard.cli.choosing import chosen_cloud
from dashboard.cli.command import FAILED, OK, Command
from dashboard.cli.confirming import confirmed_name
from dashboard.cli.documents import Json
from dashboard.cli.following import add_detach, follow, follow_and_tell, tell_end
from dashboard.cli.screen import Screen
from dashboard.hosts_app.evacuation import (
    LIMIT_SECONDS,
    PARALLEL,
    describe,
    plan_evacuation,
    reopening_of,
    start_evacuation,
)
from dashboard.hosts_app.evacuation_planning import EvacuationPlan


class EvacuateCommand(Command):
    """Free a host: move its servers to the other hosts of its cloud."""

    name = "evacuate"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the host and how it is freed."""
        parser.add_argument("host", metavar="HOST")
        parser.add_argument("--cloud", default="source", metavar="NAME", help="which cloud")
        parser.add_argument("--plan-only", action="store_true", help="say what would be done")
        parser.add_argument(
            "--parallel", type=int, default=PARALLEL, metavar="N", help="servers at a time"
        )
        parser.add_argument(
            "--limit", type=int, default=LIMIT_SECONDS, metavar="SECONDS", help="for each server"
        )
        parser.add_argument("--skip-errors", action="store_true", help="leave servers in ERROR")
        parser.add_argument("--confirm", metavar="HOST", help="the host's name")
        add_detach(parser)

    def run(self, options: Namespace, screen: Screen) -> int:
        """Plan, and free the host once its name was given; fail when the job does."""
        cloud = chosen_cloud(options.cloud)
        plan = plan_evacuation(cloud, options.host, skip_errors=options.skip_errors)
        if options.plan_only or plan.refusals:
            return _tell(plan, screen)
        confirmation = confirmed_name(
            options.confirm, name=plan.host, touched=describe(plan), screen=screen
        )
        job = start_evacuation(
            cloud,
            plan,
            confirmation=confirmation,
            parallel=options.parallel,
            limit=options.limit,
            launched_from="cli",
        )
        code = follow_and_tell(job, options, screen, document=lambda: {"plan": _document(plan)})
        if code == FAILED and (opening := reopening_of(job)):
            tell_end(follow(opening, screen), screen)
        return code


def _tell(plan: EvacuationPlan, screen: Screen) -> int:
    """Show the plan, and fail when something stands in the way."""
    for line in describe(plan):
        screen.tell(line)
    for refusal in plan.refusals:
        screen.tell(f"Refused: {refusal}")
    screen.answer({"plan": _document(plan)})
    return FAILED if plan.refusals else OK


def _document(plan: EvacuationPlan) -> Json:
    return asdict(plan)
