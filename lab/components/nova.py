"""Nova: servers, on hosts that are processes with the lab's virt driver."""

import uuid
from pathlib import Path

from lab.clouds import Cloud, Options
from lab.commands import Command, configured, has_script, wsgi
from lab.components.cinder import share_directory
from lab.components.component import Component
from lab.configuration import database, service_login, write, write_sections
from lab.membership import hosts_now
from lab.places import service_down_seconds, write_private

COMMON = ("nova",)
CONTROL = ("nova", "nova-control")
SCRIPT = "nova-api-os-compute"


def disk_directory(cloud: Cloud) -> Path:
    """Return the directory shared by all hosts; each server has a subdirectory named by its id."""
    return cloud.directory / "disks"


def configure(cloud: Cloud) -> None:
    """Write nova.conf for all, nova-control.conf with the databases, and the hosts' files."""
    disk_directory(cloud).mkdir(parents=True, exist_ok=True)
    write(cloud, "nova", {"DEFAULT": _defaults(cloud), **_sections(cloud)})
    # A nova-compute with database sections logs an error: "No DB access allowed".
    control: Options = {
        "DEFAULT": {"host": f"{cloud.name}-control"},
        "api_database": database(cloud, "nova_api"),
        "database": database(cloud, "nova"),
    }
    write_sections(cloud, "nova-control", control)
    for host in hosts_now(cloud):
        configure_host(cloud, host)


def configure_host(cloud: Cloud, host: str) -> None:
    """Write a host's own configuration: its name, directory and identity."""
    identity = _identity(cloud, host)
    write_sections(
        cloud, f"nova-{host}", {"DEFAULT": {"host": host, "state_path": identity.parent}}
    )
    # Nova 27 and newer refuse to start a known host that has lost this.
    if not identity.exists():
        write_private(identity, str(uuid.uuid4()))


def erase_host(cloud: Cloud, host: str) -> None:
    """Delete a host's identity: reinstalled, it is a new host to Nova, as in reality."""
    _identity(cloud, host).unlink(missing_ok=True)


def _identity(cloud: Cloud, host: str) -> Path:
    return cloud.directory / "nova" / host / "compute_id"


def migrations(cloud: Cloud) -> list[Command]:
    """Return the commands that create the tables of the API and of both cells.

    The name of cell0's database is derived from the main one.
    """

    def manage(*arguments: str) -> Command:
        return configured(cloud, "nova-manage", CONTROL, *arguments)

    return [
        manage("api_db", "sync"),
        manage("cell_v2", "map_cell0"),
        manage("cell_v2", "create_cell", "--name", "cell1"),
        manage("db", "sync"),
    ]


def processes(cloud: Cloud) -> dict[str, Command]:
    """Return the commands of API, conductor, scheduler, and a nova-compute per host."""
    if has_script(cloud, SCRIPT):
        api = configured(cloud, SCRIPT, CONTROL)
    else:
        api = wsgi(cloud, "nova.wsgi.osapi_compute:application", "nova")
    commands = {"nova-api": api}
    for name in ("nova-conductor", "nova-scheduler"):
        commands[name] = configured(cloud, name, CONTROL)
    for host in hosts_now(cloud):
        commands[compute_process(host)] = configured(
            cloud, "nova-compute", (*COMMON, f"nova-{host}")
        )
    return commands


def compute_process(host: str) -> str:
    """Return the process name of a host's nova-compute."""
    return f"nova-compute-{host}"


def _defaults(cloud: Cloud) -> dict[str, object]:
    down = service_down_seconds()
    return {
        "my_ip": "127.0.0.1",
        "state_path": cloud.directory / "nova",
        "compute_driver": "lab_hypervisor.LabHypervisor",
        "lab_disks": disk_directory(cloud),
        "lab_volumes": share_directory(cloud).parent,
        "osapi_compute_listen": "127.0.0.1",
        "osapi_compute_listen_port": cloud.port("nova"),
        "osapi_compute_workers": 1,
        "enabled_apis": "osapi_compute",
        "vif_plugging_is_fatal": False,
        "vif_plugging_timeout": 0,
        "service_down_time": down,
        "report_interval": max(down // 6, 1),
        "cpu_allocation_ratio": 16.0,
        # Otherwise periodic tasks, such as the discovery of hosts, start up to 60 s late.
        "periodic_fuzzy_delay": 0,
    }


def _sections(cloud: Cloud) -> Options:
    login = service_login(cloud)
    return {
        "service_user": {**login, "send_service_user_token": True},
        "placement": login,
        "neutron": login,
        "cinder": login,
        "glance": {"api_servers": cloud.url("glance")},
        "conductor": {"workers": 1},
        # This discovers new hosts; otherwise nova-manage must run after their first start.
        "scheduler": {"workers": 1, "discover_hosts_in_cells_interval": 5},
        "compute": {"live_migration_wait_for_vif_plug": False},
        "vnc": {"enabled": False},
        "wsgi": {"api_paste_config": cloud.venv / "etc" / "nova" / "api-paste.ini"},
    }


COMPONENT = Component(
    name="nova",
    databases=("nova_api", "nova", "nova_cell0"),
    configure=configure,
    migrations=migrations,
    processes=processes,
    service_type="compute",
    endpoint_path="/v2.1",
)
