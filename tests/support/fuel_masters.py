"""Fuel masters for tests: the lab's stand-in, each on a free port with a state of its own."""

import datetime
import ipaddress
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from dashboard.clients.fuel.endpoint import FuelEndpoint
from dashboard.clients.fuel.master import FuelMaster
from dashboard.clients.fuel.objects import Environment, Node
from lab.fuel import hardware, routing
from lab.fuel.control import control
from lab.fuel.login import Login
from lab.fuel.master import Master, Row
from lab.fuel.seeding import CloudInFuel, seed, seed_environment
from lab.fuel.server import FuelServer, serving


@dataclass(frozen=True, kw_only=True)
class RunningMaster:
    """A stand-in that serves: where it is and what is in it."""

    server: FuelServer
    master: Master
    endpoint: FuelEndpoint


@contextmanager
def running_master(directory: Path, **options: Any) -> Iterator[RunningMaster]:
    """Serve a new master with the environments src-cloud and dst-cloud.

    ``options`` are FuelServer's, ``versions`` of Keystone, and the master's ``seconds_per_step``.
    """
    password = secrets.token_hex(12)
    versions = options.pop("versions", ("v2.0", "v3"))
    seconds = options.pop("seconds_per_step", None)
    master = Master(directory / "fuel.json", password=password, seconds_per_step=seconds)
    seed(master, [cloud(name) for name in ("src", "dst")], spare=2)
    login = Login("admin", password, versions=versions)
    with serving(FuelServer(master, login=login, **options)) as server:
        endpoint = FuelEndpoint(host="127.0.0.1", port=server.server_port, password=password)
        yield RunningMaster(server=server, master=master, endpoint=endpoint)


def fuel_environment(fuel: FuelMaster, name: str) -> Environment:
    """Return the environment of that name."""
    return next(each for each in fuel.environments() if each.name == name)


def create_environment(fuel: FuelMaster, name: str, *, release_id: int) -> Environment:
    """Create an environment that is otherwise like the first one."""
    return fuel.create_environment_like(
        fuel.environments()[0], name=name, release_id=release_id, segmentation="vlan"
    )


def add_environment(running: RunningMaster, name: str, *, hosts: int) -> Row:
    """Seed another deployed environment with a controller and that many computes."""
    master = running.master
    names = [f"{name}-control", *(f"{name}-c{number}" for number in range(1, hosts + 1))]
    for machine in names:
        number = len(master.machines) + 1
        master.machines[machine] = hardware.make_machine(machine, number=number)
    return seed_environment(master, replace(cloud(name), hosts=names[1:]), number=1)


def counted_requests(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list to which each request to a stand-in is added, but for logins."""
    requests: list[str] = []
    answer = routing.answer

    def counting(master: Master, call: routing.Call) -> tuple[int, Any]:
        requests.append(f"{call.method} {call.path}")
        return answer(master, call)

    monkeypatch.setattr(routing, "answer", counting)
    return requests


def node_with_fqdn(fuel: FuelMaster, fqdn: str) -> Node | None:
    """Return the node with that full name."""
    return next((node for node in fuel.nodes() if node.fqdn == fqdn), None)


def discovered_node(fuel: FuelMaster, macs: Iterable[str]) -> Node | None:
    """Return the free node with these MAC addresses once Fuel has discovered it."""
    node = fuel.node_with_macs(macs)
    is_free = node is not None and node.environment_id is None and node.status == "discover"
    return node if is_free else None


def switch(running: RunningMaster, words: str) -> None:
    """Return the stand-in one of its orders: what goes wrong, which machine boots."""
    with running.master.lock:
        control(running.master, running.server.login, words.split("/"))


def configure_fuel(settings: Any, endpoint: FuelEndpoint, directory: Path) -> None:
    """Name a master in the settings, as the only source there is."""
    for name, value in fuel_settings(endpoint, directory).items():
        setattr(settings, name, value)


def fuel_settings(endpoint: FuelEndpoint, directory: Path) -> dict[str, str]:
    """Return the settings that name a master and no other source; its login is in a file there."""
    credentials = directory / "fuel.yaml"
    login = {"verify": endpoint.verify is not False, "password": endpoint.password}
    if isinstance(endpoint.verify, str):
        login["cacert"] = endpoint.verify
    clouds = {"verify": endpoint.clouds_verify is not False}
    credentials.write_text(yaml.safe_dump(login | {"clouds": clouds}))
    scheme = "https" if endpoint.tls else "http"
    return {
        "PUMPHOUSE_CONFIG": "",
        "PUMPHOUSE_FUEL_URL": f"{scheme}://{endpoint.host}:{endpoint.port}",
        "PUMPHOUSE_FUEL_CREDENTIALS": str(credentials),
        "PUMPHOUSE_ASTUTE": str(directory / "none"),
        "PUMPHOUSE_FUEL_KEYS": str(directory / "none"),
    }


def cloud(name: str) -> CloudInFuel:
    """Return a cloud with three hosts, whose passwords are random."""
    return CloudInFuel(
        name=name,
        hosts=[f"{name}-c{number}" for number in (1, 2, 3)],
        password=secrets.token_hex(12),
        address="127.0.0.1",
        keystone={"db_password": secrets.token_hex(12), "db_user": name, "db_port": 13506},
    )


def make_certificate(directory: Path) -> tuple[Path, Path]:
    """Write a certificate for 127.0.0.1 that is its own CA, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "fuel")])
    today = datetime.datetime.now(datetime.UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = directory / "fuel.crt", directory / "fuel.key"
    files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
    )
    return files


def install_plugin(
    running: RunningMaster, environment_id: int, *, releases: tuple[str, ...]
) -> None:
    """Install a plugin and enable it in an environment, with a setting of its own."""
    plugin = {
        "name": "demo",
        "title": "Demo",
        "version": "1.0.0",
        "releases": [{"version": version, "os": "ubuntu"} for version in releases],
        "_links": [],
    }
    running.master.add("plugins", plugin)
    fuel = FuelMaster(running.endpoint)
    section = fuel.settings(environment_id)["editable"]["demo"]
    section["metadata"]["enabled"] = True
    section["metadata"]["versions"][0]["demo_plugin_text"]["value"] = "ours"
    fuel.change_settings(environment_id, {"editable": {"demo": section}})
