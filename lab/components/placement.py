"""Placement: the capacity of the hosts."""

from lab.clouds import Cloud
from lab.commands import Command, configured, wsgi
from lab.components.component import Component
from lab.configuration import database, write


def configure(cloud: Cloud) -> None:
    """Write placement.conf."""
    write(cloud, "placement", {"placement_database": database(cloud, "placement")})


def migrations(cloud: Cloud) -> list[Command]:
    """Return the commands that create the tables."""
    return [configured(cloud, "placement-manage", ("placement",), "db", "sync")]


def processes(cloud: Cloud) -> dict[str, Command]:
    """Return the command of a WSGI server."""
    return {"placement": wsgi(cloud, "placement.wsgi:init_application()", "placement")}


COMPONENT = Component(
    name="placement",
    databases=("placement",),
    configure=configure,
    migrations=migrations,
    processes=processes,
    service_type="placement",
)
