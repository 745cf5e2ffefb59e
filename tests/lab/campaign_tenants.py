"""Six tenants of a real cloud that share users, a private flavor and a network; two are large."""

from dataclasses import dataclass, field
from uuid import uuid4

from dashboard.clients.openstack import CloudSession, Json
from dashboard.clients.polling import poll_until
from dashboard.migrations_app.seeding.cleanup import Leftovers, remove_leftovers

SMALL_RAM, LARGE_RAM = 64, 40_000
"""In MiB: of two large servers, only one fits on a host of the lab."""
LARGE = ("eve", "fay")
SHARE_A_USER = ("ann", "ben")
OWNS_A_NETWORK, USES_IT = "cal", "dan"
NAMES = (*SHARE_A_USER, OWNS_A_NETWORK, USES_IT, *LARGE)


@dataclass
class CampaignTenants:
    """Makes the tenants on the source, and removes them and their copies."""

    source: CloudSession
    prefix: str = field(default_factory=lambda: f"drain-{uuid4().hex[:6]}")
    projects: dict[str, str] = field(default_factory=dict)
    users: dict[str, str] = field(default_factory=dict)
    passwords: dict[str, str] = field(default_factory=dict, repr=False)
    networks: dict[str, str] = field(default_factory=dict)
    servers: dict[str, str] = field(default_factory=dict)
    image: str = ""

    def make(self) -> None:
        """Make all of them, each with a server that runs."""
        self._make_image()
        small, large = self._make_flavor("small", SMALL_RAM), self._make_flavor("large", LARGE_RAM)
        private = self._make_flavor("private", SMALL_RAM, is_public=False)
        for name in NAMES:
            self._make_project(name)
        for name in SHARE_A_USER:
            self._grant(self.users[SHARE_A_USER[0]], self.projects[name])
            body = {"addTenantAccess": {"tenant": self.projects[name]}}
            self.source.post("compute", f"/flavors/{private}/action", body)
        self._share_network()
        flavors = {**dict.fromkeys(LARGE, large), **dict.fromkeys(SHARE_A_USER, private)}
        for name in NAMES:
            self._boot(name, flavors.get(name, small))
        for id_ in self.servers.values():
            self._await_active(id_)

    def called(self, name: str) -> str:
        """Return the whole name of a tenant."""
        return f"{self.prefix}-{name}"

    def clear(self, destination: CloudSession) -> None:
        """Remove them from the source, and what they left on the destination."""
        for cloud in (destination, self.source):
            remove_leftovers(cloud, self._found_on(cloud), report=lambda _: None)
            for image in cloud.list("image", "/images", "images"):
                if image["name"].startswith(self.prefix):
                    cloud.delete("image", f"/images/{image['id']}")

    def _found_on(self, cloud: CloudSession) -> Leftovers:
        def ours(found: list[Json]) -> list[Json]:
            return [each for each in found if each["name"].startswith(self.prefix)]

        projects = ours([*cloud.list("identity", "/projects", "projects")])
        return Leftovers(
            # who uses another's network goes before its owner
            sorted(projects, key=lambda each: each["name"], reverse=True),
            ours([*cloud.list("identity", "/users", "users")]),
            ours([*cloud.list("compute", "/flavors/detail", "flavors", is_public="None")]),
        )

    def _make_image(self) -> None:
        fields = {
            "name": self.called("image"),
            "disk_format": "raw",
            "container_format": "bare",
            "visibility": "public",
        }
        self.image = self.source.post("image", "/images", fields)["id"]
        self.source.upload(f"/images/{self.image}/file", b"\0" * 1024)

    def _make_flavor(self, name: str, ram: int, *, is_public: bool = True) -> str:
        flavor = {
            "name": self.called(name),
            "ram": ram,
            "vcpus": 1,
            "disk": 1,
            "os-flavor-access:is_public": is_public,
        }
        return str(self.source.post("compute", "/flavors", {"flavor": flavor}, "flavor")["id"])

    def _make_project(self, name: str) -> None:
        project = {"project": {"name": self.called(name)}}
        made = self.source.post("identity", "/projects", project, "project")
        self.projects[name] = made["id"]
        self.passwords[name] = uuid4().hex
        user = {"user": {"name": self.called(f"{name}-user"), "password": self.passwords[name]}}
        self.users[name] = self.source.post("identity", "/users", user, "user")["id"]
        self._grant(self.users[name], made["id"])
        self._make_network(name)

    def _grant(self, user: str, project: str) -> None:
        role = next(iter(self.source.list("identity", "/roles", "roles", name="member")))["id"]
        self.source.put("identity", f"/projects/{project}/users/{user}/roles/{role}")

    def _make_network(self, name: str) -> None:
        owner = {"project_id": self.projects[name]}
        network = {"network": {"name": self.called("net"), **owner}}
        id_ = self.source.post("network", "/networks", network, "network")["id"]
        subnet = {
            "network_id": id_,
            "cidr": f"10.{NAMES.index(name)}.0.0/24",
            "ip_version": 4,
            **owner,
        }
        self.source.post("network", "/subnets", {"subnet": subnet}, "subnet")
        self.networks[name] = id_

    def _share_network(self) -> None:
        policy = {
            "object_type": "network",
            "object_id": self.networks[OWNS_A_NETWORK],
            "target_tenant": self.projects[USES_IT],
            "action": "access_as_shared",
            "project_id": self.projects[OWNS_A_NETWORK],
        }
        self.source.post("network", "/rbac-policies", {"rbac_policy": policy}, "rbac_policy")

    def _boot(self, name: str, flavor: str) -> None:
        owner = self.source.as_user(
            self.users[name], password=self.passwords[name], project_id=self.projects[name]
        )
        network = self.networks[OWNS_A_NETWORK if name == USES_IT else name]
        server = {
            "name": self.called(f"{name}-server"),
            "imageRef": self.image,
            "flavorRef": flavor,
            "networks": [{"uuid": network}],
        }
        made = owner.post("compute", "/servers", {"server": server}, "server")
        self.servers[name] = made["id"]

    def _await_active(self, id_: str) -> None:
        def there() -> bool | None:
            status = self.source.get("compute", f"/servers/{id_}", "server")["status"]
            assert status != "ERROR"
            return True if status == "ACTIVE" else None

        poll_until(there, what=f"server {id_} to become ACTIVE", seconds=180)
