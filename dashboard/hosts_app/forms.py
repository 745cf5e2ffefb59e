"""The form of an action: what it wants to know, made from its options."""

from collections.abc import Mapping
from typing import Any

from django import forms

from dashboard.hosts_app.models import Cloud
from dashboard.hosts_app.plans.host_action import HostAction, Option


class HostActionForm(forms.Form):
    """The options of one action for a host of a cloud; several stand on one page."""

    def __init__(
        self, action: HostAction, cloud: Cloud, given: Mapping[str, Any] | None = None, **more: Any
    ) -> None:
        super().__init__(given, auto_id=f"{action.name}_%s", **more)
        self.action = action
        self.fields = {option.name: _field(option, cloud) for option in action.options}


def _field(option: Option, cloud: Cloud) -> forms.Field:
    told: dict[str, Any] = {
        "label": option.label,
        "help_text": option.help,
        "initial": option.default,
    }
    if isinstance(option.default, bool):
        return forms.BooleanField(required=False, **told)
    if isinstance(option.default, int):
        return forms.IntegerField(min_value=option.least, **told)
    if option.choices:
        names = option.choices(cloud)
        shown = names if option.default in names else [option.default, *names]
        return forms.ChoiceField(
            choices=[(name, name or "—") for name in shown], required=False, **told
        )
    return forms.CharField(required=False, **told)
