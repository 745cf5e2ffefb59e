"""Command lines and environment variables of a cloud's services."""

from lab import ceph
from lab.clouds import Cloud
from lab.places import LAB
from lab.processes import clean_environment

Command = list[str]


def configured(cloud: Cloud, tool: str, files: tuple[str, ...], *arguments: str) -> Command:
    """Return the command line of a tool of the cloud, with its configuration files."""
    command = [str(cloud.venv / "bin" / tool)]
    for file in files:
        command += ["--config-file", str(cloud.configuration_directory / f"{file}.conf")]
    return [*command, *arguments]


def wsgi(cloud: Cloud, application: str, service: str) -> Command:
    """Return the command line of a WSGI application on its service's port."""
    python = str(cloud.venv / "bin" / "python")
    return [python, str(LAB / "plugins" / "lab_wsgi.py"), application, str(cloud.port(service))]


def has_script(cloud: Cloud, name: str) -> bool:
    """Return whether this release still has a server script."""
    return (cloud.venv / "bin" / name).exists()


def environment(cloud: Cloud) -> dict[str, str]:
    """Return the environment variables of a cloud's processes."""
    inherited = clean_environment()
    directory = str(cloud.configuration_directory)
    services = ("KEYSTONE", "GLANCE", "PLACEMENT", "NOVA", "NEUTRON", "BARBICAN")
    return (
        inherited
        | {f"OS_{service}_CONFIG_DIR": directory for service in services}
        | {
            # lab/bin holds the `mount` that does nothing.
            "PATH": f"{cloud.venv}/bin:{LAB}/bin:{inherited.get('PATH', '')}:/usr/sbin:/sbin",
            # For the network driver and its entry point, and for the modules of Ceph.
            "PYTHONPATH": f"{LAB}/plugins:{ceph.module_directory()}",
            "PYTHONUNBUFFERED": "1",
            # Nova's WSGI application takes the first of these as the directory of its paste file.
            "OS_NOVA_CONFIG_FILES": (
                f"{cloud.venv}/etc/nova/api-paste.ini;nova.conf;nova-control.conf"
            ),
            "OS_NEUTRON_CONFIG_FILES": "neutron.conf",
        }
    )
