"""Keystone: identity."""

from lab.clouds import REGION, Cloud
from lab.commands import Command, configured, wsgi
from lab.components.component import Component
from lab.configuration import database, write


def configure(cloud: Cloud) -> None:
    """Write keystone.conf."""
    keys = cloud.directory / "keystone"
    keys.mkdir(parents=True, exist_ok=True)
    sections: dict[str, dict[str, object]] = {
        "database": database(cloud, "keystone"),
        "token": {"provider": "fernet", "expiration": 14400},
        "fernet_tokens": {"key_repository": keys / "fernet"},
        "fernet_receipts": {"key_repository": keys / "fernet"},
        "credential": {"key_repository": keys / "credential"},
        # Without a backend nothing is kept, and Keystone took half of the lab's CPU: each of the
        # services asks it for each token. Its one process forgets what it changes itself.
        "cache": {"enabled": True, "backend": "dogpile.cache.memory_pickle"},
        # The default costs 0.25 s of CPU per login. Users are not kept: a token that is validated
        # while its user is changed would keep the user as it was for ten minutes.
        "identity": {"password_hash_rounds": 4, "caching": False},
    }
    write(cloud, "keystone", sections)


def migrations(cloud: Cloud) -> list[Command]:
    """Return the commands that create tables, keys and the administrator.

    The administrator's password comes from an environment variable.
    """

    def manage(*arguments: str) -> Command:
        return configured(cloud, "keystone-manage", ("keystone",), *arguments)

    owner = ("--keystone-user", "root", "--keystone-group", "root")
    interfaces = ("public", "internal", "admin")
    urls = [x for name in interfaces for x in (f"--bootstrap-{name}-url", cloud.identity_url)]
    return [
        manage("db_sync"),
        manage("fernet_setup", *owner),
        manage("credential_setup", *owner),
        manage("bootstrap", "--bootstrap-region-id", REGION, *urls),
    ]


def processes(cloud: Cloud) -> dict[str, Command]:
    """Return the command of a WSGI server."""
    application = "keystone.server.wsgi:initialize_public_application()"
    return {"keystone": wsgi(cloud, application, "keystone")}


COMPONENT = Component(
    name="keystone",
    databases=("keystone",),
    configure=configure,
    migrations=migrations,
    processes=processes,
)
