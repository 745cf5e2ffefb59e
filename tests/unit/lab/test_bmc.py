"""The lab's BMCs: what their power does to the host behind them."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from dashboard.clients.inventory import read_inventory
from lab.bmc.chassis import ON, Chassis
from lab.bmc.hosts import HOSTS, host_named
from lab.bmc.switch import boot_from_network, network_boot_server
from lab.connection_files import inventory_yaml_path, write_inventory
from tests.support.awaiting import await_that


@pytest.fixture(autouse=True)
def lab_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PUMPHOUSE_LAB_DIR", str(tmp_path))
    monkeypatch.delenv("PUMPHOUSE_LAB_NETWORK_BOOT", raising=False)
    return tmp_path


@pytest.fixture
def http_server() -> Iterator[tuple[str, list[Any]]]:
    """Return the address of a server and the bodies that were sent to it."""
    bodies: list[Any] = []

    class Keep(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Keep)
    threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/boot", bodies
    server.shutdown()
    server.server_close()


def test_power_switches_a_real_process_and_tells_it_what_it_boots_from(tmp_path: Path) -> None:
    chassis = Chassis(tmp_path / "chassis")
    told = tmp_path / "told"
    script = f'echo "$@" >> {told}'
    (chassis.directory / "switch.json").write_text(json.dumps(["sh", "-c", script, "switch"]))
    chassis.set_boot("pxe")
    orders = []
    for power, expected in (("1", "on pxe"), ("0", "off"), ("1", "on none")):
        chassis.set_power(power)
        orders.append(expected)
        assert await_that(lambda: told.exists() and told.read_text().splitlines() == orders)


def test_a_repeated_power_on_does_not_start_the_host_again(tmp_path: Path) -> None:
    chassis = Chassis(tmp_path)
    chassis.set_power(ON)
    chassis.set_boot("pxe")
    chassis.set_power(ON)
    assert chassis.boot == "pxe"


def test_a_host_that_boots_from_the_network_is_told_to_an_address(http_server) -> None:
    address, bodies = http_server
    host = host_named("src-c2")
    boot_from_network(host, address)
    assert bodies == [{"host": "src-c2", "mac": host.mac("eth0")}]


def test_a_host_that_boots_from_the_network_is_told_to_an_executable(tmp_path: Path) -> None:
    program = tmp_path / "netboot"
    program.write_text(f'#!/bin/sh\necho "$1" > {tmp_path}/booted\n')
    program.chmod(0o755)
    boot_from_network(host_named("src-c2"), str(program))
    assert (tmp_path / "booted").read_text() == "src-c2\n"


def test_the_file_of_the_network_boot_server_counts_before_the_environment(
    lab_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert network_boot_server() == ""
    monkeypatch.setenv("PUMPHOUSE_LAB_NETWORK_BOOT", "/bin/true")
    assert network_boot_server() == "/bin/true"
    (lab_directory / "bmc").mkdir()
    (lab_directory / "bmc" / "network_boot").write_text("http://127.0.0.1/boot\n")
    assert network_boot_server() == "http://127.0.0.1/boot"


def test_the_labs_inventory_has_every_host_and_is_private() -> None:
    write_inventory()
    assert inventory_yaml_path().stat().st_mode & 0o777 == 0o600
    inventory = read_inventory(inventory_yaml_path())
    assert [host.name for host in inventory.hosts] == list(HOSTS)
    passwords = {inventory.bmc_of(name).password for name in HOSTS}
    assert len(passwords) == len(HOSTS)
    for name, host in HOSTS.items():
        found = inventory.host_with_macs([host.mac("eth1")])
        assert found is not None
        assert found.name == name
        assert ("source" in found.notes) == name.startswith("src")
