"""The verbs of campaigns as parts of the command ``campaign``."""

from argparse import ArgumentParser, Namespace

from typing_extensions import override

from dashboard.campaigns.models import Campaign
from dashboard.campaigns.report import report_of
from dashboard.campaigns.verbs.base import campaign_verbs
from dashboard.cli.campaign_report import print_campaign
from dashboard.cli.command import OK
from dashboard.cli.console import Console
from dashboard.cli.option_arguments import add_options, given_options
from dashboard.cli.verb_commands import VerbCommand
from dashboard.errors import NotFound
from dashboard.jobs.requester import CLI
from dashboard.whole_numbers import whole_number


def add_campaign(parser: ArgumentParser) -> None:
    """Add the way to say which campaign."""
    parser.add_argument("campaign", metavar="CAMPAIGN", help="its name or number")


def campaign_named(name: str) -> Campaign:
    """Return the campaign of that name or number. Raises ``NotFound``."""
    campaigns = Campaign.objects.select_related("source", "destination", "job")
    found = campaigns.filter(name=name).first()
    if found is None and (number := whole_number(name)) is not None:
        found = campaigns.filter(pk=number).first()
    if found is None:
        raise NotFound(f"There is no campaign {name!r}.", fix="See pumphouse campaign status.")
    return found


class CampaignVerbCommand(VerbCommand[Campaign]):
    """Does one verb to a campaign, and shows how it then stands. Workers run it."""

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        add_campaign(parser)
        add_options(parser, self.verb.options)
        if self.verb.confirmation:
            parser.add_argument("--confirm", metavar="NAME", help=self.verb.confirmation)

    @override
    def run(self, options: Namespace, console: Console) -> int:
        campaign = campaign_named(options.campaign)
        if refused := self.verb.why_not(campaign):
            raise refused
        self.verb.start(
            campaign,
            requester=CLI,
            confirmation=self._confirmation(campaign, options, console),
            **given_options(options, self.verb.options),
        )
        campaign = campaign_named(str(campaign.pk))
        print_campaign(campaign, console)
        console.print_json({"campaign": report_of(campaign)})
        return OK


def campaign_parts() -> dict[str, CampaignVerbCommand]:
    """Return the commands of the verbs of campaigns, by their word after ``campaign``."""
    prefix = "campaign "
    return {
        verb.command.removeprefix(prefix): CampaignVerbCommand(verb)
        for verb in campaign_verbs()
        if verb.command.startswith(prefix)
    }
