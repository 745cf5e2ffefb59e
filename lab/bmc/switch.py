"""Applies a host's power to its nova-compute: lab.bmc.switch HOST off | shutdown | on DEVICE.

Started by the chassis program of the host's BMC.
"""

import json
import os
import subprocess
import sys
import urllib.request

from lab.bmc.chassis import NETWORK, ON
from lab.bmc.hosts import Host, host_named
from lab.components.nova import compute_process
from lab.lifecycle import compute, stop
from lab.places import run_directory
from lab.processes import note

NETWORK_BOOT_SECONDS = 10


def main(name: str, order: str, device: str = "") -> None:
    """Execute one command."""
    host = host_named(name)
    if order == "off":
        power_off(host)
    elif order == "shutdown":
        shut_down(host)
    elif device == NETWORK and (server := network_boot_server()):
        boot_from_network(host, server)
    else:
        start(host)


def power_off(host: Host) -> None:
    """Kill the nova-compute, as a loss of power does."""
    if cloud := host.installed_cloud:
        compute("stop", cloud, host.name)


def start(host: Host) -> None:
    """Start the nova-compute, unless the host was switched off meanwhile."""
    with host.chassis.locked():
        if host.chassis.power == ON and (cloud := host.installed_cloud):
            compute("start", cloud, host.name)


def shut_down(host: Host) -> None:
    """Stop the nova-compute cleanly; then the host switches itself off."""
    if cloud := host.installed_cloud:
        stop(cloud, compute_process(host.name))
    with host.chassis.locked():
        if host.chassis.power == ON:
            host.chassis.power_gone()


def network_boot_server() -> str:
    """Return what serves network boots: an executable, an http URL, or "" for nothing.

    Read from a file that can be written at any time, else from the environment variables that
    the BMCs were started with.
    """
    path = run_directory() / "bmc" / "network_boot"
    named = path.read_text().strip() if path.exists() else ""
    return named or os.environ.get("PUMPHOUSE_LAB_NETWORK_BOOT", "")


def boot_from_network(host: Host, server: str) -> None:
    """Notify the server which host boots: an executable by an argument, a URL by JSON."""
    note(f"{host.name} boots from {server}")
    if not server.startswith(("http://", "https://")):
        subprocess.run([server, host.name], timeout=NETWORK_BOOT_SECONDS, check=True)
        return
    body = json.dumps({"host": host.name, "mac": host.mac("eth0")}).encode()
    request = urllib.request.Request(server, body, {"Content-Type": "application/json"})
    urllib.request.urlopen(request, timeout=NETWORK_BOOT_SECONDS).close()


if __name__ == "__main__":
    main(*sys.argv[1:])
