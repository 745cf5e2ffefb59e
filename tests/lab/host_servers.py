"""Servers that are booted on one host of a real cloud, for the tests of what is done to hosts."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from dashboard.clients.openstack import CloudSession, Json
from dashboard.clients.polling import poll_until
from dashboard.hosts_app.compute.nova import (
    compute_service,
    host_of,
    is_closed_in_placement,
    task_of,
)

ACTIONS = {
    "SHUTOFF": "os-stop",
    "PAUSED": "pause",
    "SUSPENDED": "suspend",
    "VERIFY_RESIZE": "migrate",
}
PATIENCE = 120


@dataclass
class HostServers:
    """Boots servers on a host, and removes them with all that they were made of."""

    cloud: CloudSession
    host: str
    prefix: str
    image: str = ""
    flavor: str = ""
    ids: list[str] = field(default_factory=list)

    def boot(
        self, status: str = "ACTIVE", *, metadata: dict[str, str] | None = None, **more: Any
    ) -> str:
        """Boot a server on the host, bring it into a state and give its id."""
        poll_until(self._takes_servers, what=f"{self.host} to take servers", seconds=PATIENCE)
        server = {
            "name": f"{self.prefix}-{len(self.ids)}",
            "imageRef": self.image,
            "flavorRef": self.flavor,
            "networks": "none",
            "host": self.host,
            "metadata": metadata or {},
            **more,
        }
        body = {"server": {key: value for key, value in server.items() if value is not None}}
        id_ = self.cloud.post("compute", "/servers", body, "server", microversion="2.74")["id"]
        self.ids.append(str(id_))
        self.wait_until(id_, "ACTIVE")
        if status != "ACTIVE":
            self.act(id_, ACTIONS[status])
            self.wait_until(id_, status)
        return str(id_)

    def boot_from_volume(self) -> str:
        """Boot a server whose only disk is a volume, which goes when the server does."""
        disk = {
            "uuid": self.image,
            "source_type": "image",
            "destination_type": "volume",
            "volume_size": 1,
            "boot_index": 0,
            "delete_on_termination": True,
        }
        return self.boot(imageRef=None, block_device_mapping_v2=[disk])

    def act(self, id_: str, action: str, argument: Any = None) -> None:
        """Ask Nova for an action on a server."""
        self.cloud.post("compute", f"/servers/{id_}/action", {action: argument})

    def get(self, id_: str) -> Json:
        """Return a server as it is now."""
        return self.cloud.get("compute", f"/servers/{id_}", "server")

    def place(self, id_: str) -> tuple[str, str]:
        """Return the host of a server and its status."""
        server = self.get(id_)
        return host_of(server), server["status"]

    def wait_until(self, id_: str, status: str) -> None:
        """Wait until a server is in a state and Nova does nothing with it."""

        def there() -> bool | None:
            server = self.get(id_)
            return True if server["status"] == status and not task_of(server) else None

        poll_until(there, what=f"{id_} to become {status}", seconds=PATIENCE)

    def make(self) -> None:
        """Make the image and the flavor."""
        body = {"name": self.prefix, "disk_format": "raw", "container_format": "bare"}
        self.image = self.cloud.post("image", "/images", body)["id"]
        self.cloud.upload(f"/images/{self.image}/file", b"\0" * 1024)
        flavor = {"flavor": {"name": self.prefix, "ram": 64, "vcpus": 1, "disk": 1}}
        self.flavor = self.cloud.post("compute", "/flavors", flavor, "flavor")["id"]

    def remove_servers(self) -> None:
        """Delete the servers and wait until they are gone."""
        for id_ in self.ids:
            self.cloud.delete("compute", f"/servers/{id_}")
        for id_ in self.ids:
            poll_until(lambda id_=id_: self._gone(id_), what=f"deletion of {id_}", seconds=PATIENCE)
        self.ids.clear()

    def remove(self) -> None:
        """Delete everything."""
        self.remove_servers()
        self.cloud.delete("compute", f"/flavors/{self.flavor}")
        self.cloud.delete("image", f"/images/{self.image}")

    def _takes_servers(self) -> bool | None:
        # one that was enabled while it was down is closed to new servers until it reports
        return None if is_closed_in_placement(self.cloud, self.host) else True

    def _gone(self, id_: str) -> bool | None:
        return None if self.cloud.find("compute", f"/servers/{id_}") else True


@contextmanager
def servers_on_host(cloud: CloudSession, host: str, *, prefix: str) -> Iterator[HostServers]:
    """Return what boots servers on a host; everything is gone at the end."""
    servers = HostServers(cloud=cloud, host=host, prefix=prefix)
    servers.make()
    try:
        yield servers
    finally:
        servers.remove()


def wait_until_host_is(cloud: CloudSession, host: str, *, up: bool) -> None:
    """Wait until Nova sees a host up, or down."""
    poll_until(
        lambda: True if compute_service(cloud, host).is_up == up else None,
        what=f"{host} to be {'up' if up else 'down'}",
        seconds=PATIENCE,
    )
