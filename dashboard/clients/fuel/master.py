"""The Fuel master: environments, nodes, tasks and facts.

Built on python-fuelclient, fixed in ``fuel_connection``. Its facades are used where they give
what Nailgun answered; requests of its connection for what it lacks (notifications, links), throws
away (the task of a deletion) or gets wrong (``deploy_changes`` starts the deployment and then
fails; its tasks are transactions, which masters before 9.0 do not have).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

from fuelclient import get_client

from dashboard.clients.fuel.connection import FuelConnection
from dashboard.clients.fuel.endpoint import FuelEndpoint
from dashboard.clients.fuel.facts import CloudFacts, read_facts
from dashboard.clients.fuel.health_calls import HealthCalls
from dashboard.clients.fuel.layout import networks_of_group
from dashboard.clients.fuel.objects import Environment, Json, Node, Release, Task
from dashboard.clients.fuel.objects import mac_set as mac_set
from dashboard.clients.fuel.page_calls import PageCalls
from dashboard.clients.fuel.refusals import FuelBusy as FuelBusy
from dashboard.clients.fuel.roles import Role
from dashboard.clients.fuel.task_calls import TaskCalls
from dashboard.errors import NotFound


class FuelMaster(TaskCalls, PageCalls, HealthCalls):
    """One Fuel master as one account; several can be used at once in one process.

    Nothing is asked before the first call, which logs in. Every call raises as
    ``fuel_refusals.refusal`` does, Retryable when the master does not answer in time.
    """

    def __init__(self, endpoint: FuelEndpoint) -> None:
        self._connection = FuelConnection(endpoint)
        self._environments = get_client("environment", connection=self._connection)
        self._nodes = get_client("node", connection=self._connection)
        self._releases = get_client("release", connection=self._connection)
        self._providers: dict[int, str] = {}

    @property
    def address(self) -> str:
        """Where the master's pages and API are."""
        return str(self._connection.root)

    def version(self) -> Json:
        """Return ``release``, ``api`` and the features of the master. Needs no login."""
        return dict(self._connection.get_fuel_version())

    def enabled_accounts(self) -> frozenset[str] | None:
        """Return the names of the accounts that can log in to Fuel, in lower case as Keystone
        compares them; None where Keystone does not list all."""
        accounts = self._connection.accounts()
        if not accounts:
            return None
        return frozenset(each["name"].casefold() for each in accounts if each.get("enabled", True))

    def environments(self) -> list[Environment]:
        """Return all environments, in the order of their ids."""
        found = map(self._remembered, self._environments.get_all())
        return sorted(found, key=lambda environment: environment.id)

    def environment(self, environment_id: int) -> Environment:
        """Return one environment. Raises NotFound."""
        return self._remembered(self._environments.get_by_id(environment_id))

    def create_environment_like(
        self, source: Environment, *, name: str, release_id: int, segmentation: str
    ) -> Environment:
        """Create an environment with the mode and the network provider of another one.

        Raises Conflict for a name that is taken, NeedsOperator for a provider that the release
        does not have. Components are never sent: Nailgun refuses an empty list of them, and its
        settings say the same.
        """
        body: Json = {"name": name, "release": release_id, "net_provider": source.net_provider}
        if mode := source.data.get("mode"):
            body["mode"] = mode
        if source.net_provider == "neutron":
            body["net_segment_type"] = segmentation
        return Environment.of(self._connection.post_request("clusters/", body))

    def show_environment_as(self, environment_id: int, *, view: Json) -> None:
        """Set how Fuel's pages show an environment's nodes: by which labels sorted and filtered."""
        self._connection.put_request(f"clusters/{environment_id}", {"ui_settings": view})

    def delete_environment(self, environment_id: int) -> Task:
        """Start to delete an environment; its nodes return to the pool with new ids."""
        return Task.of(self._connection.delete_request(f"clusters/{environment_id}"))

    def releases(self) -> list[Release]:
        """Return what environments can be made of."""
        return [Release.of(data) for data in self._releases.get_all()]

    def release_settings(self, release_id: int) -> Json:
        """Return the settings of new environments of a release, by section.

        A value that is an object with ``generator`` is made afresh for each environment.
        """
        release = self._connection.get_request(f"releases/{release_id}")
        return dict(release["attributes_metadata"].get("editable") or {})

    def release_networks(self, release_id: int, *, provider: str) -> set[str]:
        """Return the names of the networks that environments of a release have by themselves."""
        found = self._connection.get_request(f"releases/{release_id}/networks")
        return {network["name"] for network in (found.get(provider) or {}).get("networks", ())}

    def settings(self, environment_id: int) -> Json:
        """Return the settings of an environment as ``{"editable": {...}}``; they hold passwords."""
        return dict(self._environments.get_settings(environment_id))

    def change_settings(self, environment_id: int, settings: Json) -> None:
        """Change the settings that are given and keep the rest: Nailgun's PUT merges."""
        self._environments.set_settings(environment_id, settings)

    def network_configuration(self, environment_id: int) -> Json:
        """Return networks, ranges and, once there are nodes, virtual addresses."""
        return dict(self._connection.get_request(self._networks_path(environment_id)))

    def change_network_configuration(self, environment_id: int, configuration: Json) -> Json:
        """Replace the network configuration and return the new one. Raises NeedsOperator."""
        path = self._networks_path(environment_id)
        return dict(self._connection.put_request(path, configuration))

    def network_ids(self, environment_id: int, *, group_id: int | None = None) -> dict[str, int]:
        """Return the ids of an environment's networks by name, of one nodegroup if it is given.

        Ids differ between environments.
        """
        networks = self.network_configuration(environment_id)["networks"]
        return {one["name"]: one["id"] for one in networks_of_group(networks, group_id)}

    def nodegroups(self, environment_id: int) -> dict[str, int]:
        """Return the ids of an environment's nodegroups by name."""
        return self.all_nodegroups()[environment_id]

    def all_nodegroups(self) -> defaultdict[int, dict[str, int]]:
        """Return the ids of the nodegroups of all environments, by environment and name."""
        found: defaultdict[int, dict[str, int]] = defaultdict(dict)
        for group in self._connection.get_request("nodegroups/"):
            found[group["cluster_id"]][group["name"]] = group["id"]
        return found

    def create_nodegroup(self, environment_id: int, *, name: str) -> None:
        """Add a nodegroup, which gets networks of its own. Raises NeedsOperator if it is there."""
        body = {"cluster_id": environment_id, "name": name}
        self._connection.post_request("nodegroups/", body)

    def cloud_facts(self, environment_id: int) -> CloudFacts:
        """Return address, login and Keystone database of the cloud in an environment."""
        return self.cloud_facts_of(self.environment(environment_id), self.nodes(environment_id))

    def cloud_facts_of(self, environment: Environment, nodes: Iterable[Node]) -> CloudFacts:
        """Return the same of an environment and its nodes that were read before: one call.

        It asks for the facts of one node only: Fuel takes long to make them for all.
        """
        # Roles are there once a node was deployed; while Fuel works on it it is not ready.
        deployed = [node for node in nodes if node.roles]
        deployed.sort(key=lambda node: node.status != "ready")
        facts = (
            self._environments.download_facts(
                environment.id, "deployment", default=True, nodes=[deployed[0].id]
            )
            if deployed
            else []
        )
        return read_facts(facts, environment=environment.name)

    def nodes(self, environment_id: int | None = None) -> list[Node]:
        """Return the nodes of an environment, or all that Fuel knows, in the order of their ids."""
        found = (Node.of(data) for data in self._nodes.get_all(environment_id=environment_id))
        return sorted(found, key=lambda node: node.id)

    def unassigned_nodes(self) -> list[Node]:
        """Return the nodes that are in no environment."""
        return self._found_nodes({"cluster_id": ""})

    def node(self, node_id: int) -> Node:
        """Return one node. Raises NotFound, also for one that was rediscovered meanwhile."""
        return Node.of(self._nodes.get_by_id(node_id))

    def node_with_macs(self, macs: Iterable[str]) -> Node | None:
        """Return the node with just these MAC addresses, in whatever order, or None."""
        wanted = mac_set(macs)
        return next((node for node in self.nodes() if node.macs == wanted), None)

    def interfaces(self, node_id: int) -> list[Json]:
        """Return a node's interfaces with the networks that are assigned to them."""
        return list(self._nodes.get_interfaces(node_id))

    def change_interfaces(self, node_id: int, interfaces: Sequence[Json]) -> list[Json]:
        """Replace a node's interfaces. Raises NeedsOperator when a network is left out."""
        return list(self._nodes.set_interfaces(node_id, interfaces))

    def disks(self, node_id: int) -> list[Json]:
        """Return a node's disks with their volumes; sizes are in MiB."""
        return list(self._nodes.get_disks(node_id))

    def change_disks(self, node_id: int, disks: Sequence[Json]) -> list[Json]:
        """Replace the volumes of a node's disks."""
        return list(self._nodes.set_disks(node_id, disks))

    def roles(self, environment: Environment) -> dict[str, Role]:
        """Return the roles that nodes of an environment can have, by name.

        Before 9.0 they are those of its release; empty if Fuel does not tell those either.
        """
        for owner in (f"clusters/{environment.id}", f"releases/{environment.release_id}"):
            with suppress(NotFound):
                found = map(Role.of, self._connection.get_request(f"{owner}/roles/"))
                return {role.name: role for role in found}
        return {}

    def assign(self, environment_id: int, node_ids: Sequence[int], *, roles: Sequence[str]) -> None:
        """Put free nodes into an environment; it happens when they are deployed.

        Raises NeedsOperator for a node of another environment and for unknown roles.
        """
        self._environments.add_nodes(environment_id, list(node_ids), list(roles))

    def unassign(self, environment_id: int, node_ids: Sequence[int]) -> None:
        """Take nodes out of an environment.

        A node that was never deployed leaves at once. Any other is marked for deletion, and leaves
        when the changes are deployed: it is erased, and comes back with a new id when it boots.
        """
        self._environments.remove_nodes(environment_id, list(node_ids))

    def keep(self, node_id: int) -> None:
        """Take back that a node is to be removed, while the changes are not deployed yet."""
        self._connection.put_request(f"nodes/{node_id}", {"pending_deletion": False})

    def _remembered(self, data: Json) -> Environment:
        environment = Environment.of(data)
        self._providers[environment.id] = environment.net_provider
        return environment

    def _found_nodes(self, filters: dict[str, Any]) -> list[Node]:
        found = self._connection.get_request("nodes/", params=filters)
        return sorted((Node.of(data) for data in found), key=lambda node: node.id)

    def _networks_path(self, environment_id: int) -> str:
        """Return the address of an environment's networks, by its provider, which never changes."""
        if environment_id not in self._providers:
            self._providers[environment_id] = self.environment(environment_id).net_provider
        provider = self._providers[environment_id]
        return f"clusters/{environment_id}/network_configuration/{provider}"
