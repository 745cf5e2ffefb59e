"""Writes the services' configuration files: the common sections, and each service's own."""

from lab.clouds import MARIADB_PORT, RABBITMQ_PORT, REGION, Cloud, Options, shifted
from lab.passwords import password
from lab.places import token_cache_seconds, write_private

SERVICE_USER = "lab-service"
SERVICE_PROJECT = "service"


def service_login(cloud: Cloud) -> dict[str, object]:
    """Return the options by which a service logs in to call another."""
    return {
        "auth_url": cloud.identity_url,
        "auth_type": "password",
        "username": SERVICE_USER,
        "password": password(cloud.name, use="service"),
        "project_name": SERVICE_PROJECT,
        "user_domain_id": "default",
        "project_domain_id": "default",
        "region_name": REGION,
    }


def database_url(cloud: Cloud, name: str) -> str:
    """Return the SQLAlchemy URL of one of a cloud's databases."""
    secret = password(cloud.name, use="database")
    return (
        f"mysql+pymysql://{cloud.name}:{secret}@127.0.0.1:{shifted(MARIADB_PORT)}"
        f"/{cloud.name}_{name}"
    )


def database(cloud: Cloud, name: str) -> dict[str, object]:
    """Return a [database] section."""
    return {
        "connection": database_url(cloud, name) + "?charset=utf8",
        "max_pool_size": 5,
        "max_overflow": 20,
    }


def key_manager(cloud: Cloud) -> Options:
    """Return the sections by which a service reaches Barbican."""
    barbican: dict[str, object] = {
        "auth_endpoint": cloud.identity_url,
        "barbican_endpoint_type": "public",
    }
    return {"key_manager": {"backend": "barbican"}, "barbican": barbican}


def write(cloud: Cloud, service: str, sections: Options, *, file: str = "") -> None:
    """Write a service's file, by default <service>.conf."""
    merged = _common(cloud)
    if service == "keystone":
        del merged["keystone_authtoken"]
    for layer in (sections, cloud.extra.get(service, {})):
        for section, options in layer.items():
            merged.setdefault(section, {}).update(options)
    write_sections(cloud, file or service, merged)


def write_sections(cloud: Cloud, file: str, sections: Options) -> None:
    """Write only these sections."""
    lines: list[str] = []
    for section, options in sections.items():
        lines += [f"[{section}]", *(f"{name} = {value}" for name, value in options.items()), ""]
    write_private(cloud.configuration_directory / f"{file}.conf", "\n".join(lines))


def _common(cloud: Cloud) -> Options:
    secret = password(cloud.name, use="message_bus")
    bus = f"rabbit://{cloud.name}:{secret}@127.0.0.1:{shifted(RABBITMQ_PORT)}/{cloud.name}"
    return {
        "DEFAULT": {
            "use_stderr": True,
            "executor_thread_pool_size": 8,
            "transport_url": bus,
        },
        "oslo_concurrency": {"lock_path": cloud.directory / "lock"},
        "keystone_authtoken": service_login(cloud)
        | {
            "www_authenticate_uri": cloud.identity_url,
            "service_token_roles": "service",
            "service_token_roles_required": True,
            # How long an old token works after a role was removed.
            "token_cache_time": token_cache_seconds(),
        },
    }
