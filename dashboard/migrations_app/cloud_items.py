"""What a cloud has, as the typed items of 2015: ``GET /resources`` and ``pumphouse get_resources``.

An item is ``{"id", "cloud", "type", "data"}``. All tenants' objects are listed, in their order.
"""

from collections.abc import Iterator, Mapping

from dashboard.clients.openstack import CloudSession, Json

AVAILABLE, BLOCKED, ERROR = "available", "blocked", "error"
"""The status of a host: up and enabled, up and disabled, down."""
ALL_TENANTS = {"all_tenants": "1"}


def items_of(cloud: CloudSession, side: str) -> list[Json]:
    """Read a cloud and return its items; ``side`` is what they call it, source or destination.

    Raises what reading raises: ``Retryable`` for a cloud that does not answer.
    """
    return [
        {"id": data.get("id") or data["name"], "cloud": side, "type": type_, "data": data}
        for type_, data in _found(cloud)
    ]


def _found(cloud: CloudSession) -> Iterator[tuple[str, Json]]:
    for project in cloud.list("identity", "/projects", "projects"):
        yield "tenant", {**_named(project), "description": project.get("description") or ""}
    for server in cloud.list("compute", "/servers/detail", "servers", **ALL_TENANTS):
        yield "server", server_data(server)
    for volume in cloud.list("block_storage", "/volumes/detail", "volumes", **ALL_TENANTS):
        yield "volume", _volume(volume)
    for image in cloud.list("image", "/images", "images"):
        yield "image", {**_named(image), "status": image["status"]}
    yield from (("floating_ip", address) for address in _floating_ips(cloud))
    for service in cloud.list("compute", "/os-services", "services", binary="nova-compute"):
        yield "host", {"name": service["host"], "status": host_status(service)}
    for group in cloud.list("network", "/security-groups", "security_groups"):
        yield "secgroup", _security_group(group)
    for network in cloud.list("network", "/networks", "networks"):
        yield "network", network


def server_data(server: Json) -> Json:
    """Return the data of a server's item."""
    image = server.get("image") or {}  # "" for one that was booted from a volume
    return {
        **_named(server),
        "status": server["status"],
        "tenant_id": server["tenant_id"],
        "image_id": image.get("id"),
        "host_id": server.get("OS-EXT-SRV-ATTR:host"),
    }


def host_status(service: Mapping[str, str]) -> str:
    """Return the status of a host by its nova-compute."""
    if service["state"] != "up":
        return ERROR
    return AVAILABLE if service["status"] == "enabled" else BLOCKED


def _named(thing: Json) -> Json:
    return {"id": thing["id"], "name": thing.get("name") or ""}


def _volume(volume: Json) -> Json:
    return {
        **_named(volume),
        "status": volume["status"],
        "tenant_id": volume.get("os-vol-tenant-attr:tenant_id"),
        "host_id": volume.get("os-vol-host-attr:host"),
        "size": volume["size"],
        "type": volume.get("volume_type"),
        "server_ids": [attached["server_id"] for attached in volume["attachments"]],
    }


def _floating_ips(cloud: CloudSession) -> Iterator[Json]:
    ports = {port["id"]: port["device_id"] for port in cloud.list("network", "/ports", "ports")}
    for address in cloud.list("network", "/floatingips", "floatingips"):
        text = address["floating_ip_address"]
        yield {"id": text, "name": text, "server_id": ports.get(address.get("port_id")) or None}


def _security_group(group: Json) -> Json:
    return {
        **_named(group),
        "description": group.get("description") or "",
        "tenant_id": group.get("tenant_id") or group.get("project_id"),
        "rules": group.get("security_group_rules", []),
    }
