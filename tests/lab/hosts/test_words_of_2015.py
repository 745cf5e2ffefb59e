"""The commands of 2015 that give a host to the other cloud, in a shell."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

import lab
from dashboard.clients.openstack import CloudSession
from dashboard.hosts_app.compute.nova import compute_services
from tests.lab.freed_host import HOST, fuel_and_machines, put_back
from tests.support.rehearsal.jobs import ROOT

pytestmark = [pytest.mark.matrix, pytest.mark.timeout(1800)]


@pytest.fixture(autouse=True)
def _lab(source: CloudSession, destination: CloudSession) -> Iterator[None]:
    with fuel_and_machines(source, destination):
        yield
        put_back(source, destination)


def shell(module: str, *words: str, home: Path) -> str:
    """Run a program in a shell of its own, in which it must succeed; return what it said."""
    done = subprocess.run(
        [sys.executable, "-m", module, str(lab.config_yaml_path()), *words],
        cwd=ROOT,
        env={**os.environ, "PUMPHOUSE_HOME": str(home), "PUMPHOUSE_CONFIG": ""},
        capture_output=True,
        text=True,
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    return said


@pytest.mark.parametrize(
    ("module", "words"),
    [
        ("dashboard.cli.main", ("reassign", HOST)),
        ("dashboard.cli.bare_metal", ("-i", "INVENTORY", "-e", "2", HOST)),
    ],
    ids=["reassign", "pumphouse-bm"],
)
def test_a_host_is_given_to_the_other_cloud(module, words, destination, tmp_path):
    known = {"INVENTORY": settings.PUMPHOUSE_INVENTORY}
    os.environ["PUMPHOUSE_INVENTORY"] = settings.PUMPHOUSE_INVENTORY
    shell("dashboard.cli.main", "clouds", "--discover", home=tmp_path)
    words = [known.get(word, word) for word in words]
    said = shell(module, *words, "--confirm", HOST, home=tmp_path)
    assert HOST in said
    assert HOST in {service.host for service in compute_services(destination)}
