"""The tenant's images, volumes and servers."""

import os
from typing import Any

from dashboard.clients.openstack import CloudSession
from dashboard.clients.polling import poll_until
from dashboard.migrations_app.resources.compute.server.shelving import shelve
from dashboard.migrations_app.resources.compute.server.states import OFFLOADED, bring_to
from tests.lab.rich.made import Json, Made
from tests.lab.rich.people import People
from tests.lab.unusual_data import BARE, Bytes


class Data:
    """Two servers of a group, one of them locked and one of a deleted flavor; a volume with a
    snapshot; an image with a member."""

    def __init__(self, made: Made, people: People, parent: Json) -> None:
        self.made, self.cloud, self.people = made, made.cloud, people
        self.owner = people.alone
        self.make_image()
        self.make_volume()
        self.make_flavors()
        self.make_servers(parent)

    def make_image(self) -> None:
        """An image that another project may use, and has accepted."""
        self.image = self.owner.post(
            "image", "/images", {**BARE, "name": "appliance", "visibility": "shared"}
        )
        self.made.forget_at_the_end("image", f"/images/{self.image['id']}")
        self.owner.upload(f"/images/{self.image['id']}/file", Bytes(os.urandom(100_000)))
        path = f"/images/{self.image['id']}/members"
        self.owner.post("image", path, {"member": self.people.other_id})

    def make_volume(self) -> None:
        """A volume with image metadata, and a snapshot of it."""
        fields = {"name": "data", "size": 1, "metadata": {"purpose": "data"}}
        self.volume = self.made.make("block_storage", "/volumes", "volume", self.owner, **fields)
        self.await_status("volumes", self.volume["id"])
        path = f"/volumes/{self.volume['id']}/action"
        metadata = {"os-set_image_metadata": {"metadata": {"hw_disk_bus": "scsi"}}}
        self.owner.post("block_storage", path, metadata)
        self.snapshot = self.made.make(
            *("block_storage", "/snapshots", "snapshot", self.owner),
            name="monday",
            description="before the change",
            volume_id=self.volume["id"],
            metadata={"kept": "yes"},
        )
        self.await_status("snapshots", self.snapshot["id"])

    def await_status(self, collection: str, id_: str) -> None:
        """Wait until a volume or snapshot is available."""

        def available() -> bool | None:
            path, key = f"/{collection}/{id_}", collection.removesuffix("s")
            return self.cloud.get("block_storage", path, key)["status"] == "available" or None

        poll_until(available, what=f"{collection} to be available", seconds=300)

    def make_flavors(self) -> None:
        """One that both of the tenant's projects may use, and one that is deleted later."""
        name = self.people.name
        small = {"ram": 64, "vcpus": 1, "disk": 1, "os-flavor-access:is_public": False}
        self.private = self.made.make(
            "compute", "/flavors", "flavor", name=f"{name}-private", **small
        )
        self.described = {"description": "for the tests"}
        path = f"/flavors/{self.private['id']}"
        self.cloud.put("compute", path, {"flavor": self.described}, microversion="2.55")
        self.deleted = self.made.make("compute", "/flavors", "flavor", name=f"{name}-old", **small)
        for flavor in (self.private, self.deleted):
            for project_id in (self.people.project_id, self.people.other_id):
                access = {"addTenantAccess": {"tenant": project_id}}
                self.cloud.post("compute", f"/flavors/{flavor['id']}/action", access)
        specs = {"extra_specs": {"quota:vif_outbound_average": "100"}}
        self.cloud.post("compute", f"/flavors/{self.deleted['id']}/os-extra_specs", specs)

    def make_servers(self, parent: Json) -> None:
        """One on the trunk, locked by the operator; one without flavor, shelved with a volume."""
        self.group = self.made.make(
            *("compute", "/os-server-groups", "server_group", self.owner),
            name="apart",
            policies=["anti-affinity"],
        )
        tagged = {"port": parent["id"], "tag": "uplink"}
        self.locked = self.make_server("locked", self.private, networks=[tagged])
        self.orphan = self.make_server("orphan", self.deleted, networks="none")
        attachment = {"volumeId": self.volume["id"], "tag": "data"}
        path = f"/servers/{self.orphan}/os-volume_attachments"
        body = {"volumeAttachment": attachment}
        self.owner.post("compute", path, body, microversion="2.49")
        lock = {"lock": {"locked_reason": "audit"}}
        self.cloud.post("compute", f"/servers/{self.locked}/action", lock, microversion="2.73")
        self.cloud.delete("compute", f"/flavors/{self.deleted['id']}")
        self.shelve(self.orphan)

    def shelve(self, server_id: str) -> None:
        """Shelve a server: its volume is reserved for it then, and it is on no host."""

        def attached() -> bool | None:
            path = f"/volumes/{self.volume['id']}"
            return self.cloud.get("block_storage", path, "volume")["status"] == "in-use" or None

        poll_until(attached, what="the volume to be attached", seconds=300)
        shelve(self.cloud, server_id, OFFLOADED, check=lambda: None)

    def make_server(self, name: str, flavor: Json, **fields: Any) -> str:
        """Return the id of a server of the group that runs."""
        server = {
            "name": name,
            "flavorRef": flavor["id"],
            "imageRef": self.image["id"],
            "tags": ["mine"],
            **fields,
        }
        body = {"server": server, "os:scheduler_hints": {"group": self.group["id"]}}
        path = "/servers"
        made = self.owner.post("compute", path, body, "server", microversion="2.52")
        self.made.forget_at_the_end("compute", f"/servers/{made['id']}")
        bring_to(self.cloud, made["id"], "ACTIVE", check=lambda: None)
        return str(made["id"])


def server(cloud: CloudSession, server_id: str) -> Json:
    """Return a server as a Nova of 2023.1 shows it."""
    return cloud.get("compute", f"/servers/{server_id}", "server", microversion="2.90")
