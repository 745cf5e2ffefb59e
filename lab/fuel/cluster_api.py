"""The API of environments."""

from lab.fuel import assignment, environments, facts, networks, orders, plugin_settings, roles
from lab.fuel.master import Master, Row
from lab.fuel.routing import ACCEPTED, CREATED, Call, route


def cluster_of(master: Master, call: Call) -> Row:
    """Return the environment that a path starts with. Raises Refusal 404."""
    return master.row("clusters", call.ids[0])


def selected_nodes(call: Call) -> list[int]:
    """Return the ids in ?nodes=1,2."""
    return [int(one) for one in call.query.get("nodes", "").split(",") if one]


@route("GET", "clusters")
def list_clusters(master: Master, call: Call) -> list[Row]:
    """List the environments."""
    return master.all("clusters")


@route("POST", "clusters", status=CREATED)
def create_cluster(master: Master, call: Call) -> Row:
    """Create an environment."""
    return environments.create(master, call.body)


@route("GET", "clusters/#")
def show_cluster(master: Master, call: Call) -> Row:
    """Show an environment."""
    return cluster_of(master, call)


@route("PUT", "clusters/#")
def change_cluster(master: Master, call: Call) -> Row:
    """Change an environment's name or how it is displayed."""
    return environments.change(master, call.ids[0], call.body)


@route("DELETE", "clusters/#", status=ACCEPTED)
def delete_cluster(master: Master, call: Call) -> Row:
    """Start deleting an environment."""
    return orders.delete_environment(master, call.ids[0])


@route("GET", "clusters/#/attributes")
def show_settings(master: Master, call: Call) -> Row:
    """Show the settings, including those of plugins."""
    cluster = cluster_of(master, call)
    plugin_settings.add_sections(master, cluster)
    return environments.settings(cluster)


@route("PUT", "clusters/#/attributes")
@route("PATCH", "clusters/#/attributes")
def change_settings(master: Master, call: Call) -> Row:
    """Merge settings into the existing ones, with either method."""
    cluster = cluster_of(master, call)
    plugin_settings.add_sections(master, cluster)
    return environments.change_settings(cluster, call.body)


@route("GET", "clusters/#/generated")
def show_generated(master: Master, call: Call) -> Row:
    """Show the passwords that Fuel generated."""
    generated: Row = cluster_of(master, call)["_generated"]
    return generated


@route("GET", "clusters/#/roles")
def list_roles(master: Master, call: Call) -> list[Row]:
    """List the roles of nodes."""
    cluster_of(master, call)
    return roles.listed()


@route("GET", "clusters/#/network_configuration/(?:neutron|nova_network)")
def show_networks(master: Master, call: Call) -> Row:
    """Show the networks."""
    return environments.configuration(cluster_of(master, call), call.path.rpartition("/")[2])


@route("PUT", "clusters/#/network_configuration/neutron")
def change_networks(master: Master, call: Call) -> Row:
    """Change the networks."""
    orders.refuse_network_changes(master, call.ids[0])
    return networks.change_configuration(cluster_of(master, call), call.body)


@route("PUT", "clusters/#/network_configuration/neutron/verify", status=ACCEPTED)
def verify_networks(master: Master, call: Call) -> Row:
    """Start verifying the networks."""
    return orders.verify_networks(master, call.ids[0])


@route("GET", "clusters/#/network_configuration/ips/vips")
def list_vips(master: Master, call: Call) -> list[Row]:
    """List the virtual addresses."""
    return networks.vips(cluster_of(master, call)["_networks"])


@route("GET", "clusters/#/orchestrator/deployment")
def list_uploaded_facts(master: Master, call: Call) -> list[Row]:
    """List the facts that an operator uploaded: there are none."""
    cluster_of(master, call)
    return []


@route("GET", "clusters/#/orchestrator/deployment/defaults")
def list_facts(master: Master, call: Call) -> list[Row]:
    """List the facts that the nodes would get."""
    chosen = selected_nodes(call) if "nodes" in call.query else None
    split = call.query.get("split") == "1"
    return facts.deployment_facts(master, call.ids[0], node_ids=chosen, split=split)


@route("POST", "clusters/#/assignment")
def assign(master: Master, call: Call) -> None:
    """Assign nodes to an environment."""
    assignment.assign(master, call.ids[0], call.body)


@route("POST", "clusters/#/unassignment")
def unassign(master: Master, call: Call) -> None:
    """Unassign nodes from an environment."""
    assignment.unassign(master, call.ids[0], call.body)


@route("PUT", "clusters/#/changes", status=ACCEPTED)
def deploy_changes(master: Master, call: Call) -> Row:
    """Start deploying all pending changes."""
    return orders.deploy_changes(master, call.ids[0])


@route("PUT", "clusters/#/provision", status=ACCEPTED)
def provision(master: Master, call: Call) -> Row:
    """Start provisioning some nodes."""
    return orders.provision(master, call.ids[0], selected_nodes(call))


@route("PUT", "clusters/#/deploy", status=ACCEPTED)
def deploy(master: Master, call: Call) -> Row:
    """Start deploying some nodes."""
    return orders.deploy(master, call.ids[0], selected_nodes(call))


@route("PUT", "clusters/#/stop_deployment", status=ACCEPTED)
def stop_deployment(master: Master, call: Call) -> Row:
    """Stop the running deployment."""
    return orders.stop(master, call.ids[0])
