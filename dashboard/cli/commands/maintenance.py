"""``pumphouse maintenance``."""

from argparse import ArgumentParser, Namespace

from typing_extensions import override

from dashboard.cli.arguments import chosen_cloud
from dashboard.cli.command import OK, Command
from dashboard.cli.console import Console
from dashboard.cli.policy_files import add_policy_arguments, make_policy_files
from dashboard.cli.serializers import serialize_maintenance
from dashboard.cli.tenant_report import latest_maintenance, serialize_latest_maintenance
from dashboard.cli.verb_commands import add_tenant, parts_of
from dashboard.migrations_app.models import Tenant, TenantMaintenance
from dashboard.migrations_app.planning.moves import known_tenant


class MaintenanceCommand(Command):
    """Make a tenant read-only for its users, and give them back what they could do."""

    name = "maintenance"

    def __init__(self) -> None:
        self.verbs = parts_of(self.name)

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        choices = parser.add_subparsers(dest="maintenance", metavar="ACTION", required=True)
        for name, command in self.verbs.items():
            choice = choices.add_parser(
                name, help=command.verb.effect, description=command.verb.effect
            )
            command.add_arguments(choice)
        showing = choices.add_parser("show", help="show what was changed, also by others")
        add_tenant(showing)
        choices.add_parser("list", help="list the tenants that are in maintenance")
        policies = choices.add_parser("policies", help="make policies that deny a role all writing")
        add_policy_arguments(policies)

    @override
    def run(self, options: Namespace, console: Console) -> int:
        action = options.maintenance
        if action in self.verbs:
            return self.verbs[action].run(options, console)
        if action == "list":
            return _list(console)
        if action == "policies":
            return make_policy_files(options, console)
        return _show(known_tenant(chosen_cloud(options.cloud), options.tenant), console)


def _show(tenant: Tenant, console: Console) -> int:
    latest = latest_maintenance(tenant)
    if latest is None:
        console.print(f"{tenant.name} of {tenant.cloud} has never been in maintenance.")
    else:
        console.print(str(latest))
        rows = latest.changes.all()
        cells = [(row.get_kind_display(), row.name, row.get_state_display()) for row in rows]
        console.print_table("Change", "Of", "State", rows=cells)
        for sentence in (*latest.notes, *latest.drift):
            console.print(sentence)
    console.print_json(serialize_latest_maintenance(tenant))
    return OK


def _list(console: Console) -> int:
    held = TenantMaintenance.objects.filter(state__in=TenantMaintenance.OPEN)
    found = list(held.select_related("cloud"))
    rows = [
        (each.tenant_name, each.cloud.name, each.get_state_display(), each.entered_at or "")
        for each in found
    ]
    console.print_table("Tenant", "Cloud", "State", "Since", rows=rows)
    console.print_json({"maintenances": [serialize_maintenance(each) for each in found]})
    return OK
