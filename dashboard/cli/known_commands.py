"""Finds the commands: each file of ``commands``, each verb of plans, each host action.

Their names and their help are read from the files. A command is only imported to be run.
"""

from collections.abc import Iterator
from functools import cache, cached_property

from dashboard.cli import commands
from dashboard.cli.command import Command
from dashboard.hosts_app import actions
from dashboard.migrations_app import verbs
from dashboard.plugins import Declaration, declared_in


class KnownCommand:
    """A command that has not been imported yet."""

    def __init__(self, declared: Declaration) -> None:
        self.declared = declared
        self.name = declared.name.replace("_", "-")

    @property
    def help(self) -> str:
        """What it does, in a sentence."""
        return str(self.declared.constants.get("effect", self.declared.summary))

    @cached_property
    def command(self) -> Command:
        """The command itself. Django must have been prepared."""
        made: Command = self.declared.load()()
        return made


class KnownVerb(KnownCommand):
    """A verb of plans as a command."""

    @cached_property
    def command(self) -> Command:
        """The command that does the verb."""
        from dashboard.cli.verb_command import PlanVerbCommand

        return PlanVerbCommand(self.declared.load()())


class KnownHostAction(KnownCommand):
    """A host action as a command."""

    @cached_property
    def command(self) -> Command:
        """The command that does the action."""
        from dashboard.cli.host_action_command import HostActionCommand

        return HostActionCommand(self.declared.load()())


@cache
def known_commands() -> dict[str, KnownCommand]:
    """Return every command by its name."""
    return {known.name: known for known in sorted(_found(), key=lambda each: each.name)}


def _found() -> Iterator[KnownCommand]:
    # later ones win: the command for the verb "plan" is one of its own, as it makes a plan
    yield from map(KnownVerb, declared_in(verbs))
    yield from map(KnownHostAction, declared_in(actions))
    yield from map(KnownCommand, declared_in(commands))
