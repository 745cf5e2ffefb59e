"""What is chosen for the gateways of a stretched network."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from dashboard.errors import BadInput
from dashboard.jobs.options import Option, chosen_values

GATEWAYS = "gateways"
"""The option of a plan with what is chosen for the gateways of networks that it stretches."""
_NEEDED = ("image", "flavor", "outside")
_EITHER = "By its name or id, the same in both clouds unless one of them has another one below."


def _text(name: str, label: str, help_: str = "") -> Option:
    return Option(name=name, label=label, default="", metavar="NAME", help=help_)


GATEWAY_OPTIONS = (
    _text("image", "Image of the gateways", f"With cloud-init and nftables. {_EITHER}"),
    _text("flavor", "Flavor of the gateways", _EITHER),
    _text("outside", "Network outside", f"Where the gateways reach each other. {_EITHER}"),
    _text("floating", "Floating IPs from", "If that network is not external itself."),
    Option(
        name="serving",
        label="Default gateway and DHCP",
        default="each",
        choices={
            "each": "Each cloud serves its own half",
            "source": "The source serves both halves",
            "destination": "The destination serves both halves",
        },
    ),
    Option(
        name="encrypted",
        label="Encrypt the tunnel",
        default=False,
        help="By IPsec, with keys of its own. What cannot be encrypted does not cross.",
    ),
    *(
        replace(_text(f"{side}_{what}", f"{label}, in the {side}"), is_rare=True)
        for what, label in (
            ("image", "Image"),
            ("flavor", "Flavor"),
            ("outside", "Network outside"),
            ("floating", "Floating IPs from"),
        )
        for side in ("source", "destination")
    ),
)


def gateways_of(texts: Sequence[str]) -> dict[str, Any]:
    """Return the value of every option of gateways, given as texts ``OPTION=VALUE``.

    Raises ``BadInput`` for an unknown option, for a value that cannot be, and for what is missing.
    """
    known = {option.name: option for option in GATEWAY_OPTIONS}
    given = {}
    for text in texts:
        name, _, value = (part.strip() for part in text.partition("="))
        name = name.replace("-", "_")
        if name not in known:
            names = ", ".join(known)
            raise BadInput(f"{text!r} is no option of gateways.", fix=f"They have: {names}.")
        given[name] = known[name].parse(value)
    options = chosen_values(GATEWAY_OPTIONS, given, of=GATEWAYS)
    require_needed(options)
    return options


def require_needed(options: Mapping[str, Any]) -> None:
    """Raise ``BadInput`` unless what gateways cannot do without is chosen for both clouds."""
    for what in _NEEDED:
        if not chosen_for("source", what, options) or not chosen_for("destination", what, options):
            raise BadInput(
                f"The gateways need {what} of both clouds.",
                fix=f"Name it as {what}, or as source_{what} and destination_{what}.",
            )


def chosen_for(side: str, what: str, options: Mapping[str, Any]) -> str:
    """Return what was chosen for one cloud alone, else for both; "" for nothing."""
    return str(options.get(f"{side}_{what}") or options.get(what) or "")
