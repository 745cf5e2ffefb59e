"""``pumphouse campaign change-wave``: other rules for a wave, also before it is started."""

from argparse import ArgumentParser, Namespace
from typing import Any

from dashboard.campaigns.models import Campaign
from dashboard.campaigns.planning.changing import wave_of
from dashboard.campaigns.planning.rules import change_rules
from dashboard.campaigns.planning.wave_options import WAVE_OPTIONS
from dashboard.cli.campaign_verbs import add_campaign, campaign_named
from dashboard.cli.option_arguments import add_options, given_options
from dashboard.jobs.options import Option
from dashboard.jobs.requester import CLI

EFFECT = "Give a wave other rules; what has begun goes on. - stands for the default."
DEFAULT = "-"
_TEXTS = tuple(
    Option(
        name=option.name,
        label=option.label,
        default="",
        metavar=option.metavar or "|".join(option.choices) or "VALUE",
    )
    for option in WAVE_OPTIONS
)
"""The rules as texts: what is not given stays as it is, and any of them can be the default."""


def add_rules(parser: ArgumentParser) -> None:
    """Add the ways to say which wave, and a flag for each rule."""
    add_campaign(parser)
    parser.add_argument("--wave", default="", metavar="NAME", help="needed where there are several")
    add_options(parser, _TEXTS)


def change_wave(options: Namespace) -> Campaign:
    """Change the rules that were given, and return the campaign. Raises as ``change_rules``."""
    campaign, given = campaign_named(options.campaign), given_options(options, _TEXTS)
    values = {
        option.name: _value(option, given[option.name])
        for option in WAVE_OPTIONS
        if option.name in given
    }
    change_rules(wave_of(campaign, options.wave), values, CLI)
    return campaign


def _value(option: Option, text: str) -> Any:
    return option.clean(None) if text == DEFAULT else option.parse(text)
