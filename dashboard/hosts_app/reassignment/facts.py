"""What a reassignment is planned from: one reading of the clouds, Fuel, inventory and BMC."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard.clients.fuel.layout import places_of
from dashboard.clients.fuel.master import FuelMaster
from dashboard.clients.fuel.objects import Environment, Json, Node, Release, Task
from dashboard.clients.fuel.roles import Role
from dashboard.clients.inventory import InventoryHost
from dashboard.errors import BadInput, NotFound, PumphouseError
from dashboard.hosts_app.clouds import connect
from dashboard.hosts_app.compute.nova import compute_services
from dashboard.hosts_app.fuel.masters import configured_fuel, environment_of
from dashboard.hosts_app.models import Cloud
from dashboard.hosts_app.plans.lines import Refusal
from dashboard.hosts_app.power.inventory import configured_inventory

ADMIN_NETWORK = "fuelweb_admin"
LIFE_CYCLE_VERSION = 9
"""Since this version of Fuel, deploying changes runs the deployment on all nodes."""


@dataclass(frozen=True, kw_only=True)
class EnvironmentFacts:
    """One of the two environments: its nodes, its networks and its running tasks."""

    environment: Environment
    release: Release
    nodes: Sequence[Node]
    running: Sequence[Task]
    networks: Sequence[Json]
    parameters: Json
    settings: Json
    groups: Mapping[str, int]
    """The ids of its nodegroups by name."""
    roles: Mapping[str, Role]
    """The roles that nodes can have in it, by name; empty if Fuel does not tell."""
    version: Json
    """What the Fuel master tells of itself."""

    @property
    def name(self) -> str:
        """The environment's name."""
        return self.environment.name

    @property
    def group_names(self) -> dict[int, str]:
        """The names of its nodegroups by id."""
        return {group_id: name for name, group_id in self.groups.items()}

    @property
    def models(self) -> Mapping[str, Json]:
        """What the conditions of Fuel's restrictions are about."""
        return {
            "settings": self.settings,
            "cluster": self.environment.data,
            "networking_parameters": self.parameters,
            "version": self.version,
        }

    @property
    def admin_vlans(self) -> frozenset[object]:
        """The VLANs in which its nodes boot from the network; None is the untagged one."""
        admin = (one for one in self.networks if one["name"] == ADMIN_NETWORK)
        return frozenset(network["vlan_start"] for network in admin)

    @property
    def deploys_all(self) -> bool:
        """Whether deploying its changes runs the deployment on all its nodes."""
        major = str(self.environment.data.get("fuel_version") or "").partition(".")[0]
        return not major.isdecimal() or int(major) >= LIFE_CYCLE_VERSION

    def others(self, node: Node | None) -> list[Node]:
        """Return the nodes besides that one, sorted by name."""
        others = [one for one in self.nodes if node is None or one.id != node.id]
        return sorted(others, key=lambda one: one.fqdn)


@dataclass(frozen=True, kw_only=True)
class Example:
    """A deployed node of an environment, with the interface of each of its networks."""

    name: str
    places: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Machine:
    """A host in the inventory, None if it is not there; ``fault`` says why its BMC is unusable."""

    host: InventoryHost | None
    fault: Refusal | None = None


@dataclass(frozen=True, kw_only=True)
class ReassignmentFacts:
    """A host as Fuel and the inventory know it, and both environments.

    ``node`` is None, and its layout empty, if the source's environment has no node of that name.
    """

    host: str
    node: Node | None
    source: EnvironmentFacts
    destination: EnvironmentFacts
    machine: Machine
    interfaces: Sequence[Json] = ()
    disks: Sequence[Json] = ()
    example: Example | None = None


def read_reassignment(
    source: Cloud, destination: Cloud, host: str, *, roles: Sequence[str] = ()
) -> ReassignmentFacts:
    """Ask Fuel and the BMC about a host and both environments. Raises as the clients do."""
    fuel = configured_fuel()
    leaving = read_environment(fuel, environment_of(source))
    coming = leaving
    if destination != source:
        coming = read_environment(fuel, environment_of(destination))
    compute_services(connect(destination))  # raises if the cloud does not answer
    node = next((one for one in leaving.nodes if host in (one.fqdn, one.hostname)), None)
    return ReassignmentFacts(
        host=host,
        node=node,
        source=leaving,
        destination=coming,
        machine=read_machine(host, node.macs if node else ()),
        interfaces=fuel.interfaces(node.id) if node else (),
        disks=fuel.disks(node.id) if node else (),
        example=read_example(fuel, coming, roles=roles) if roles else None,
    )


def read_environment(fuel: FuelMaster, environment: Environment) -> EnvironmentFacts:
    """Read an environment. Raises ``NotFound`` if its release is gone."""
    configuration = fuel.network_configuration(environment.id)
    return EnvironmentFacts(
        environment=environment,
        release=_release(fuel, environment),
        nodes=fuel.nodes(environment.id),
        running=fuel.running_tasks(environment.id),
        networks=configuration["networks"],
        parameters=configuration["networking_parameters"],
        settings=fuel.settings(environment.id)["editable"],
        groups=fuel.nodegroups(environment.id),
        roles=fuel.roles(environment),
        version=fuel.version(),
    )


def read_example(
    fuel: FuelMaster, side: EnvironmentFacts, *, roles: Sequence[str]
) -> Example | None:
    """Return the node of an environment that has most of these roles, None if none has any.

    It costs one call, however many nodes there are.
    """
    alike = [node for node in side.nodes if node.status == "ready" and {*roles} & {*node.roles}]
    if not alike:
        return None
    node = max(alike, key=lambda one: len({*roles} & {*one.roles}))
    return Example(name=node.fqdn, places=places_of(fuel.interfaces(node.id)))


def _release(fuel: FuelMaster, environment: Environment) -> Release:
    releases: Mapping[int, Release] = {release.id: release for release in fuel.releases()}
    if environment.release_id not in releases:
        raise NotFound(
            f"Fuel has no release {environment.release_id}, which environment "
            f"{environment.name} has.",
            fix="Upload it to Fuel again.",
        )
    return releases[environment.release_id]


def read_machine(name: str, macs: Sequence[str] | frozenset[str]) -> Machine:
    """Find a host in the inventory, and check that its BMC answers."""
    try:
        inventory = configured_inventory()
        host = inventory.host_with_macs(macs) or inventory.host_named(name)
        bmc = inventory.bmc_of(host.name)
    except BadInput as error:
        return Machine(host=None, fault=Refusal(sentence=error.sentence, fix=error.fix))
    try:
        bmc.power_status()
    except PumphouseError as error:
        return Machine(host=host, fault=Refusal(sentence=error.sentence, fix=error.fix))
    return Machine(host=host)
