"""The clouds of the lab: add an entry for another cloud or release.

A release also needs a constraints file, constraints-<release>.txt.
"""

from dataclasses import dataclass, field
from pathlib import Path

from lab.errors import LabError
from lab.places import port_shift, run_directory, venvs_directory

# A port is the cloud's base + the service's + the shift. All stay below 32768, where the kernel's
# range for outgoing connections starts: hundreds of loopback connections draw from that range, and
# a service whose port lies in it fails now and then with "Address already in use".
PORTS = {
    "keystone": 5000,
    "glance": 9292,
    "placement": 8778,
    "nova": 8774,
    "neutron": 9696,
    "cinder": 8776,
    "barbican": 9311,
}
MARIADB_PORT = 13506
RABBITMQ_PORT = 15872
RABBITMQ_DISTRIBUTION_PORT = 25872
EPMD_PORT = 14569
# of its monitor, by both versions of its protocol, and the first and last of its OSD
CEPH_PORTS = (15930, 15931)
CEPH_OSD_PORTS = (15940, 15959)
FIRST_EPHEMERAL_PORT = 32768
REGION = "RegionOne"

Options = dict[str, dict[str, object]]


@dataclass(frozen=True)
class Cloud:
    """An OpenStack cloud of one release."""

    name: str
    release: str
    base_port: int
    hosts: tuple[str, ...]
    external_range: str = "172.24.4.0/24"
    # {service: {section: {option: value}}}; overrides the service's configuration.
    extra: dict[str, Options] = field(default_factory=dict)

    @property
    def directory(self) -> Path:
        """Return the directory of its configuration, disks, volumes and images."""
        return run_directory() / self.name

    @property
    def configuration_directory(self) -> Path:
        """Return the directory of its services' configuration files."""
        return self.directory / "etc"

    @property
    def venv(self) -> Path:
        """Return the virtual environment of its release, shared with other clouds of it."""
        return venvs_directory() / self.release

    def port(self, service: str) -> int:
        """Return the port of a service."""
        return shifted(self.base_port + PORTS[service])

    def url(self, service: str) -> str:
        """Return the root URL of a service."""
        return f"http://127.0.0.1:{self.port(service)}"

    @property
    def identity_url(self) -> str:
        """Return the URL of Keystone."""
        return self.url("keystone") + "/v3"


# Both have the same external range, as if they shared a public network, so that floating
# addresses can move.
CLOUDS = {
    cloud.name: cloud
    for cloud in (
        Cloud("src", release="2023.1", base_port=11000, hosts=("src-c1", "src-c2", "src-c3")),
        Cloud("dst", release="2026.2", base_port=21000, hosts=("dst-c1", "dst-c2", "dst-c3")),
    )
}


def cloud_named(name: str) -> Cloud:
    """Return the cloud of that name. Raises ``LabError``."""
    if name not in CLOUDS:
        raise LabError(f"no cloud {name}; there are {', '.join(CLOUDS)}")
    return CLOUDS[name]


def shifted(port: int) -> int:
    """Return a port of this lab, which may be one of several on the machine."""
    return port + port_shift()


def check_ports() -> None:
    """Refuse a table or a shift that leads to clashing or unreliable ports."""
    shared = (MARIADB_PORT, RABBITMQ_PORT, RABBITMQ_DISTRIBUTION_PORT, EPMD_PORT, *CEPH_PORTS)
    ports = [shifted(port) for port in shared]
    ports += [cloud.port(service) for cloud in CLOUDS.values() for service in PORTS]
    if len(set(ports)) < len(ports):
        raise LabError(f"two services would share a port: {sorted(ports)}")
    if max(ports) >= FIRST_EPHEMERAL_PORT:
        raise LabError(
            f"port {max(ports)} is not below {FIRST_EPHEMERAL_PORT}: choose a smaller shift"
        )
