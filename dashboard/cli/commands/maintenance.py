"""``pumphouse maintenance``."""

from argparse import ArgumentParser, Namespace

from dashboard.cli.arguments import chosen_cloud
from dashboard.cli.command import OK, Command
from dashboard.cli.console import Console
from dashboard.cli.policy_files import add_policy_arguments, make_policy_files
from dashboard.cli.progress import add_detach, follow_and_report
from dashboard.cli.serializers import serialize_maintenance
from dashboard.jobs.models import Job
from dashboard.jobs.requester import CLI
from dashboard.migrations_app.discovery import look_up_tenant
from dashboard.migrations_app.maintenance.locks import open_maintenance
from dashboard.migrations_app.maintenance.starting import (
    HARDENING,
    required_maintenance,
    start_entering,
    start_leaving,
)
from dashboard.migrations_app.models import Tenant, TenantMaintenance
from dashboard.migrations_app.planning.moves import known_tenant

HARDENING_HELP = ("also lock the servers", "also set the quotas to what is in use")


class MaintenanceCommand(Command):
    """Have a tenant's people look and change nothing, and give them back what they could do."""

    name = "maintenance"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take what to do with which tenant."""
        choices = parser.add_subparsers(dest="deed", metavar="DEED", required=True)
        entering = choices.add_parser("on", help="replace all roles by one that can only read")
        leaving = choices.add_parser("off", help="give the roles back")
        showing = choices.add_parser("show", help="what was changed, and what others did meanwhile")
        for choice in (entering, leaving, showing):
            choice.add_argument("tenant", metavar="TENANT", help="its name or id")
            choice.add_argument("--cloud", default="source", metavar="NAME", help="which cloud")
        add_detach(entering)
        add_detach(leaving)
        _add_options(entering)
        choices.add_parser("list", help="the tenants that are in maintenance")
        policies = choices.add_parser("policies", help="make policies that deny a role all writing")
        add_policy_arguments(policies)

    def run(self, options: Namespace, console: Console) -> int:
        """Do it, and fail when the job does."""
        if options.deed == "list":
            return _list(console)
        if options.deed == "policies":
            return make_policy_files(options, console)
        cloud = chosen_cloud(options.cloud)
        if options.deed == "on":
            return _enter(look_up_tenant(cloud, options.tenant), options, console)
        tenant = known_tenant(cloud, options.tenant)
        if options.deed == "off":
            maintenance = required_maintenance(cloud, tenant.project_id, tenant.name)
            return _follow(start_leaving(maintenance, requester=CLI), tenant, options, console)
        return _show(tenant, console)


def _add_options(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--keep", action="append", default=[], metavar="USER", help="whose access stays; repeatable"
    )
    parser.add_argument(
        "--role", default="", metavar="NAME", help="the read-only role, in place of one found"
    )
    for option, help_ in zip(HARDENING, HARDENING_HELP, strict=True):
        parser.add_argument(f"--{option.replace('_', '-')}", action="store_true", help=help_)


def _enter(tenant: Tenant, options: Namespace, console: Console) -> int:
    job = start_entering(
        tenant,
        keep=options.keep,
        hardening=[option for option in HARDENING if getattr(options, option)],
        role=options.role,
        requester=CLI,
    )
    return _follow(job, tenant, options, console)


def _follow(job: Job, tenant: Tenant, options: Namespace, console: Console) -> int:
    def document() -> dict[str, object]:
        latest = _latest(tenant)
        return {"maintenance": serialize_maintenance(latest) if latest else None}

    code = follow_and_report(job, options, console, document=document)
    if latest := _latest(tenant):
        for sentence in (*latest.notes, *latest.drift):
            console.print(f"  {sentence}")
    return code


def _latest(tenant: Tenant) -> TenantMaintenance | None:
    return TenantMaintenance.objects.filter(
        cloud=tenant.cloud, project_id=tenant.project_id
    ).first()


def _show(tenant: Tenant, console: Console) -> int:
    latest = open_maintenance(tenant.cloud, tenant.project_id) or _latest(tenant)
    if latest is None:
        console.print(f"{tenant.name} of {tenant.cloud} has never been in maintenance.")
    else:
        console.print(str(latest))
        rows = latest.changes.all()
        cells = [(row.get_kind_display(), row.name, row.get_state_display()) for row in rows]
        console.print_table("Change", "Of", "State", rows=cells)
        for sentence in (*latest.notes, *latest.drift):
            console.print(sentence)
    console.print_json({"maintenance": serialize_maintenance(latest) if latest else None})
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
