"""The forms about tenants: what a plan is to be made with, and its mappings as text."""

from typing import Any

from django import forms

from dashboard.hosts_app.models import Cloud
from dashboard.migrations_app.maintenance.options import WORDS as MAINTENANCE

CAPTURE = {
    "stop": "Stopped: its disks are consistent, and it boots afresh",
    "suspend": "Suspended: back sooner after a rollback, its disks as after a power cut",
}
ADDRESSES = {
    "keep": "Keep the floating IPs: both clouds share the public range",
    "new": "Take new floating IPs from the destination's range",
}


class ChoicesField(forms.CharField):
    """Mappings, one in a line: ``type:name or id = name or id on the destination``."""

    widget = forms.Textarea(attrs={"rows": 4, "placeholder": "network:public = ext-net"})

    def to_python(self, value: str | None) -> dict[str, str]:  # type: ignore[override]
        """Return the mappings. Raises ``ValidationError`` that quotes the line that is none."""
        lines = [line.strip() for line in (value or "").splitlines() if line.strip()]
        return dict(_mapping(line) for line in lines)


def _mapping(line: str) -> tuple[str, str]:
    key, separator, target = (part.strip() for part in line.partition("="))
    if not separator or not target or ":" not in key:
        raise forms.ValidationError(
            f"“{line}” is no mapping. Write it as type:name = target, for example "
            "network:public = ext-net."
        )
    return key, target


class PlanForm(forms.Form):
    """Where a tenant is to move, and how."""

    destination = forms.ModelChoiceField(Cloud.objects.none(), empty_label=None)
    capture = forms.ChoiceField(
        label="A server, while its disk is captured", choices=CAPTURE.items()
    )
    addresses = forms.ChoiceField(label="Public addresses", choices=ADDRESSES.items())
    maintenance = forms.ChoiceField(
        label="Maintenance mode", choices=MAINTENANCE.items(), required=False
    )
    choices = ChoicesField(
        label="Mappings",
        required=False,
        help_text="Optional, one in a line: what here is to become what on the destination.",
    )

    def __init__(self, *args: Any, source: Cloud, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        others = Cloud.objects.exclude(pk=source.pk).exclude(state=Cloud.State.VANISHED)
        self.fields["destination"].queryset = others  # type: ignore[attr-defined]

    @property
    def options(self) -> dict[str, str]:
        """The plan's options, from cleaned data."""
        chosen = {name: self.cleaned_data[name] for name in ("capture", "addresses", "maintenance")}
        return {name: value for name, value in chosen.items() if value}
