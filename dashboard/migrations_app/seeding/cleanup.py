"""Removes test tenants: projects that setup has made, their copies, and nothing of anybody else."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

from dashboard.clients.openstack import CloudSession, Json
from dashboard.clients.polling import poll_until
from dashboard.errors import BadInput
from dashboard.migrations_app.seeding.context import FLAVOR, PREFIX, extensions_of, is_seeded

SECONDS = 300
KEYS_OF_OTHERS = "2.10"
"""The microversion that lets an admin delete another user's key pairs."""


@dataclass(frozen=True)
class Leftovers:
    """Test objects that a cloud has; projects are removed with their contents."""

    projects: list[Json] = field(default_factory=list)
    users: list[Json] = field(default_factory=list)
    flavors: list[Json] = field(default_factory=list)
    groups: list[Json] = field(default_factory=list)

    def lines(self) -> list[str]:
        """Return what would be removed, a line for each, for confirmation."""
        return [
            *(f"tenant {project['name']} with all its contents" for project in self.projects),
            *(f"user {user['name']}" for user in self.users),
            *(f"flavor {flavor['name']}" for flavor in self.flavors),
            *(f"group {group['name']}" for group in self.groups),
        ]


def find_leftovers(
    operator: CloudSession, *, tenant: str = "", copies: Collection[str] = ()
) -> Leftovers:
    """Find all test projects, users, flavors and groups, or those of one test tenant.

    ``copies`` are the ids of what moves have created in this cloud. Raises ``BadInput`` for a
    tenant that is not a test tenant.
    """
    if tenant and not tenant.startswith(PREFIX):
        raise BadInput(
            f"{tenant!r} is not a test tenant: its name does not begin with {PREFIX}.",
            fix="Only what pumphouse setup has created can be removed.",
        )

    def ours(found: Iterable[Json]) -> list[Json]:
        seeded = (thing for thing in found if is_seeded(thing, copies=copies))
        return [thing for thing in seeded if not tenant or _is_of(tenant, thing["name"])]

    projects = ours(operator.list("identity", "/projects", "projects"))
    flavors = [*operator.list("compute", "/flavors/detail", "flavors", is_public="None")]
    # a flavor has neither tags nor, on old clouds, a description
    names = {f"{project['name']}-{FLAVOR}" for project in projects}
    of_projects = [flavor for flavor in flavors if flavor["name"] in names]
    others = [flavor for flavor in ours(flavors) if flavor["name"] not in names]
    return Leftovers(
        projects,
        ours(operator.list("identity", "/users", "users")),
        [*of_projects, *others],
        ours(operator.list("identity", "/groups", "groups")),
    )


def remove_leftovers(
    operator: CloudSession, leftovers: Leftovers, *, report: Callable[[str], None]
) -> None:
    """Remove what was found, except for what no longer exists."""
    for flavor in leftovers.flavors:  # first: it is their project that tells whose they are
        operator.delete("compute", f"/flavors/{flavor['id']}")
    for project in leftovers.projects:
        report(f"Remove tenant {project['name']} from cloud {operator.name}")
        _clear_project(operator, project["id"])
        operator.delete("identity", f"/projects/{project['id']}")
    for user in leftovers.users:
        _remove_keys(operator, user["id"])
        operator.delete("identity", f"/users/{user['id']}")
    for group in leftovers.groups:
        operator.delete("identity", f"/groups/{group['id']}")


def _is_of(tenant: str, name: str) -> bool:
    return name == tenant or name.startswith(f"{tenant}-")


def _clear_project(operator: CloudSession, project_id: str) -> None:
    """Empty a project; what uses something is removed before it."""
    everywhere = {"all_tenants": "1", "project_id": project_id}
    _remove_all(operator, "compute", "/servers/detail", "servers", **everywhere)
    _remove_all(operator, "block_storage", "/snapshots/detail", "snapshots", **everywhere)
    _remove_all(operator, "block_storage", "/volumes/detail", "volumes", **everywhere)
    for image in operator.list("image", "/images", "images", owner=project_id):
        operator.delete("image", f"/images/{image['id']}")
    _clear_network(operator, project_id)


def _remove_all(operator: CloudSession, service: str, listing: str, key: str, **query: str) -> None:
    """Delete all objects of a listing and wait until none is left."""
    path = listing.removesuffix("/detail")
    for thing in operator.list(service, listing, key, **query):
        # Cinder refuses a second request: an earlier cleanup that died may have sent the first
        if thing["status"] != "deleting":
            operator.delete(service, f"{path}/{thing['id']}")
    poll_until(
        lambda: True if not [*operator.list(service, listing, key, **query)] else None,
        what=f"the {key} of project {query['project_id']} to be deleted",
        seconds=SECONDS,
    )


def _clear_network(operator: CloudSession, project_id: str) -> None:
    def owned(collection: str, key: str = "") -> list[Json]:
        key = key or collection
        return [*operator.list("network", f"/{collection}", key, project_id=project_id)]

    def remove(collection: str, key: str = "") -> None:
        for thing in owned(collection, key):
            operator.delete("network", f"/{collection}/{thing['id']}")

    for address in owned("floatingips"):
        _clear_forwardings(operator, address)
    remove("floatingips")
    for router in owned("routers"):
        _unplug(operator, router)
    remove("routers")
    extensions = extensions_of(operator)
    if "trunk" in extensions:
        remove("trunks")
    remove("ports")
    remove("networks")
    remove("security-groups", "security_groups")
    for alias, (collection, key) in _POLICIES.items():
        if alias in extensions:
            remove(collection, key)


# what networks and groups use, by the extension that has it
_POLICIES = {
    "qos": ("qos/policies", "policies"),
    "subnet_allocation": ("subnetpools", "subnetpools"),
    "address-scope": ("address-scopes", "address_scopes"),
    "address-group": ("address-groups", "address_groups"),
}


def _clear_forwardings(operator: CloudSession, address: Json) -> None:
    """Delete the forwardings of an address, with which it cannot be deleted.

    A router serves it for no port of its own if it has some.
    """
    if address.get("router_id") and not address.get("port_id"):
        path = f"/floatingips/{address['id']}/port_forwardings"
        for each in operator.list("network", path, "port_forwardings"):
            operator.delete("network", f"{path}/{each['id']}")


def _unplug(operator: CloudSession, router: Json) -> None:
    """Remove a router's routes and interfaces, with which it cannot be deleted."""
    path = f"/routers/{router['id']}"
    operator.put("network", path, {"router": {"routes": []}})
    for port in operator.list("network", "/ports", "ports", device_id=router["id"]):
        if port["device_owner"] == "network:router_interface":
            operator.put("network", f"{path}/remove_router_interface", {"port_id": port["id"]})


def _remove_keys(operator: CloudSession, user_id: str) -> None:
    listing = operator.list(
        "compute", "/os-keypairs", "keypairs", microversion=KEYS_OF_OTHERS, user_id=user_id
    )
    for entry in listing:
        path = f"/os-keypairs/{entry['keypair']['name']}?user_id={user_id}"
        operator.delete("compute", path, microversion=KEYS_OF_OTHERS)
