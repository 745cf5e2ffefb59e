"""The tenant whose answers were recorded of real services, made on a cloud in memory."""

from dashboard.clients.openstack import CloudSession
from tests.support.cloud.memory import MemoryCloud
from tests.support.cloud.messages import Json
from tests.support.cloud.seeds import PASSWORD
from tests.support.cloud.sessions import operator_of

SERVERS = 2
STOPPED = ("queens",)
"""The releases whose recordings were made when the servers had been stopped for their move."""


def seed_recorded(cloud: MemoryCloud) -> str:
    """Make a project with a user, a network, an image, a flavor and servers; return its id."""
    cloud.network.has_dhcp = False
    operator = operator_of(cloud)
    project_id = str(_made(operator, "identity", "/projects", "project", name="shop-proj")["id"])
    owner = _owner(operator, project_id)
    image = owner.post("image", "/images", _IMAGE)
    owner.upload(f"/images/{image['id']}/file", b"some bytes")
    flavor = _made(
        operator, "compute", "/flavors", "flavor", name="shop-fl", ram=64, vcpus=1, disk=1
    )
    ports = [_port(owner, network_id) for network_id in [_network(owner)] for _ in range(SERVERS)]
    for number, port_id in enumerate(ports):
        body = {"name": f"shop-s{number}", "imageRef": image["id"], "flavorRef": flavor["id"]}
        networks = [{"port": port_id}]
        server = _made(owner, "compute", "/servers", "server", **body, networks=networks)
        if cloud.release.name in STOPPED:
            owner.post("compute", f"/servers/{server['id']}/action", {"os-stop": None})
    return project_id


_IMAGE = {
    "name": "shop-img",
    "disk_format": "raw",
    "container_format": "bare",
    "visibility": "private",
}


def _made(session: CloudSession, service: str, path: str, key: str, **body: object) -> Json:
    return session.post(service, path, {key: body}, key)


def _owner(operator: CloudSession, project_id: str) -> CloudSession:
    user = {"name": "shop-alice", "password": PASSWORD, "default_project_id": project_id}
    user_id = _made(operator, "identity", "/users", "user", **user)["id"]
    roles = operator.list("identity", "/roles", "roles")
    member = next(role["id"] for role in roles if role["name"] == "member")
    operator.put("identity", f"/projects/{project_id}/users/{user_id}/roles/{member}")
    return operator.as_user(user_id, password=PASSWORD, project_id=project_id)


def _network(owner: CloudSession) -> str:
    network_id = _made(owner, "network", "/networks", "network", name="shop-net")["id"]
    subnet = {"name": "shop-sub", "network_id": network_id, "ip_version": 4, "cidr": "10.9.0.0/24"}
    _made(owner, "network", "/subnets", "subnet", **subnet)
    return str(network_id)


def _port(owner: CloudSession, network_id: str) -> str:
    return str(_made(owner, "network", "/ports", "port", network_id=network_id)["id"])
