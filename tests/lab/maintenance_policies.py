"""Policies for clouds of the lab whose services honour no reader."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import lab
from dashboard.clients.policy_overrides import overrides, policy_file, read_rules
from dashboard.migrations_app.maintenance.read_only_role import OWN_ROLE
from lab.clouds import cloud_named

LAX: dict[str, dict[str, str]] = {"src": {"neutron": "neutron", "cinder": "cinder-api"}, "dst": {}}
"""The services of each cloud that let readers write, and their processes."""


@contextmanager
def policies_on(name: str) -> Iterator[None]:
    """Make the lax services deny the dedicated role all writing while inside.

    Services go on with rules that they have read until they are started again.
    """
    folder = cloud_named(name).configuration_directory / "policy.d"
    folder.mkdir(exist_ok=True)
    for service in LAX[name]:
        denied = overrides(read_rules(_sample(name, service)), OWN_ROLE)
        (folder / f"{service}.json").write_text(policy_file(denied))
    yield
    for service, process in LAX[name].items():
        (folder / f"{service}.json").unlink()
        lab.restart(name, process)


def _sample(name: str, service: str) -> str:
    generator = cloud_named(name).venv / "bin" / "oslopolicy-sample-generator"
    command = [generator, "--namespace", service]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
