"""Moves from the cloud of 2014 to one of today, which is in memory."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

from dashboard.hosts_app.clouds import register_clouds
from tests.support.cloud.memory import MemoryCloud
from tests.support.cloud.messages import Json
from tests.support.cloud.moving import TwoClouds, quick_clock
from tests.support.cloud.sessions import login_of, operator_of
from tests.support.cloud.wire import connected
from tests.support.juno.cloud import JunoCloud, running_juno
from tests.support.juno.tenant import BROKEN

POOLS = ("172.24.4.0/24", "172.25.0.0/24")
CHOICES = {"network:public": "ext", "network:partners": "ext", f"server:{BROKEN}": "skip"}
"""How the recorded tenant is planned: its pools are one network there, and what is broken stays."""


class FromJuno(TwoClouds):
    """A cloud of 2014 and a new one, their rows, and what the product does between them."""

    def __init__(self, juno: JunoCloud, new: MemoryCloud, path: Path) -> None:
        self.juno, self.new = juno, new
        access = juno.access()
        entries = {
            access.name: {"region_name": "RegionOne", "auth": dict(access.auth)},
            new.name: {"region_name": "RegionOne", "auth": login_of(new)},
        }
        path.write_text(yaml.safe_dump({"clouds": entries}), encoding="utf-8")
        rows = {row.name: row for row in register_clouds(path)}
        self.source, self.destination = rows[access.name], rows[new.name]


@contextmanager
def from_juno(folder: Path, *, keystone: tuple[str, ...] = ("v2.0", "v3")) -> Iterator[FromJuno]:
    """Serve a cloud of 2014 and a new one in memory while inside; nobody waits."""
    new = MemoryCloud("new")
    with running_juno(keystone=keystone) as juno, connected(new), quick_clock():
        yield FromJuno(juno, new, folder / "clouds.yaml")


def add_pools(cloud: MemoryCloud) -> None:
    """Make the external network that both pools of the source are mapped to."""
    operator = operator_of(cloud)
    body = {"name": "ext", "router:external": True}
    network = operator.post("network", "/networks", {"network": body}, "network")
    more = {"network_id": network["id"], "ip_version": 4, "gateway_ip": None, "enable_dhcp": False}
    for cidr in POOLS:
        operator.post("network", "/subnets", {"subnet": {"cidr": cidr, **more}})


def servers_of(cloud: MemoryCloud) -> Json:
    """Return the state of each server by its name."""
    return {row["name"]: row["status"] for row in cloud.compute.servers.rows.values()}
