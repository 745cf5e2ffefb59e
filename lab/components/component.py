"""What each service of a cloud tells the lab about itself."""

from collections.abc import Callable
from dataclasses import dataclass

from lab.clouds import Cloud
from lab.commands import Command


@dataclass(frozen=True)
class Component:
    """One OpenStack service: a port, databases, files, and one or more processes.

    Several services cannot share a process: oslo.config is global to one.
    """

    name: str
    databases: tuple[str, ...]
    # Write configuration files and make directories; called before every start.
    configure: Callable[[Cloud], None]
    # Commands that fill empty databases, one after the other.
    migrations: Callable[[Cloud], list[Command]]
    # Process names and their commands.
    processes: Callable[[Cloud], dict[str, Command]]
    # Type and path in the service catalogue; Keystone's own entry comes from its bootstrap.
    service_type: str = ""
    endpoint_path: str = ""
