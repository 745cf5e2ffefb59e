"""The lab's hosts as machines: each has a BMC, MAC addresses and an installed cloud."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from lab.bmc.chassis import Chassis
from lab.bmc.simulator import USER, Simulator
from lab.clouds import CLOUDS, Cloud, shifted
from lab.errors import LabError
from lab.passwords import password
from lab.places import run_directory

# UDP port of a BMC, relative to the base port of its cloud plus the host's number.
FIRST_PORT = 6230
LONGEST_PASSWORD = 16
INTERFACES = ("eth0", "eth1", "eth2", "eth3")


@dataclass(frozen=True)
class Host:
    """A compute host of the lab; ``cloud`` is the one it first belonged to."""

    name: str
    first_cloud: Cloud
    number: int

    @property
    def directory(self) -> Path:
        """Return the directory of this host and its BMC."""
        return run_directory() / "bmc" / self.name

    @property
    def bmc(self) -> Simulator:
        """Return its BMC."""
        return Simulator(
            name=self.name,
            directory=self.directory,
            port=shifted(
                self.first_cloud.base_port + FIRST_PORT + self.first_cloud.hosts.index(self.name)
            ),
            password=password(self.name, use="bmc")[:LONGEST_PASSWORD],
        )

    @property
    def chassis(self) -> Chassis:
        """Return its chassis: power, boot device and the log of both."""
        return self.bmc.chassis

    @property
    def installed_cloud(self) -> str:
        """Return the cloud whose nova-compute is on its disk, "" if there is none."""
        path = self.directory / "installed"
        return path.read_text().strip() if path.exists() else self.first_cloud.name

    def install(self, cloud: str) -> None:
        """Install the nova-compute of a cloud on its disk; "" erases the disk."""
        self.directory.mkdir(parents=True, exist_ok=True)
        (self.directory / "installed").write_text(cloud + "\n")

    def mac(self, interface: str) -> str:
        """Return the MAC address of an interface; a reinstallation keeps it."""
        return f"52:54:00:00:{self.number:02x}:{INTERFACES.index(interface):02x}"

    def inventory_entry(self) -> dict[str, object]:
        """Return its entry of ``hosts`` in inventory.yaml."""
        interfaces = {name: {"hwaddr": self.mac(name)} for name in INTERFACES}
        return {"ipmi": self.name, "interfaces": interfaces}

    def ipmi_entry(self) -> dict[str, object]:
        """Return its entry of ``ipmi`` in inventory.yaml."""
        auth = {"user": USER, "password": self.bmc.password}
        return {"auth": auth, "host": "127.0.0.1", "port": self.bmc.port}


HOSTS = {
    name: Host(name, cloud, number)
    for number, (name, cloud) in enumerate(
        ((name, cloud) for cloud in CLOUDS.values() for name in cloud.hosts), start=1
    )
}


def hosts_of(clouds: Iterable[Cloud]) -> list[Host]:
    """Return the hosts that first belonged to these clouds."""
    names = {cloud.name for cloud in clouds}
    return [host for host in HOSTS.values() if host.first_cloud.name in names]


def host_named(name: str) -> Host:
    """Return the host of that name. Raises ``LabError``."""
    if name not in HOSTS:
        raise LabError(f"no host {name}; there are {', '.join(HOSTS)}")
    return HOSTS[name]
