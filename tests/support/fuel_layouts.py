"""Environments and hosts of a Fuel stand-in that are laid out otherwise than by its default."""

from collections.abc import Mapping

from dashboard.clients.fuel.master import FuelMaster
from dashboard.clients.fuel.objects import Json
from lab.fuel.master import Row
from tests.support.fuel_masters import RunningMaster, node_with_fqdn

BOND: Mapping[str, Json] = {
    "name": "bond0",
    "type": "bond",
    "mode": "802.3ad",
    "slaves": [{"name": "eth2"}, {"name": "eth3"}],
}
RACK = "rack2"


def public_everywhere(running: RunningMaster, environment: int) -> None:
    """Put the network ``public`` on every node of an environment."""
    everywhere = {"public_network_assignment": {"assign_to_all_nodes": {"value": True}}}
    FuelMaster(running.endpoint).change_settings(environment, {"editable": everywhere})


def routed_on_every_node(running: RunningMaster, environment: int) -> None:
    """Switch on Neutron's DVR in an environment, which gives computes the network ``public``."""
    dvr = {"neutron_advanced_configuration": {"neutron_dvr": {"value": True}}}
    FuelMaster(running.endpoint).change_settings(environment, {"editable": dvr})


def bonded(running: RunningMaster, host: str) -> None:
    """Join the interfaces of a host that have the networks of the cloud."""
    fuel = FuelMaster(running.endpoint)
    node = node_with_fqdn(fuel, host)
    assert node
    faces = fuel.interfaces(node.id)
    networks = faces[2]["assigned_networks"] + faces[3]["assigned_networks"]
    for face in faces[2:]:
        face["assigned_networks"] = []
    fuel.change_interfaces(node.id, [*faces, {**BOND, "assigned_networks": networks}])


def boots_in_rack(running: RunningMaster, host: str, *environments: int) -> None:
    """Make a host boot in a rack which is a nodegroup of these environments, the first its own.

    The rack has the same boot network in each of them.
    """
    master = running.master
    for environment in environments:
        FuelMaster(running.endpoint).create_nodegroup(environment, name=RACK)
    admins = [boot_network_of(running, environment) for environment in environments]
    for network in admins[1:]:
        network |= {key: admins[0][key] for key in ("cidr", "gateway", "ip_ranges")}
    master.machines[host]["ip"] = admins[0]["cidr"].replace(".0/24", ".9")
    node = next(one for one in master.all("nodes") if one["_machine"] == host)
    node |= {"ip": master.machines[host]["ip"], "group_id": admins[0]["group_id"]}
    own = networks_of_rack(running, environments[0])
    for face in node["_interfaces"]:
        for assigned in face["assigned_networks"]:
            assigned["id"] = own[assigned["name"]]


def networks_of_rack(running: RunningMaster, environment: int) -> dict[str, int]:
    """Return the ids of the rack's own networks by name."""
    cluster = running.master.rows["clusters"][environment]
    group = cluster["_groups"][RACK]
    networks = cluster["_networks"]["networks"]
    return {one["name"]: one["id"] for one in networks if one["group_id"] == group}


def boot_network_of(running: RunningMaster, environment: int) -> Row:
    """Return the network from which the nodes of the rack boot."""
    own = networks_of_rack(running, environment)["fuelweb_admin"]
    networks = running.master.rows["clusters"][environment]["_networks"]["networks"]
    network: Row = next(one for one in networks if one["id"] == own)
    return network
