"""Finds the commands: one for each file of ``commands``, and one for each deed of hosts."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from dashboard.cli import commands
from dashboard.cli.command import Command
from dashboard.cli.deed_command import DeedCommand
from dashboard.hosts_app.deed import all_deeds


@cache
def all_commands() -> dict[str, Command]:
    """Give every command by its name."""
    for module in iter_modules(commands.__path__):
        import_module(f"{commands.__name__}.{module.name}")
    deeds = [deed for deed in all_deeds().values() if deed.has_command]
    found = [*(cls() for cls in _concrete(Command)), *map(DeedCommand, deeds)]
    return {command.name: command for command in sorted(found, key=lambda each: each.name)}


def _concrete(base: type[Command]) -> list[type[Command]]:
    found = [base] if "name" in vars(base) else []
    return found + [cls for sub in base.__subclasses__() for cls in _concrete(sub)]
