"""Small tenants: one user, one server with its port and volume."""

from typing import Any

from tests.support.cloud.memory import MemoryCloud
from tests.support.cloud.messages import Json
from tests.support.cloud.seeds import PASSWORD
from tests.support.cloud.seeds.everybodys import FLAVOR
from tests.support.cloud.sessions import operator_of


def seed_small_tenant(cloud: MemoryCloud, name: str, number: int) -> None:
    """Make a tenant of that name, whose network nobody else has."""
    operator = operator_of(cloud)
    project = operator.post("identity", "/projects", {"project": {"name": name}}, "project")
    user = {"name": f"{name}-user", "password": PASSWORD}
    user_id = operator.post("identity", "/users", {"user": user}, "user")["id"]
    roles = {role["name"]: role["id"] for role in operator.list("identity", "/roles", "roles")}
    path = f"/projects/{project['id']}/users/{user_id}/roles/{roles['member']}"
    operator.put("identity", path)
    owner = operator.as_user(user_id, password=PASSWORD, project_id=project["id"])

    def make(service: str, collection: str, kind: str, **body: Any) -> Json:
        return owner.post(service, f"/{collection}", {kind: body}, kind)

    network = make("network", "networks", "network", name=f"{name}-net")["id"]
    make(
        *("network", "subnets", "subnet"),
        **{"network_id": network, "ip_version": 4, "cidr": f"10.{60 + number}.0.0/24"},
    )
    port = make("network", "ports", "port", network_id=network, name=f"{name}-port")["id"]
    volume = make("block_storage", "volumes", "volume", name=f"{name}-data", size=1)["id"]
    cloud.block_storage.volumes.data.setdefault(volume, f"volume of {name}".encode())
    flavors = {each["name"]: each["id"] for each in owner.list("compute", "/flavors", "flavors")}
    image = next(owner.list("image", "/images", "images", visibility="public"))["id"]
    server = make(
        *("compute", "servers", "server"),
        name=f"{name}-server",
        imageRef=image,
        flavorRef=flavors[FLAVOR["name"]],
        networks=[{"port": port}],
    )["id"]
    attachment = {"volumeAttachment": {"volumeId": volume}}
    owner.post("compute", f"/servers/{server}/os-volume_attachments", attachment)
