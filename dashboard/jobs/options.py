"""What can be chosen for a verb or a host action: one object for every surface.

Forms, API, command line and files are made from it, and all of them check a value by ``clean``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from dashboard.errors import BadInput
from dashboard.jobs.time_zones import in_utc
from dashboard.whole_numbers import whole_number

EXAMPLE_TIME = "2030-01-31T22:00"
TRUTHS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


@dataclass(frozen=True, kw_only=True)
class Option:
    """Something that can be chosen.

    The type of its default is the type of its values, unless ``of`` says it: bool, int, str, list
    (of texts) or datetime.
    """

    name: str
    label: str
    default: Any
    help: str = ""
    of: type | None = None
    least: int = 1
    most: int = 999_999_999
    choices: Mapping[str, str] = field(default_factory=dict)
    """The only values there are, with the words for people; a list may have several of them."""
    blank: str = "—"
    """What pages call an empty default of an option with choices."""
    offered: Callable[[Any], Sequence[str]] | None = None
    """The texts that pages offer for a row, None where any text will do."""
    is_rare: bool = False
    """Whether the page of a row folds it away, beneath the others."""
    metavar: str = ""
    """What its value is called in the help of the command line."""
    aliases: Sequence[str] = ()
    """The names that it had before, which bodies of the API may still have."""
    choice_aliases: Mapping[str, str] = field(default_factory=dict)
    """The names that choices had before, and those that they have now."""

    @property
    def value_type(self) -> type:
        """The type of its values."""
        return self.of or type(self.default)

    def clean(self, given: Any) -> Any:
        """Return a value of the right type; None stands for the default.

        Raises ``BadInput`` that names the option and what it takes.
        """
        if given is None or (given == "" and self.choices):
            return [*self.default] if self.value_type is list else self.default
        if self.value_type is datetime:
            return self._time(given)
        if self.value_type is list:
            return self._list(given)
        if type(given) is not self.value_type or not self._may_be(given):
            raise self._refusal(given)
        return given

    def parse(self, text: str) -> Any:
        """Return the value that a text means, as on the command line or in a file.

        Raises ``BadInput`` as ``clean`` does.
        """
        if self.value_type is bool:
            return self.clean(TRUTHS.get(text.lower(), text))
        if self.value_type is int:
            number = whole_number(text)
            return self.clean(text if number is None else number)
        if self.value_type is list:
            return self.clean([part.strip() for part in text.split(",") if part.strip()])
        return self.clean(text)

    def _may_be(self, value: Any) -> bool:
        if self.value_type is int:
            return bool(self.least <= value <= self.most)
        return not self.choices or value in self.choices

    def _list(self, given: Any) -> list[str]:
        if isinstance(given, str) or not all(isinstance(each, str) for each in given):
            raise self._refusal(given)
        if not self.choices:
            return list(given)
        named = [self.choice_aliases.get(each, each) for each in given]
        if unknown := [each for each in named if each not in self.choices]:
            raise self._refusal(unknown[0])
        return [choice for choice in self.choices if choice in named]

    def _time(self, given: Any) -> datetime:
        """Return a moment, in this machine's zone when it names none."""
        try:
            moment = given if isinstance(given, datetime) else parse_datetime(given)
        except (TypeError, ValueError):
            moment = None
        if moment is not None and timezone.is_naive(moment):
            moment = timezone.make_aware(moment)
        if moment is None or in_utc(moment) is None:
            raise self._refusal(given)
        return moment

    def _refusal(self, given: Any) -> BadInput:
        default = f" for {self.default!r}" if self.default else ""
        return BadInput(
            f"{self.name} must be {self._expected()}, not {given!r}.",
            fix=f"Leave it out{default}.",
        )

    def _expected(self) -> str:
        if self.choices:
            return f"one of {', '.join(self.choices)}"
        words = {
            bool: "true or false",
            int: f"a number from {self.least} to {self.most}",
            str: "a text",
            list: "a list of texts",
            datetime: f"a time as {EXAMPLE_TIME}",
        }
        return words[self.value_type]


def chosen_values(
    options: Sequence[Option], given: Mapping[str, Any], *, of: str
) -> dict[str, Any]:
    """Return the value of every option; one that is not given has its default.

    ``of`` names what has the options. Raises ``BadInput`` for an unknown option, and for
    a value that cannot be.
    """
    known = [option.name for option in options]
    if unknown := sorted(given.keys() - {*known}):
        names = ", ".join(known) or "none"
        raise BadInput(f"{of} has no option {unknown[0]!r}.", fix=f"It has: {names}.")
    return {option.name: option.clean(given.get(option.name)) for option in options}
