"""Finds the commands: one for each file of ``commands``, each verb of plans, each host action."""

from functools import cache

from dashboard.cli import commands
from dashboard.cli.command import Command
from dashboard.cli.host_action_command import HostActionCommand
from dashboard.cli.verb_command import PlanVerbCommand
from dashboard.hosts_app.plans.host_action import all_host_actions
from dashboard.migrations_app.verbs.base import plan_verbs
from dashboard.plugins import named_classes


@cache
def all_commands() -> dict[str, Command]:
    """Return every command by its name."""
    actions = [action for action in all_host_actions().values() if action.has_command]
    found = [
        *(cls() for cls in named_classes(Command, commands)),
        *map(PlanVerbCommand, plan_verbs()),
        *map(HostActionCommand, actions),
    ]
    return {command.name: command for command in sorted(found, key=lambda each: each.name)}
