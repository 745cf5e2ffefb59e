"""``pumphouse campaign``."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from typing_extensions import override

from dashboard.campaigns.models import Campaign
from dashboard.campaigns.planning.csv_files import read_csv, write_csv
from dashboard.campaigns.planning.drawing import draw_up
from dashboard.campaigns.report import report_csv, report_of
from dashboard.cli.arguments import add_clouds, chosen_clouds
from dashboard.cli.campaign_report import print_campaign
from dashboard.cli.campaign_rules import EFFECT, add_rules, change_wave
from dashboard.cli.campaign_verbs import add_campaign, campaign_named, campaign_parts
from dashboard.cli.command import OK, Command
from dashboard.cli.console import Console
from dashboard.jobs.requester import CLI
from dashboard.text_files import new_file, read_text, write_text


class CampaignCommand(Command):
    """Move many tenants in waves: plan, start, pause, resume, status, export."""

    name = "campaign"

    def __init__(self) -> None:
        self.verbs = campaign_parts()

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        choices = parser.add_subparsers(dest="campaign_action", metavar="ACTION", required=True)
        planning = choices.add_parser("plan", help="draw up a campaign from a CSV file")
        planning.add_argument("file", metavar="FILE", help="columns: see docs/campaigns.md")
        planning.add_argument("--name", metavar="NAME", help="default: the name of the file")
        add_clouds(planning)
        planning.add_argument(
            "--hosts",
            default=Campaign.Hosts.NEVER.value,
            choices=Campaign.Hosts.values,
            help="whether hosts are reassigned where there is no room",
        )
        for name, command in self.verbs.items():
            effect = command.verb.effect
            command.add_arguments(choices.add_parser(name, help=effect, description=effect))
        add_rules(choices.add_parser("change-wave", help=EFFECT, description=EFFECT))
        showing = choices.add_parser("status", help="show how far a campaign is, or all of them")
        showing.add_argument("campaign", nargs="?", metavar="CAMPAIGN", help="its name or number")
        exporting = choices.add_parser("export", help="write a campaign, or its report, as CSV")
        add_campaign(exporting)
        exporting.add_argument("file", metavar="FILE", help="a new file")
        exporting.add_argument("--report", action="store_true", help="how each tenant has fared")

    @override
    def run(self, options: Namespace, console: Console) -> int:
        action = options.campaign_action
        if action in self.verbs:
            return self.verbs[action].run(options, console)
        acts = {"plan": _plan, "change-wave": _change, "status": _status, "export": _export}
        return acts[action](options, console)


def _plan(options: Namespace, console: Console) -> int:
    source, destination = chosen_clouds(options)
    path = Path(options.file)
    drawing = read_csv(
        read_text(path),
        name=options.name or path.stem,
        source=source,
        destination=destination,
        hosts=options.hosts,
    )
    return _show(draw_up(drawing, CLI), console)


def _change(options: Namespace, console: Console) -> int:
    return _show(change_wave(options), console)


def _status(options: Namespace, console: Console) -> int:
    if options.campaign:
        return _show(campaign_named(options.campaign), console)
    campaigns = list(Campaign.objects.select_related("source", "destination", "job"))
    rows = [(each.pk, each.name, each.source, each.destination, each.state) for each in campaigns]
    console.print_table("Id", "Campaign", "From", "To", "State", rows=rows)
    keys = ("id", "name", "source", "destination", "state")
    shown = [dict(zip(keys, (row[0], *map(str, row[1:])), strict=True)) for row in rows]
    console.print_json({"campaigns": shown})
    return OK


def _show(campaign: Campaign, console: Console) -> int:
    print_campaign(campaign, console)
    console.print_json({"campaign": report_of(campaign)})
    return OK


def _export(options: Namespace, console: Console) -> int:
    campaign, path = campaign_named(options.campaign), new_file(options.file)
    write_text(path, report_csv(campaign) if options.report else write_csv(campaign))
    console.print(f"Wrote {'the report of ' * options.report}campaign {campaign} to {path}.")
    console.print_json({"file": str(path)})
    return OK
