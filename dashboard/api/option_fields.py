"""The fields of request bodies, made from options."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from rest_framework import serializers
from typing_extensions import override

from dashboard.api.validation import RequestBody
from dashboard.jobs.options import Option

FIELDS: dict[type, type[serializers.Field[Any, Any, Any, Any]]] = {
    bool: serializers.BooleanField,
    str: serializers.CharField,
    datetime: serializers.DateTimeField,
}


class SeveralField(serializers.MultipleChoiceField):
    """Any number of the choices of an option, by the names that they have or had before."""

    def __init__(self, option: Option, **more: Any) -> None:
        super().__init__(choices=[*option.choices.items()], **more)
        self.option = option

    @override
    def to_internal_value(self, data: Any) -> list[str]:  # type: ignore[override]
        if isinstance(data, list | tuple | set):
            data = [self._today(each) for each in data]
        return [*super().to_internal_value(data)]

    def _today(self, given: Any) -> Any:
        """Return a choice by the name that it has today; JSON may send what is no name at all."""
        return self.option.choice_aliases.get(given, given) if isinstance(given, str) else given


class OptionsBody(RequestBody):
    """A body whose fields are made from options, by the names that they have or had before."""

    options: ClassVar[Sequence[Option]] = ()

    @override
    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {**super().get_fields(), **option_fields(self.options)}

    @override
    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value(_renamed(data, self.options))


def _renamed(data: Any, options: Iterable[Option]) -> Any:
    names = {alias: option.name for option in options for alias in option.aliases}
    if not isinstance(data, Mapping) or not names.keys() & data.keys():
        return data
    values = data.lists() if isinstance(data, QueryDict) else data.items()
    renamed = {names.get(name, name): value for name, value in values}
    return MultiValueDict(renamed) if isinstance(data, QueryDict) else renamed


def option_fields(options: Iterable[Option]) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
    """Return the field of each option by its name. None may be left out, or be null."""
    return {option.name: _field(option) for option in options}


def _field(option: Option) -> serializers.Field[Any, Any, Any, Any]:
    told: dict[str, Any] = {
        "required": False,
        "allow_null": True,
        "default": option.clean(None) or None if option.choices else option.clean(None),
        "help_text": ". ".join(filter(None, (option.label, option.help))),
    }
    if option.value_type is list and option.choices:
        return SeveralField(option, **told)
    if option.value_type is list:
        return serializers.ListField(child=serializers.CharField(), **told)
    if option.choices:
        return serializers.ChoiceField(choices=[*option.choices.items()], **told)
    if option.value_type is int:
        return serializers.IntegerField(min_value=option.least, max_value=option.most, **told)
    return FIELDS[option.value_type](**told)
