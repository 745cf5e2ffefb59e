"""Finds the commands: one for each file of ``commands``, and one for each deed of hosts."""

from functools import cache

from dashboard.cli import commands
from dashboard.cli.command import Command
from dashboard.cli.host_action_command import DeedCommand
from dashboard.hosts_app.plans.host_action import all_deeds
from dashboard.plugins import named_classes


@cache
def all_commands() -> dict[str, Command]:
    """Return every command by its name."""
    deeds = [deed for deed in all_deeds().values() if deed.has_command]
    found = [*(cls() for cls in named_classes(Command, commands)), *map(DeedCommand, deeds)]
    return {command.name: command for command in sorted(found, key=lambda each: each.name)}
