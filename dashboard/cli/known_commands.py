"""Finds the commands: each file of ``commands``, each verb, each host action.

Their names and their help are read from the files. A command is only imported to be run.
"""

from collections.abc import Iterator
from functools import cache, cached_property

from dashboard.cli import commands
from dashboard.cli.command import Command
from dashboard.hosts_app import actions
from dashboard.hosts_app import verbs as hosts_verbs
from dashboard.migrations_app import verbs as migrations_verbs
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
    """A verb as a command."""

    @cached_property
    def command(self) -> Command:
        """The command that does the verb."""
        from dashboard.cli.verb_commands import command_of

        return command_of(self.declared.load()())


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
    for package in (migrations_verbs, hosts_verbs):
        # with words of its own it is a part of another command, as "maintenance on"
        alone = (each for each in declared_in(package) if "command" not in each.constants)
        yield from map(KnownVerb, alone)
    yield from map(KnownHostAction, declared_in(actions))
    yield from map(KnownCommand, declared_in(commands))
