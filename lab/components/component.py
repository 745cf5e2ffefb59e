"""The interface of a cloud's service to the lab."""

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
    # Writes configuration files and creates directories; called before every start.
    configure: Callable[[Cloud], None]
    # Commands that fill empty databases, in order.
    migrations: Callable[[Cloud], list[Command]]
    # The commands by process name.
    processes: Callable[[Cloud], dict[str, Command]]
    # Type and path in the service catalogue; Keystone's bootstrap creates its own entry.
    service_type: str = ""
    endpoint_path: str = ""
