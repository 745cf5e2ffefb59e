"""What tenants of the source share: users, private flavors, networks and images. Reads only."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise

from dashboard.campaigns.simulation.sharing import Link
from dashboard.clients.openstack import CloudSession, Json

_ADMIN = "admin"


def shared_users(cloud: CloudSession) -> Iterator[Link]:
    """Yield the projects of each user with roles on several; administrators are none of them."""
    admins = {each["id"] for each in cloud.list("identity", "/roles", "roles", name=_ADMIN)}
    projects: defaultdict[str, list[str]] = defaultdict(list)
    operators = set()
    for each in cloud.list("identity", "/role_assignments", "role_assignments"):
        user, project = each.get("user"), each["scope"].get("project")
        if user and each["role"]["id"] in admins:
            operators.add(user["id"])
        elif user and project:
            projects[user["id"]].append(project["id"])
    for user_id, found in projects.items():
        if user_id not in operators:
            yield from _chain(found)


def shared_flavors(cloud: CloudSession) -> Iterator[Link]:
    """Yield the projects that may use the same private flavor."""
    for flavor in cloud.list("compute", "/flavors/detail", "flavors", is_public="None"):
        if not flavor.get("os-flavor-access:is_public", True):
            path = f"/flavors/{flavor['id']}/os-flavor-access"
            access = cloud.list("compute", path, "flavor_access")
            yield from _chain([each["tenant_id"] for each in access])


def used_networks(cloud: CloudSession) -> Iterator[Link]:
    """Yield owner and user of each network on which another project has ports."""
    owners = {
        network["id"]: network["tenant_id"]
        for network in cloud.list("network", "/networks", "networks")
        if not network.get("router:external")
    }
    for port in cloud.list("network", "/ports", "ports"):
        owner, user = owners.get(port["network_id"]), port["tenant_id"]
        if owner and user and owner != user:
            yield owner, user


def used_images(cloud: CloudSession, servers: Iterable[Json]) -> Iterator[Link]:
    """Yield owner and user of each image that is not public and another project's server has."""
    owners = {
        image["id"]: image["owner"]
        for image in cloud.list("image", "/images", "images", member_status="all")
        if image.get("visibility") != "public"
    }
    for server in servers:
        image = server.get("image") or {}
        owner = owners.get(image["id"] if isinstance(image, dict) and image else str(image))
        if owner and owner != server["tenant_id"]:
            yield owner, server["tenant_id"]


def _chain(projects: Iterable[str]) -> Iterator[Link]:
    yield from pairwise(dict.fromkeys(projects))
