"""What nova makes of a request to boot a server."""

import re
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from tests.support.cloud.compute.server_fields import ATTR, host_id
from tests.support.cloud.messages import Json, Refused, Request

if TYPE_CHECKING:
    from tests.support.cloud.compute.servers import Servers

SINCE = {
    **{"description": (2, 19), "tags": (2, 52), "hostname": (2, 90)},
    "trusted_image_certificates": (2, 63),
}
_TAGS = (2, 42)
_COPIED = (
    *("name", "metadata", "accessIPv4", "accessIPv6", "key_name", "description", "tags"),
    "trusted_image_certificates",
)


class Boot:
    """One request to boot a server, checked as nova does before it accepts it."""

    def __init__(self, servers: "Servers", request: Request) -> None:
        self.servers = servers
        self.service = servers.service
        self.cloud = servers.cloud
        self.request = request
        self.body: Json = request.body["server"]
        self._check()

    def _check(self) -> None:
        for name, version in SINCE.items():
            if name in self.body and self.request.version < version:
                raise Refused(400, f"Additional properties are not allowed ('{name}')")
        self._check_host_name()
        self._check_zone()
        self._check_tags()
        networks = self.body.get("networks", [])
        if isinstance(networks, str) and self.request.version < (2, 37):
            sentence = f"Invalid input for field/attribute networks. Value: {networks}."
            raise Refused(400, sentence)
        key = self.body.get("key_name")
        if key and not self.service.keypairs.where(user_id=self._asker.user_id, name=key):
            raise Refused(400, "Invalid key_name provided.")

    def _check_host_name(self) -> None:
        """Refuse a host name that is no label, from 2.94 on one that is no domain name."""
        name = self.body.get("hostname")
        dots, length = (".", 253) if self.request.version >= (2, 94) else ("", 61)
        pattern = rf"[a-zA-Z0-9][a-zA-Z0-9{dots}-]{{0,{length}}}[a-zA-Z0-9]"
        if name is not None and not re.fullmatch(pattern, name):
            raise Refused(400, f"Invalid input for field/attribute hostname. Value: {name}.")

    def _check_zone(self) -> None:
        zone = self.body.get("availability_zone")
        if zone and zone not in self.service.hosts.zones:
            raise Refused(400, "The requested availability zone is not available")

    def _check_tags(self) -> None:
        networks = self.body.get("networks", [])
        devices = [*self.body.get("block_device_mapping_v2", ())]
        devices += [] if isinstance(networks, str) else networks
        if self.request.version < _TAGS and any("tag" in each for each in devices):
            raise Refused(400, "Additional properties are not allowed ('tag')")

    @property
    def _asker(self) -> Any:
        return self.request.asker

    def new_row(self) -> Json:
        """Return the server that is to be."""
        flavor, image, now = self._flavor(), self._image(), self.cloud.now()
        id_ = self.cloud.new_id()
        return {
            **self.servers.fields.defaults(),
            **{name: self.body[name] for name in _COPIED if name in self.body},
            **{"id": id_, "tenant_id": self._asker.project_id, "user_id": self._asker.user_id},
            **{"created": now, "updated": now, "~flavor": flavor, "~ports": [], "~tags": {}},
            **{"~made_ports": [], "links": self._links(id_), "image": self._told(image)},
            **self._attributes(image),
            "OS-EXT-AZ:availability_zone": "",
            "OS-DCF:diskConfig": self.body.get("OS-DCF:diskConfig", "MANUAL"),
            "config_drive": "True"
            if self.body.get("config_drive") in (True, "true", "True")
            else "",
        }

    def _attributes(self, image: Json | None) -> Json:
        hostname = self.body.get("hostname") or _host_name(self.body["name"])
        given = image or {}
        return {
            f"{ATTR}hostname": hostname,
            f"{ATTR}user_data": self.body.get("user_data"),
            f"{ATTR}kernel_id": given.get("kernel_id") or "",
            f"{ATTR}ramdisk_id": given.get("ramdisk_id") or "",
            f"{ATTR}reservation_id": f"r-{self.cloud.new_id()[:8]}",
            f"{ATTR}instance_name": f"instance-{len(self.servers.rows) + 1:08x}",
        }

    def _links(self, id_: str) -> list[Json]:
        address = f"{self.cloud.url}/compute"
        return [
            {"rel": "self", "href": f"{address}/v2.1/servers/{id_}"},
            {"rel": "bookmark", "href": f"{address}/servers/{id_}"},
        ]

    def _flavor(self) -> Json:
        flavor = self.service.flavors.rows.get(str(self.body["flavorRef"]))
        if flavor is None or not self.service.flavors.is_visible(flavor, self.request):
            raise Refused(400, f"Flavor {self.body['flavorRef']} could not be found.")
        return {name: deepcopy(value) for name, value in flavor.items() if not name.startswith("~")}

    def _image(self) -> Json | None:
        image_id = self.body.get("imageRef")
        if not image_id:
            return None
        images = self.cloud.collection("image", "images")
        image = images.rows.get(image_id)
        if image is None or not images.is_visible(image, self.request):
            raise Refused(400, "Can not find requested image")
        if image["status"] != "active":
            raise Refused(400, f"Image {image_id} is not active.")
        recent, is_admin = self.cloud.release.is_from("2023.1"), self._asker.is_admin
        if not self._flavor()["disk"] and recent and not is_admin:
            sentence = "Only volume-backed servers are allowed for flavors with zero disk."
            raise Refused(403, sentence)
        if image["min_disk"] > (self._flavor()["disk"] or image["min_disk"]):
            sentence = "Flavor's disk is too small for requested image."
            raise Refused(400, sentence)
        return image

    def _told(self, image: Json | None) -> Any:
        if image is None:
            return ""
        address = f"{self.cloud.url}/compute/images/{image['id']}"
        return {"id": image["id"], "links": [{"rel": "bookmark", "href": address}]}

    def connect(self, row: Json) -> None:
        """Attach a new server's ports and volumes, and make its disk."""
        ports = self.cloud.collection("network", "ports")
        for port_id in self._port_ids(row):
            row["~ports"].append(port_id)
            ports.bind(  # type: ignore[attr-defined]
                ports.get(port_id), server_id=row["id"], zone="nova", host=self._host()
            )
        for device in self.body.get("block_device_mapping_v2", ()):
            self.service.attachments.attach(row, device["uuid"], device, self.request)
        if row["image"]:
            data = self.cloud.rows("image/data").get(row["image"]["id"], b"")
            self.service.disks[row["id"]] = data
        self._join(row)

    def _host(self) -> str:
        return self.service.hosts.next(self.body.get("availability_zone") or "")

    def fault(self, row: Json) -> str:
        """Return why a server cannot be built: nova finds out when it tries."""
        networks = self.cloud.collection("network", "networks")
        on = [networks.get(port["network_id"]) for port in self.servers.ports_of(row)]
        if self.service.groups.lacks_host(row):
            return "No valid host was found. There are not enough hosts available."
        external = [each for each in on if each["router:external"] and not each["shared"]]
        if not external or self._asker.is_admin:
            return ""
        return f"It is not allowed to create an interface on external network {external[0]['id']}"

    def _join(self, row: Json) -> None:
        """Put a new server into the group that the scheduler is told of."""
        hints = self.request.body.get("os:scheduler_hints") or {}
        row["scheduler_hints"] = {name: [value] for name, value in hints.items()}
        if group := hints.get("group"):
            self.service.groups.add_member(group, row)

    def _port_ids(self, row: Json) -> list[str]:
        networks = self.body.get("networks", [])
        if isinstance(networks, str):
            return []
        return [self._port_id(row, each) for each in networks if self._usable(each)]

    def _port_id(self, row: Json, wanted: Json) -> str:
        id_ = wanted.get("port") or self._made_port(row, wanted["uuid"])
        row["~tags"] = {**row["~tags"], id_: wanted.get("tag")}
        return str(id_)

    def _usable(self, wanted: Json) -> bool:
        if port_id := wanted.get("port"):
            port = self.cloud.collection("network", "ports").rows.get(port_id)
            if port is None:
                raise Refused(400, f"Port {port_id} could not be found.")
            if port["device_id"]:
                raise Refused(409, f"Port {port_id} is still in use.")
        return True

    def _made_port(self, row: Json, network_id: str) -> str:
        ports = self.cloud.collection("network", "ports")
        made = ports.make({"network_id": network_id}, self.request)
        row["~made_ports"].append(made["id"])
        return str(made["id"])

    def placed(self, row: Json) -> Json:
        """Return what a server has when it runs: its host, and since when."""
        host = self._host()
        found = {
            f"{ATTR}host": host,
            f"{ATTR}hypervisor_hostname": host,
            "OS-EXT-AZ:availability_zone": self.service.hosts.zone_of(host),
            "pinned_availability_zone": self.body.get("availability_zone"),
            "OS-SRV-USG:launched_at": self.cloud.now(form="%Y-%m-%dT%H:%M:%S.000000"),
            "progress": 0,
        }
        return {**found, "hostId": host_id({**row, **found})}


def _host_name(name: str) -> str:
    """Return a name as DNS takes it."""
    return re.sub(r"[^a-z0-9-]", "", re.sub(r"[ _.]", "-", name.lower())).strip("-")
