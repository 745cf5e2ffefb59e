"""``pumphouse preflight``."""

from argparse import ArgumentParser, Namespace

from dashboard.cli.arguments import add_plan, chosen_plan
from dashboard.cli.command import FAILED, Command
from dashboard.cli.console import Console
from dashboard.cli.plan_report import print_findings
from dashboard.cli.progress import follow_and_report
from dashboard.cli.serializers import serialize_plan
from dashboard.jobs.requester import CLI
from dashboard.migrations_app.models import Plan, PlanFinding
from dashboard.migrations_app.planning.preflight import start_preflight


class PreflightCommand(Command):
    """Look again for what stands in the way of a plan; changes nothing."""

    name = "preflight"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the plan."""
        add_plan(parser)

    def run(self, options: Namespace, console: Console) -> int:
        """Check, and fail when something blocks."""
        plan = chosen_plan(options)
        job = start_preflight(plan, requester=CLI)
        code = follow_and_report(job, options, console, document=lambda: _document(plan))
        print_findings(plan, console)
        blocked = plan.findings.filter(severity=PlanFinding.Severity.BLOCK).exists()
        return FAILED if blocked else code


def _document(plan: Plan) -> dict[str, object]:
    plan.refresh_from_db()
    return {"plan": serialize_plan(plan)}
