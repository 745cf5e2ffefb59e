"""Network namespaces with real bridges: a tenant's network in each of two clouds, and what joins
them."""

import secrets
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path


class Namespace:
    """A machine with a network of its own."""

    def __init__(self, name: str) -> None:
        self.name = name

    def run(self, *command: str) -> str:
        """Run a command in it, which must succeed, and return what it printed."""
        done = self._done(*command)
        assert done.returncode == 0, f"{' '.join(command)}: {done.stdout}"
        return done.stdout

    def can(self, *command: str) -> bool:
        """Return whether a command succeeds in it."""
        return self._done(*command).returncode == 0

    def _done(self, *command: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            ["ip", "netns", "exec", self.name, *command],
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
        )

    def start(self, *command: str) -> "subprocess.Popen[str]":
        """Start a command in it, whose output can be read by the line."""
        return subprocess.Popen(
            ["ip", "netns", "exec", self.name, *command], stdout=subprocess.PIPE, text=True
        )

    def links(self) -> set[str]:
        """Return the names of its links."""
        return set(self.run("ls", "/sys/class/net").split())

    def mac_of(self, link: str) -> str:
        """Return the hardware address of one of its links."""
        return self.run("cat", f"/sys/class/net/{link}/address").strip()

    def reaches(self, address: str, *options: str) -> bool:
        """Return whether an address answers a ping, asking for up to three seconds."""
        # known neighbours may be those of before
        self.run("ip", "neighbor", "flush", "all")
        return self._done("ping", "-c1", "-w3", *options, address).returncode == 0

    def neighbour(self, address: str) -> str:
        """Return the hardware address that answers for an address, "" if none does."""
        self.reaches(address)
        words = self.run("ip", "neighbor", "show", address).split()
        return words[words.index("lladdr") + 1] if "lladdr" in words else ""


@contextmanager
def namespaces(*names: str) -> Iterator[list[Namespace]]:
    """Make namespaces, each with its loopback up, and remove them with all that is in them."""
    prefix = f"ph-{secrets.token_hex(3)}"
    with ExitStack() as removed:
        made = []
        for name in names:
            namespace = Namespace(f"{prefix}-{name}")
            subprocess.run(["ip", "netns", "add", namespace.name], check=True)
            removed.callback(subprocess.run, ["ip", "netns", "delete", namespace.name], check=True)
            namespace.run("ip", "link", "set", "lo", "up")
            made.append(namespace)
        yield made


def plug(machine: Namespace, link: str, network: Namespace, *addresses: str) -> None:
    """Connect a machine to a network by a link of that name, with addresses."""
    end = f"p-{machine.name[-8:]}"
    machine.run("ip", "link", "add", link, "type", "veth", "peer", "name", end)
    machine.run("ip", "link", "set", end, "netns", network.name)
    network.run("ip", "link", "set", end, "master", "lan", "up")
    for address in addresses:
        machine.run("ip", "address", "add", address, "dev", link)
    machine.run("ip", "link", "set", link, "up")


def make_network(namespace: Namespace) -> None:
    """Make the bridge of a network, to which machines are plugged."""
    namespace.run("ip", "link", "add", "lan", "type", "bridge", "stp_state", "0")
    namespace.run("ip", "link", "set", "lan", "up")


def write_program(path: Path, text: str) -> str:
    """Write a program that can be run, and return its path."""
    path.write_text(text, encoding="utf-8")
    path.chmod(0o700)
    return str(path)
