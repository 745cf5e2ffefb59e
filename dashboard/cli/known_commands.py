"""Finds the commands: one for each file of ``commands``, and one for each host action."""

from functools import cache

from dashboard.cli import commands
from dashboard.cli.command import Command
from dashboard.cli.host_action_command import HostActionCommand
from dashboard.hosts_app.plans.host_action import all_host_actions
from dashboard.plugins import named_classes


@cache
def all_commands() -> dict[str, Command]:
    """Return every command by its name."""
    actions = [action for action in all_host_actions().values() if action.has_command]
    found = [*(cls() for cls in named_classes(Command, commands)), *map(HostActionCommand, actions)]
    return {command.name: command for command in sorted(found, key=lambda each: each.name)}
