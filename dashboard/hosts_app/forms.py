"""The form of a host action, built from its options."""

from collections.abc import Mapping
from typing import Any

from django import forms

from dashboard.hosts_app.models import Cloud
from dashboard.hosts_app.plans.host_action import HostAction
from dashboard.jobs.option_forms import option_fields


class HostActionForm(forms.Form):
    """The options of one action for a host of a cloud; a page has several of these forms."""

    def __init__(
        self, action: HostAction, cloud: Cloud, given: Mapping[str, Any] | None = None, **more: Any
    ) -> None:
        super().__init__(given, auto_id=f"{action.name}_%s", **more)
        self.action = action
        self.fields = option_fields(action.options, cloud)
