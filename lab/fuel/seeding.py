"""The initial state of the stand-in: two environments with a controller and three computes each."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from lab.fuel import assignment, environments, hardware, interfaces, networks
from lab.fuel.master import Master, Row

RELEASE_ID = 2


@dataclass(frozen=True, kw_only=True)
class CloudInFuel:
    """A cloud for Fuel: its ``name`` in the lab, its hosts, and its address.

    ``keystone`` goes into the facts: db_password, and values that differ from Fuel's.
    """

    name: str
    hosts: Sequence[str]
    password: str = field(repr=False)
    address: str
    keystone: Row = field(repr=False)


def seed(master: Master, clouds: Sequence[CloudInFuel], *, spare: int = 0) -> None:
    """Fill an empty master: an environment ``<name>-cloud`` for each cloud, and free machines."""
    text = "Master node installation has been completed successfully."
    master.notify("done", text)
    # The first network belongs to the master and is shared by all environments.
    master.next_id("networks")
    # Computes first: their addresses are those that the lab's BMCs report.
    hosts = [host for cloud in clouds for host in cloud.hosts]
    controllers = [f"{cloud.name}-control" for cloud in clouds]
    spares = [f"spare-{number}" for number in range(1, spare + 1)]
    for number, name in enumerate((*hosts, *controllers, *spares), start=1):
        master.machines[name] = hardware.make_machine(name, number=number)
    for number, cloud in enumerate(clouds, start=1):
        seed_environment(master, cloud, number=number)
    for name in spares:
        hardware.discover(master, master.machines[name])
    master.save()


def seed_environment(master: Master, cloud: CloudInFuel, *, number: int) -> Row:
    """Add a deployed environment with the cloud's hosts; ranges are derived from ``number``."""
    body = {"name": f"{cloud.name}-cloud", "release": RELEASE_ID}
    cluster = environments.create(master, body, number=number)
    vlans = [1000 * number + 10, 1000 * number + 40]
    cluster["_networks"]["networking_parameters"]["vlan_range"] = vlans
    cluster["_facts"] = {"cloud": cloud.name, "keystone": cloud.keystone}
    cluster["_settings"]["access"]["password"]["value"] = cloud.password
    networks.add_vips(cluster["_networks"], public=cloud.address, management=cloud.address)
    _deploy(master, cluster, f"{cloud.name}-control", roles=["controller", "cinder"])
    for host in cloud.hosts:
        _deploy(master, cluster, host, roles=["compute"])
    cluster |= {"status": "operational", "changes": []}
    return cluster


def _deploy(master: Master, cluster: Row, name: str, *, roles: list[str]) -> None:
    node = hardware.discover(master, master.machines[name])
    assignment.assign(master, cluster["id"], [{"id": node["id"], "roles": roles}])
    node |= {
        "name": name,
        "hostname": name,
        "fqdn": name,
        "status": "ready",
        "progress": 100,
        "roles": roles,
        "pending_roles": [],
        "pending_addition": False,
        "_deployed_in": cluster["id"],
    }
    interfaces.place_as_recorded(cluster, node)
    networks.describe_networks(cluster, node, with_addresses=True)
