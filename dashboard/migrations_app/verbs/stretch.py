"""Stretch: joins a network across both clouds by a pair of gateway servers."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from typing_extensions import override

from dashboard.errors import BadInput, PumphouseError, WrongState
from dashboard.jobs.models import Job
from dashboard.jobs.options import Option
from dashboard.jobs.requester import Requester
from dashboard.jobs.starting import start_job
from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.stretch.work import (
    joining_steps,
    movable_networks,
    new_stretch,
    stretch_subject,
    why_not_now,
)
from dashboard.migrations_app.verbs.base import PlanVerb

_NEEDED = ("image", "flavor", "outside")
_STATES = (Plan.State.EXECUTING, Plan.State.EXECUTED)
_EITHER = "By its name or id, the same in both clouds unless one of them has another one below."


def _text(name: str, label: str, help_: str = "") -> Option:
    return Option(name=name, label=label, default="", metavar="NAME", help=help_)


class GatewayVerb(PlanVerb):
    """A verb about the gateways of a plan's tenant, which may run beside the plan's own."""

    has_own_subject = True
    result = "stretches"

    @override
    def subject(self, target: Plan) -> str:
        return stretch_subject(target)


class Stretch(GatewayVerb):
    """Makes a gateway server in each cloud, and a tunnel between them."""

    name = "stretch"
    title = "Stretch a network"
    effect = (
        "Join a moved network across both clouds by a pair of gateway servers, so that servers "
        "that have moved and servers that have not reach each other."
    )
    order = 60
    options = (
        _text("network", "Network", "By its name or id. The only one, if left empty."),
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
            _text(f"{side}_{what}", f"{label}, in the {side}")
            for what, label in (
                ("image", "Image"),
                ("flavor", "Flavor"),
                ("outside", "Network outside"),
                ("floating", "Floating IPs from"),
            )
            for side in ("source", "destination")
        ),
    )

    @override
    def applies_to(self, target: Plan) -> bool:
        return target.state in _STATES

    @override
    def plan_refusal(self, plan: Plan) -> PumphouseError | None:
        if plan.state not in _STATES or not movable_networks(plan):
            return WrongState(
                f"No network of {plan.tenant_name} has been moved by plan {plan.pk}.",
                fix="Execute the plan, at least up to cutover.",
            )
        return why_not_now(plan)

    @override
    def launch(self, target: Plan, requester: Requester, options: Mapping[str, Any]) -> Job:
        for what in _NEEDED:
            _require(what, options)
        with transaction.atomic():
            stretch = new_stretch(target, options["network"], options)
            return start_job(
                kind=self.name,
                title=f"Stretch network {stretch.network_name} of {target.tenant_name}",
                subject=self.subject(target),
                steps=joining_steps(stretch),
                params={"plan": target.pk, "stretch": stretch.pk},
                requester=requester,
            )


def _require(what: str, options: Mapping[str, Any]) -> None:
    if not options[what] and not (options[f"source_{what}"] and options[f"destination_{what}"]):
        raise BadInput(
            f"The gateways need {what} of both clouds.",
            fix=f"Name it as {what}, or as source_{what} and destination_{what}.",
        )
