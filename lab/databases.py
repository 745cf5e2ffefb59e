"""Creates a cloud's databases, those of all services in parallel."""

import subprocess
from concurrent.futures import ThreadPoolExecutor

from lab.clouds import Cloud
from lab.commands import environment
from lab.components import COMPONENTS
from lab.components.component import Component
from lab.errors import LabError
from lab.infrastructure import sql
from lab.passwords import password
from lab.places import log_directory, run_directory
from lab.processes import note


def create(cloud: Cloud) -> None:
    """Create and fill the incomplete databases; restart an interrupted attempt from scratch."""
    wanted = [component for component in COMPONENTS if not _done(cloud, component)]
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda component: _create(cloud, component), wanted))


def _create(cloud: Cloud, component: Component) -> None:
    for name in component.databases:
        sql(f"drop database if exists {cloud.name}_{name}")
        sql(f"create database {cloud.name}_{name} character set utf8mb3")
    for command in component.migrations(cloud):
        _migrate(cloud, component, command)
    sql(f"create database {_mark(cloud, component)}")
    note(f"{cloud.name}: database of {component.name}")


def _migrate(cloud: Cloud, component: Component, command: list[str]) -> None:
    # Keystone's bootstrap reads the administrator's password from here, hidden from `ps`.
    secrets = {"OS_BOOTSTRAP_PASSWORD": password(cloud.name, use="admin")}
    log_directory(cloud.name).mkdir(parents=True, exist_ok=True)
    path = log_directory(cloud.name) / f"database-{component.name}.log"
    with path.open("a") as log:
        done = subprocess.run(
            command,
            env=environment(cloud) | secrets,
            cwd=run_directory(),
            stdout=log,
            stderr=log,
            check=False,
        )
    if done.returncode:
        raise LabError(f"filling the database of {component.name} failed; see {path}")


def _done(cloud: Cloud, component: Component) -> bool:
    return bool(sql(f"show databases like '{_mark(cloud, component)}'"))


def _mark(cloud: Cloud, component: Component) -> str:
    """Return the name of an empty database that exists once the migrations are complete."""
    return f"{cloud.name}_{component.name}_complete"
