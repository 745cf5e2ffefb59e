"""Barbican: keys of encrypted volumes and certificates of signed images."""

import base64
import hashlib
import shutil

from lab.clouds import Cloud, Options
from lab.commands import Command, wsgi
from lab.components.component import Component
from lab.configuration import database, database_url, write
from lab.passwords import password


def configure(cloud: Cloud) -> None:
    """Write barbican.conf and the paste file where the service looks for them."""
    sections: Options = {
        "DEFAULT": {
            "host_href": cloud.url("barbican"),
            # up to 2023; it makes its tables itself, which is quicker than its migrations
            "sql_connection": database_url(cloud, "barbican"),
            "db_auto_create": True,
        },
        "database": database(cloud, "barbican") | {"auto_create": True},
        "queue": {"enable": False},
        "simple_crypto_plugin": {"kek": _master_key(cloud)},
    }
    write(cloud, "barbican", sections, file="barbican/barbican")
    paste = cloud.venv / "etc" / "barbican" / "barbican-api-paste.ini"
    shutil.copy(paste, cloud.configuration_directory / "barbican")


def _master_key(cloud: Cloud) -> str:
    digest = hashlib.sha256(password(cloud.name, use="key_manager").encode()).digest()
    return base64.b64encode(digest).decode()


def migrations(cloud: Cloud) -> list[Command]:
    """Return no commands: it makes its tables when it starts."""
    return []


def processes(cloud: Cloud) -> dict[str, Command]:
    """Return the command of a WSGI server."""
    return {"barbican": wsgi(cloud, "lab_key_manager:application()", "barbican")}


COMPONENT = Component(
    name="barbican",
    databases=("barbican",),
    configure=configure,
    migrations=migrations,
    processes=processes,
    service_type="key-manager",
)
