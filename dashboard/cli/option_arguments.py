"""The arguments of commands, made from options."""

from argparse import SUPPRESS, ArgumentParser, BooleanOptionalAction, Namespace
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from dashboard.jobs.options import Option

METAVARS = {int: "N", str: "TEXT", list: "TEXT", datetime: "TIME"}


def add_options(parser: ArgumentParser, options: Iterable[Option]) -> None:
    """Add a flag for each option; for one that is a list of choices, a flag for each of them."""
    for option in options:
        if option.value_type is list and option.choices:
            _add_switches(parser, option)
        else:
            parser.add_argument(
                _flag(option.name), dest=option.name, help=_help(option), **_how(option)
            )


def given_options(arguments: Namespace, options: Iterable[Option]) -> dict[str, Any]:
    """Return those of the options that were given."""
    given = {option.name: getattr(arguments, option.name) for option in options}
    return {name: value for name, value in given.items() if value is not None}


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _add_switches(parser: ArgumentParser, option: Option) -> None:
    known = {choice: (choice, _lower(words)) for choice, words in option.choices.items()}
    known |= {alias: (choice, SUPPRESS) for alias, choice in option.choice_aliases.items()}
    for name, (choice, words) in known.items():
        parser.add_argument(
            _flag(name), dest=option.name, action="append_const", const=choice, help=words
        )


def _how(option: Option) -> dict[str, Any]:
    """Return what argparse wants to know of an option. What is not given stays None."""
    if option.value_type is bool:
        return {
            "default": None,
            "action": BooleanOptionalAction if option.default else "store_true",
        }
    metavar = option.metavar or METAVARS[option.value_type]
    if option.choices:
        metavar = f"{{{','.join(option.choices)}}}"
    if option.value_type is list:
        return {"action": "append", "metavar": metavar}
    return {"type": option.parse, "metavar": metavar}


def _help(option: Option) -> str:
    shown = option.default if option.value_type in (int, str) and option.default else ""
    return _lower(option.label) + (f" (default {shown})" if shown else "")


def _lower(words: str) -> str:
    return f"{words[:1].lower()}{words[1:]}".replace("%", "%%")
