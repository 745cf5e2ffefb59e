"""The form that plans a tenant's move: its destination, options and mappings."""

from typing import Any, cast

from django import forms

from dashboard.hosts_app.models import Cloud
from dashboard.jobs.option_forms import option_fields
from dashboard.migrations_app.models import SavedMappings, Tenant
from dashboard.migrations_app.planning.moves import Move
from dashboard.migrations_app.planning.options import PLAN_OPTIONS
from dashboard.migrations_app.planning.saved import saved_options


class ChoicesField(forms.CharField):
    """Mappings, one per line: ``type:name or id = name or id on the destination``."""

    widget = forms.Textarea(attrs={"rows": 4, "placeholder": "network:public = ext-net"})

    def to_python(self, value: str | None) -> dict[str, str]:  # type: ignore[override]
        """Return the mappings. Raises ``ValidationError`` that quotes the invalid line."""
        lines = [line.strip() for line in (value or "").splitlines() if line.strip()]
        return dict(_mapping(line) for line in lines)


def _mapping(line: str) -> tuple[str, str]:
    key, separator, target = (part.strip() for part in line.partition("="))
    if not separator or not target or ":" not in key:
        raise forms.ValidationError(
            f"“{line}” is not a mapping. Write it as type:name = target, for example "
            "network:public = ext-net."
        )
    return key, target


class PlanForm(forms.Form):
    """Where a tenant moves, and how."""

    destination = forms.ModelChoiceField(Cloud.objects.none(), empty_label=None)
    choices = ChoicesField(
        label="Mappings",
        required=False,
        help_text="Optional, one per line: what an object becomes on the destination.",
    )

    saved = forms.ModelChoiceField(
        SavedMappings.objects.all(),
        label="Saved mappings",
        required=False,
        empty_label="none",
        help_text="Its options are taken instead of those above; its mappings are added to those "
        "below, which win.",
    )

    def __init__(self, *args: Any, tenant: Tenant, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.tenant = tenant
        others = Cloud.objects.exclude(pk=tenant.cloud_id).exclude(state=Cloud.State.VANISHED)
        destination = cast("forms.ModelChoiceField[Cloud]", self.fields["destination"])
        destination.queryset = others
        destination.choices = [(cloud.pk, cloud.name) for cloud in others]  # read once
        last = {name: self.fields.pop(name) for name in ("saved", "choices")}
        self.fields |= {**option_fields(PLAN_OPTIONS), **last}

    @property
    def move(self) -> Move:
        """The move, from cleaned data."""
        return Move(
            tenant=self.tenant,
            destination=self.cleaned_data["destination"],
            choices=self.mappings,
        )

    @property
    def mappings(self) -> dict[str, str]:
        """The mappings, from cleaned data: those typed win over saved ones."""
        saved: SavedMappings | None = self.cleaned_data["saved"]
        return {**(saved.choices if saved else {}), **self.cleaned_data["choices"]}

    @property
    def options(self) -> dict[str, Any]:
        """The plan's options, from cleaned data."""
        given = {option.name: self.cleaned_data[option.name] for option in PLAN_OPTIONS}
        saved: SavedMappings | None = self.cleaned_data["saved"]
        return {**given, **(saved_options(saved) if saved else {})}
