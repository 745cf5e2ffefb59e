"""``pumphouse plan``."""

from argparse import ArgumentParser, Namespace

from dashboard.cli.choosing import add_clouds, chosen_clouds, read_mappings
from dashboard.cli.command import FAILED, OK, Command
from dashboard.cli.documents import job_document, plan_document
from dashboard.cli.following import follow, has_failed, tell_end
from dashboard.cli.plan_report import tell_plan
from dashboard.cli.screen import Screen
from dashboard.migrations_app.discovery import look_up_tenant
from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.planning import start_plan


class PlanCommand(Command):
    """Read both clouds and say what moving a tenant would do; changes nothing."""

    name = "plan"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the tenant, the clouds, mappings and how servers are captured."""
        parser.add_argument("tenant", metavar="TENANT", help="its name or id")
        add_clouds(parser)
        parser.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="TYPE:NAME=DEST",
            help="use DEST for that object; may be repeated",
        )
        parser.add_argument("--capture", choices=("stop", "suspend"), help="how servers are halted")
        parser.add_argument("--addresses", choices=("keep", "new"), help="floating addresses")

    def run(self, options: Namespace, screen: Screen) -> int:
        """Plan, and fail when something blocks the move."""
        source, destination = chosen_clouds(options)
        look_up_tenant(source, options.tenant)
        plan, job = start_plan(
            source=source,
            destination=destination,
            tenant=options.tenant,
            options=_plan_options(options),
            choices=read_mappings(options.map),
            launched_from="cli",
        )
        ended = follow(job, screen)
        plan.refresh_from_db()
        tell_plan(plan, screen)
        if has_failed(ended):
            tell_end(ended, screen)
        screen.answer({"job": job_document(ended), "plan": plan_document(plan)})
        return OK if plan.state == Plan.State.READY and not has_failed(ended) else FAILED


def _plan_options(options: Namespace) -> dict[str, str]:
    chosen = {"capture": options.capture, "addresses": options.addresses}
    return {name: value for name, value in chosen.items() if value}
