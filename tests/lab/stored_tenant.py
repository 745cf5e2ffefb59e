"""A tenant whose server boots from a volume on the lab's Ceph, made and cleared."""

from uuid import uuid4

from dashboard.clients.openstack import CloudSession, Json
from dashboard.clients.polling import poll_until
from dashboard.migrations_app.seeding.cleanup import Leftovers, remove_leftovers
from lab import ceph, ceph_images

SECONDS = 300
MIB = 1024**2
POOLS = {ceph.SHARED: (ceph.SHARED, ceph.SHARED), ceph.OWN: ("src-volumes", "dst-volumes")}
"""The pools of a volume type in the source and in the destination."""
PATHS = {"zero_copy": ceph.SHARED, "backup_delta": ceph.OWN, "ceph_delta": ceph.OWN}
"""The volume type of which volumes go by each of Ceph's paths."""


class StoredTenant:
    """A project with one running server, whose volume has that type and size in GiB."""

    def __init__(
        self, source: CloudSession, destination: CloudSession, *, type_: str, size: int = 1
    ) -> None:
        self.source, self.destination, self.type = source, destination, type_
        self.name = f"stored-{uuid4().hex[:8]}"
        project = {"project": {"name": self.name, "domain_id": "default"}}
        self.project_id = source.post("identity", "/projects", project, "project")["id"]
        self.owner = self._make_owner()
        self.flavor = self._make_flavor()
        volume = {"name": "root", "size": size, "volume_type": type_}
        made = self.owner.post("block_storage", "/volumes", {"volume": volume}, "volume")
        self.volume_id = str(made["id"])
        self._await("block_storage", f"/volumes/{self.volume_id}", "volume", "available")
        path = f"/volumes/{self.volume_id}/action"
        self.owner.post("block_storage", path, {"os-set_bootable": {"bootable": True}})
        self.server_id = self._boot()

    def write(self, *spans: tuple[int, int]) -> None:
        """Write into the volume as the guest would."""
        ceph_images.write(POOLS[self.type][0], self.volume_id, *spans)

    def digests(self, copy_id: str) -> tuple[str, str]:
        """Return the hashes of the volume and of its copy."""
        here, there = POOLS[self.type]
        return ceph_images.digest(here, self.volume_id), ceph_images.digest(there, copy_id)

    def clear(self) -> None:
        """Remove the tenant, and what has become of it."""
        for cloud in (self.source, self.destination):
            found = {
                key: [
                    each
                    for each in cloud.list(service, path, key, **query)
                    if each["name"].startswith(self.name)
                ]
                for service, path, key, query in (
                    ("identity", "/projects", "projects", {}),
                    ("identity", "/users", "users", {}),
                    ("compute", "/flavors/detail", "flavors", {"is_public": "None"}),
                )
            }
            remove_leftovers(cloud, Leftovers(*found.values()), report=lambda _: None)

    def _make_owner(self) -> CloudSession:
        secret = uuid4().hex
        user = {"name": f"{self.name}-owner", "domain_id": "default", "password": secret}
        id_ = self.source.post("identity", "/users", {"user": user}, "user")["id"]
        role = next(self.source.list("identity", "/roles", "roles", name="member"))["id"]
        self.source.put("identity", f"/projects/{self.project_id}/users/{id_}/roles/{role}")
        return self.source.as_user(id_, password=secret, project_id=self.project_id)

    def _make_flavor(self) -> str:
        flavor = {"name": f"{self.name}-small", "ram": 64, "vcpus": 1, "disk": 0}
        made = self.source.post("compute", "/flavors", {"flavor": flavor}, "flavor")
        return str(made["id"])

    def _boot(self) -> str:
        disk = {"uuid": self.volume_id, "source_type": "volume", "destination_type": "volume"}
        server = {
            **{"name": f"{self.name}-1", "flavorRef": self.flavor, "networks": "none"},
            "block_device_mapping_v2": [{**disk, "boot_index": 0}],
        }
        body = {"server": server}
        made = self.owner.post("compute", "/servers", body, "server", microversion="2.37")
        self._await("compute", f"/servers/{made['id']}", "server", "ACTIVE")
        return str(made["id"])

    def _await(self, service: str, path: str, key: str, status: str) -> None:
        def there() -> bool | None:
            found: Json = self.source.get(service, path, key)
            assert "error" not in found["status"].lower(), found
            return found["status"] == status or None

        poll_until(there, what=f"{path} to become {status}", seconds=SECONDS)
