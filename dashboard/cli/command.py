"""What a command is, and how the files of ``commands`` are found."""

from argparse import ArgumentParser, Namespace
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import ClassVar

from dashboard.cli import commands
from dashboard.cli.screen import Screen

OK = 0
FAILED = 1
BAD_INPUT = 2


class Command:
    """One command. The first line of its docstring is its help."""

    name: ClassVar[str]
    uses_clouds: ClassVar[bool] = True
    """Whether the clouds of the configuration file are read before it runs."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add what the command takes."""

    def run(self, options: Namespace, screen: Screen) -> int:
        """Do it and give the exit code: ``OK`` or ``FAILED``. Raises ``BadInput`` and the like."""
        raise NotImplementedError


@cache
def all_commands() -> dict[str, Command]:
    """Give every command by its name."""
    for module in iter_modules(commands.__path__):
        import_module(f"{commands.__name__}.{module.name}")
    return {cls.name: cls() for cls in sorted(_concrete(Command), key=lambda cls: cls.name)}


def _concrete(base: type[Command]) -> list[type[Command]]:
    found = [base] if "name" in vars(base) else []
    return found + [cls for sub in base.__subclasses__() for cls in _concrete(sub)]
