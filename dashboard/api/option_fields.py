"""The fields of request bodies, made from options."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from rest_framework import serializers

from dashboard.jobs.options import Option

FIELDS: dict[type, type[serializers.Field[Any, Any, Any, Any]]] = {
    bool: serializers.BooleanField,
    str: serializers.CharField,
    datetime: serializers.DateTimeField,
}


def option_fields(options: Iterable[Option]) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
    """Return the field of each option by its name. None may be left out, or be null."""
    return {option.name: _field(option) for option in options}


def _field(option: Option) -> serializers.Field[Any, Any, Any, Any]:
    told: dict[str, Any] = {
        "required": False,
        "allow_null": True,
        "default": option.clean(None),
        "help_text": ". ".join(filter(None, (option.label, option.help))),
    }
    if option.value_type is list and option.choices:
        return serializers.MultipleChoiceField(choices=[*option.choices.items()], **told)
    if option.value_type is list:
        return serializers.ListField(child=serializers.CharField(), **told)
    if option.choices:
        return serializers.ChoiceField(choices=[*option.choices.items()], **told)
    if option.value_type is int:
        return serializers.IntegerField(min_value=option.least, **told)
    return FIELDS[option.value_type](**told)
