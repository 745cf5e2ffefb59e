"""The fields of pages' forms, made from options."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.dateparse import parse_datetime
from typing_extensions import override

from dashboard.jobs.options import Option
from dashboard.jobs.time_zones import moment_in

TIME_ZONE = "time_zone"
"""What a form with times posts beside them: the zone that it showed."""


class TextsField(forms.CharField):
    """Several texts with commas between."""

    @override
    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list | tuple) else value

    @override
    def to_python(self, value: str | None) -> list[str]:  # type: ignore[override]
        return [part.strip() for part in (value or "").split(",") if part.strip()]


class OptionForm(forms.Form):
    """The options of a verb or of an action; several such forms may stand on one page."""

    def __init__(self, name: str, options: Sequence[Option], row: Any = None, **more: Any) -> None:
        super().__init__(auto_id=f"{name}_%s", label_suffix="", **more)
        self.fields = option_fields(options, row)
        self._rare = {option.name for option in options if option.is_rare}

    @property
    def first_fields(self) -> list[forms.BoundField]:
        """The fields that are shown at once."""
        return [self[name] for name in self.fields if name not in self._rare]

    @property
    def rare_fields(self) -> list[forms.BoundField]:
        """The fields of options that are rarely chosen."""
        return [self[name] for name in self.fields if name in self._rare]


def posted_values(options: Iterable[Option], posted: QueryDict) -> dict[str, Any]:
    """Return what a page's form says of each option. Raises ``BadInput`` as ``Option`` does."""
    return {option.name: _posted(option, posted) for option in options}


def _posted(option: Option, posted: QueryDict) -> Any:
    if option.value_type is bool:
        return option.name in posted
    if option.value_type is list and option.choices:
        return posted.getlist(option.name)
    text = posted.get(option.name, "").strip()
    if option.value_type is list and option.name in posted:
        return option.parse(text)
    if option.value_type is datetime and text:
        return _posted_time(option.parse(text), text, posted)
    return option.parse(text) if text else None


def _posted_time(moment: datetime, text: str, posted: QueryDict) -> datetime:
    """Return the moment that was meant in the time zone that the form was filled in."""
    naive = parse_datetime(text)
    zone = posted.get(TIME_ZONE, "")
    if not zone or naive is None or naive.tzinfo:
        return moment
    return moment_in(zone, naive)


def option_fields(options: Iterable[Option], row: Any = None) -> dict[str, forms.Field]:
    """Return the field of each option by its name; ``row`` is what the options are about."""
    return {option.name: _field(option, row) for option in options}


def _field(option: Option, row: Any) -> forms.Field:
    told: dict[str, Any] = {
        "label": option.label,
        "help_text": option.help,
        "initial": option.default,
        "required": option.value_type is int,
    }
    if option.offered or option.choices:
        return _choice_field(option, row, told)
    if option.value_type is bool:
        return forms.BooleanField(**told)
    if option.value_type is int:
        return forms.IntegerField(min_value=option.least, max_value=option.most, **told)
    if option.value_type is datetime:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"})
        return forms.DateTimeField(widget=widget, **told)
    return TextsField(**told) if option.value_type is list else forms.CharField(**told)


def _choice_field(option: Option, row: Any, told: Mapping[str, Any]) -> forms.Field:
    words = option.choices
    if option.offered:
        words = {name: name for name in option.offered(row)}
    if option.value_type is list:
        widget = forms.CheckboxSelectMultiple
        return forms.MultipleChoiceField(choices=words.items(), widget=widget, **told)
    if option.default not in words:
        words = {option.default: option.default or option.blank, **words}
    return forms.ChoiceField(choices=words.items(), **told)
