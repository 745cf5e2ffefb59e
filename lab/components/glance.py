"""Glance: images, as files."""

import shutil
from pathlib import Path

from lab.clouds import Cloud
from lab.commands import Command, configured, wsgi
from lab.components.component import Component
from lab.configuration import database, key_manager, write


def image_directory(cloud: Cloud) -> Path:
    """Return the directory in which each image is a file named by its id."""
    return cloud.directory / "glance" / "images"


def configure(cloud: Cloud) -> None:
    """Write glance-api.conf and the paste file."""
    image_directory(cloud).mkdir(parents=True, exist_ok=True)
    sections: dict[str, dict[str, object]] = {
        "DEFAULT": {
            "worker_self_reference_url": cloud.url("glance"),
            "node_staging_uri": f"file://{cloud.directory}/glance/staging",
        },
        "database": database(cloud, "glance"),
        "glance_store": {
            "stores": "file",
            "default_store": "file",
            "filesystem_store_datadir": image_directory(cloud),
        },
        "paste_deploy": {"flavor": "keystone"},
        # for the certificates of signed images
        **key_manager(cloud),
    }
    write(cloud, "glance", sections, file="glance-api")
    paste = cloud.venv / "etc" / "glance" / "glance-api-paste.ini"
    shutil.copy(paste, cloud.configuration_directory)


def migrations(cloud: Cloud) -> list[Command]:
    """Return the commands that create the tables."""
    return [configured(cloud, "glance-manage", ("glance-api",), "db_sync")]


def processes(cloud: Cloud) -> dict[str, Command]:
    """Return the command of a WSGI server: on 2026.2 the script glance-api refuses to start."""
    return {"glance": wsgi(cloud, "glance.common.wsgi_app:init_app()", "glance")}


COMPONENT = Component(
    name="glance",
    databases=("glance",),
    configure=configure,
    migrations=migrations,
    processes=processes,
    service_type="image",
)
