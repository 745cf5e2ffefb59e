"""What a command is."""

from argparse import ArgumentParser, Namespace
from typing import ClassVar

from dashboard.cli.console import Console

OK = 0
FAILED = 1
BAD_INPUT = 2


class Command:
    """One command. The first line of its docstring is its help. Its file has its name."""

    name: str
    uses_clouds: ClassVar[bool] = True
    """Whether the clouds of the configuration file are read before it runs."""

    is_service: ClassVar[bool] = False
    """Whether it serves until it is stopped: no act, and its workers write all the time."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add what the command takes."""

    def run(self, options: Namespace, console: Console) -> int:
        """Do it and return ``OK`` or ``FAILED``, the exit code. Raises any ``PumphouseError``."""
        raise NotImplementedError
