"""A tenant with images, volumes and servers such as people leave behind, made and cleared."""

import base64
import os
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from uuid import uuid4

from dashboard.clients.image_stream import CHUNK
from dashboard.clients.openstack import CloudSession
from dashboard.clients.polling import poll_until
from dashboard.errors import PumphouseError
from dashboard.migrations_app.resources.compute.server.states import bring_to, delete_server

Json = dict[str, Any]

USER_DATA = base64.b64encode(b"#!/bin/sh\necho the guest's own secret").decode()
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0CPSvVjQvRkbYcKhk7s1VZp6fzPVV4vqIRUWSkR1cN us@here"
BARE: Json = {"disk_format": "raw", "container_format": "bare"}


class Bytes:
    """Bytes to upload, in chunks."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def __len__(self) -> int:
        return len(self.content)

    def __iter__(self) -> Iterator[bytes]:
        for start in range(0, len(self.content), CHUNK):
            yield self.content[start : start + CHUNK]


def make_image(cloud: CloudSession, content: bytes, **fields: Any) -> str:
    """Return the id of a new image with that content."""
    image_id = str(cloud.post("image", "/images", {**BARE, **fields})["id"])
    cloud.upload(f"/images/{image_id}/file", Bytes(content))
    return image_id


class UnusualTenant:
    """A project on the source: an appliance of three images, a paused server of somebody whom the
    destination knows already, and one that boots from a volume and would take it to its grave."""

    def __init__(self, source: CloudSession, destination: CloudSession) -> None:
        self.source, self.destination = source, destination
        self.name = f"unusual-data-{uuid4().hex[:8]}"
        project = {"project": {"name": self.name, "domain_id": "default"}}
        self.project_id = source.post("identity", "/projects", project, "project")["id"]
        self.newcomer, self.newcomer_id = self.make_user("newcomer")
        self.resident, self.resident_id = self.make_user("resident")
        known = {"user": {"name": f"{self.name}-resident", "domain_id": "default"}}
        self.known_id = destination.post("identity", "/users", known, "user")["id"]
        self.make_images()
        self.make_network()
        self.make_volumes()
        self.make_servers()

    def make_user(self, name: str) -> tuple[CloudSession, str]:
        """Return a member of the project, as itself, and its id."""
        password = uuid4().hex
        fields = {"name": f"{self.name}-{name}", "domain_id": "default", "password": password}
        user_id = self.source.post("identity", "/users", {"user": fields}, "user")["id"]
        roles = self.source.list("identity", "/roles", "roles", name="member")
        grant = f"/projects/{self.project_id}/users/{user_id}/roles/{next(roles)['id']}"
        self.source.put("identity", grant)
        as_user = self.source.as_user(user_id, password=password, project_id=self.project_id)
        return as_user, user_id

    def make_images(self) -> None:
        """An appliance with its kernel, and two public ones, one of which is on both clouds."""
        self.kernel_id = make_image(self.newcomer, os.urandom(1000), name="kernel")
        self.appliance_id = make_image(
            self.newcomer,
            os.urandom(3 * CHUNK + 17),
            name="appliance",
            kernel_id=self.kernel_id,
            tags=["golden", "old"],
            protected=True,
            os_hidden=True,
            hw_disk_bus="scsi",
            favourite_colour="blue",
            **{"owner_specified.openstack.md5": "anything"},
        )
        self.public_id = make_image(
            self.source, os.urandom(CHUNK), name=f"{self.name}-only-here", visibility="public"
        )
        shared = os.urandom(CHUNK)
        everywhere = {"name": f"{self.name}-everywhere", "visibility": "public"}
        self.everywhere_id = make_image(self.source, shared, **everywhere)
        self.equal_id = make_image(self.destination, shared, **everywhere)

    def make_network(self) -> None:
        """One network with two ports, taken in the order in which neutron does not list them."""
        network = {"network": {"name": "lan"}}
        self.network_id = self.newcomer.post("network", "/networks", network, "network")["id"]
        subnet = {"network_id": self.network_id, "cidr": "10.7.0.0/24", "ip_version": 4}
        self.newcomer.post("network", "/subnets", {"subnet": subnet})
        self.port_ids = [self.make_port() for _ in range(3)]

    def make_port(self) -> str:
        """Return the id of a new port."""
        port = {"port": {"network_id": self.network_id}}
        return str(self.newcomer.post("network", "/ports", port, "port")["id"])

    def make_volumes(self) -> None:
        """One to boot from, one for data, one of a type of its own that nothing uses."""
        odd = {"volume_type": {"name": f"{self.name}-type"}}
        self.type_id = self.source.post("block_storage", "/types", odd, "volume_type")["id"]
        self.root_id = self.make_volume("root", imageRef=self.everywhere_id)
        self.data_id = self.make_volume("data", metadata={"purpose": "data"})
        self.odd_id = self.make_volume("odd", volume_type=f"{self.name}-type")
        path = f"/volumes/{self.odd_id}/action"
        self.source.post("block_storage", path, {"os-update_readonly_flag": {"readonly": True}})

    def make_volume(self, name: str, **fields: Any) -> str:
        """Return the id of a new volume of 1 GiB that is available."""
        volume = {"volume": {"name": name, "size": 1, **fields}}
        volume_id = self.newcomer.post("block_storage", "/volumes", volume, "volume")["id"]
        self.await_volume(volume_id, "available")
        return str(volume_id)

    def await_volume(self, volume_id: str, status: str) -> None:
        """Wait until a volume has a status."""

        def there() -> bool | None:
            volume = self.source.get("block_storage", f"/volumes/{volume_id}", "volume")
            return True if volume["status"] == status else None

        poll_until(there, what=f"volume to become {status}", seconds=300)

    def make_servers(self) -> None:
        """The resident's, paused, with two interfaces; the newcomer's, from a volume."""
        flavor = {"flavor": {"name": f"{self.name}-flavor", "ram": 64, "vcpus": 1, "disk": 1}}
        self.flavor_id = self.source.post("compute", "/flavors", flavor, "flavor")["id"]
        for user in (self.newcomer, self.resident):
            key = {"keypair": {"name": f"{self.name}-key", "public_key": KEY}}
            user.post("compute", "/os-keypairs", key)
        first, second, third = self.port_ids
        self.paused_id = self.make_server(
            self.resident,
            "paused",
            imageRef=self.public_id,
            networks=[{"port": second}, {"port": first}],
        )
        root = {"boot_index": 0, "uuid": self.root_id, "delete_on_termination": True}
        device = {"source_type": "volume", "destination_type": "volume", **root}
        self.running_id = self.make_server(
            self.newcomer,
            "running",
            block_device_mapping_v2=[device],
            networks=[{"port": third}],
            description="runs for ever",
        )
        attachment = {"volumeAttachment": {"volumeId": self.data_id}}
        path = f"/servers/{self.running_id}/os-volume_attachments"
        self.newcomer.post("compute", path, attachment)
        self.await_volume(self.data_id, "in-use")
        bring_to(self.source, self.paused_id, "PAUSED", check=lambda: None)

    def make_server(self, owner: CloudSession, name: str, **fields: Any) -> str:
        """Return the id of a new server that runs."""
        common = {
            "flavorRef": self.flavor_id,
            "key_name": f"{self.name}-key",
            "metadata": {"kind": name},
            "user_data": USER_DATA,
            "tags": ["mine"],
        }
        body = {"server": {"name": name, **common, **fields}}
        server = owner.post("compute", "/servers", body, "server", microversion="2.52")
        bring_to(self.source, server["id"], "ACTIVE", check=lambda: None)
        return str(server["id"])

    def clear(self) -> None:
        """Remove all of it from both clouds."""
        for server_id in (self.paused_id, self.running_id):
            delete_server(self.source, server_id, check=lambda: None)
        unprotect = [{"op": "replace", "path": "/protected", "value": False}]
        patch = {"Content-Type": "application/openstack-images-v2.1-json-patch"}
        self.source.patch("image", f"/images/{self.appliance_id}", unprotect, headers=patch)
        images = (self.appliance_id, self.kernel_id, self.public_id, self.everywhere_id)
        removals = [
            *(("image", f"/images/{image_id}") for image_id in images),
            *(("block_storage", f"/volumes/{id_}") for id_ in (self.data_id, self.odd_id)),
            *(("network", f"/ports/{port_id}") for port_id in self.port_ids),
            ("network", f"/networks/{self.network_id}"),
            ("compute", f"/flavors/{self.flavor_id}"),
            *(("identity", f"/users/{id_}") for id_ in (self.newcomer_id, self.resident_id)),
            ("identity", f"/projects/{self.project_id}"),
        ]
        for service, path in removals:
            with suppress(PumphouseError):
                self.source.delete(service, path)
        self.destination.delete("image", f"/images/{self.equal_id}")
        self.destination.delete("identity", f"/users/{self.known_id}")
