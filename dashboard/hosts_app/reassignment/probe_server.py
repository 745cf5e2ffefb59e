"""Tests that a host can run servers: boots a small one on exactly that host, and deletes it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from dashboard.clients.openstack import CloudSession, Json
from dashboard.clients.polling import poll_until
from dashboard.errors import NeedsOperator, PumphouseError
from dashboard.hosts_app.compute.nova import compute_service, host_of, task_of
from dashboard.jobs.models import LogLevel

MARKER = "pumphouse_probe"
BOOT_SECONDS = 600.0
DELETE_SECONDS = 300
LEAST_RAM_MIB = 64
EMPTY_DISK = bytes(1024 * 1024)
# parts of other images, and formats that no hypervisor boots by itself
UNBOOTABLE = frozenset({"aki", "ari", "ami", "iso"})
# properties with which an image asks for more than every host has
DEMANDS = ("hw_", "img_", "trait:", "cinder_encryption_", "block_device_mapping")


def boot_probe(
    connection: CloudSession,
    host: str,
    *,
    log: Callable[..., None],
    check: Callable[[], None],
    seconds: float = BOOT_SECONDS,
) -> None:
    """Boot a server without a network on a host, as the cloud's operator, and delete it again.

    Its flavor is created for it, and its image too if the cloud has none that fits. Everything is
    deleted whatever happens. What an attempt that died has left is found by its marker and deleted
    first. Raises ``NeedsOperator`` with Nova's reason if the server is not ACTIVE on that host
    within ``seconds``, and whatever ``check`` raises.
    """
    name = f"pumphouse-probe-{host}"
    with _cleared(connection, name, log=log):
        image = _smallest_image(connection) or _tiny_image(connection, name, check=check)
        server_id = _boot(connection, host, name=name, image=image)
        _await_active(connection, host, server_id, seconds=seconds, check=check)
    log(f"Booted a server on {host} and deleted it.", level=LogLevel.SUCCESS)


@contextmanager
def _cleared(connection: CloudSession, name: str, *, log: Callable[..., None]) -> Iterator[None]:
    """Delete everything of a probe before and after; an error in that hides no earlier one."""
    _delete_all(connection, name)
    try:
        yield
    except BaseException:
        try:
            _delete_all(connection, name)
        except PumphouseError as error:
            log(f"Could not delete everything of {name}: {error}", level=LogLevel.WARNING)
        raise
    _delete_all(connection, name)


def _delete_all(connection: CloudSession, name: str) -> None:
    """Delete servers first: where disks are clones, the image cannot be deleted before them.

    This ignores cancellation, which is when it is needed most.
    """
    servers = connection.list("compute", "/servers/detail", "servers", name=name)
    for server in [one for one in servers if one["metadata"].get(MARKER) == name]:
        _delete_server(connection, server["id"])
    for image in list(connection.list("image", "/images", "images", **{MARKER: name})):
        connection.delete("image", f"/images/{image['id']}")
    for flavor in list(connection.list("compute", "/flavors", "flavors", is_public="None")):
        if flavor["name"] == name:
            connection.delete("compute", f"/flavors/{flavor['id']}")


def _delete_server(connection: CloudSession, server_id: str) -> None:
    path = f"/servers/{server_id}"
    connection.delete("compute", path)

    def gone() -> bool | None:
        return None if connection.find("compute", path) else True

    poll_until(gone, what=f"probe server {server_id} to be deleted", seconds=DELETE_SECONDS)


def _smallest_image(connection: CloudSession) -> Json | None:
    """Return the smallest image, public or the operator's own, that boots on any host."""
    images = connection.list("image", "/images", "images", status="active")
    own = connection.project_id
    fitting = (image for image in images if _fits_any_host(image, own_project=own))
    return min(fitting, key=lambda image: (image["size"], image["id"]), default=None)


def _fits_any_host(image: Json, *, own_project: str) -> bool:
    is_usable = image["visibility"] == "public" or image["owner"] == own_project
    is_disk = image["container_format"] == "bare" and image["disk_format"] not in UNBOOTABLE
    is_plain = not any(key.startswith(DEMANDS) for key in image)
    return is_usable and is_disk and is_plain and bool(image["size"])


def _tiny_image(connection: CloudSession, name: str, *, check: Callable[[], None]) -> Json:
    """Create an image of an empty disk: its server does nothing, which is enough."""
    body = {"name": name, "disk_format": "raw", "container_format": "bare", MARKER: name}
    path = f"/images/{connection.post('image', '/images', body)['id']}"
    connection.upload(f"{path}/file", EMPTY_DISK)

    def active() -> Json | None:
        image = connection.get("image", path)
        return image if image["status"] == "active" else None

    return poll_until(
        active, what=f"image {name} to become active", seconds=DELETE_SECONDS, check=check
    )


def _flavor(connection: CloudSession, name: str, *, ram: int) -> str:
    """Create a flavor that tenants do not see; disk 0 means as large as the image."""
    body = {"name": name, "ram": ram, "vcpus": 1, "disk": 0, "os-flavor-access:is_public": False}
    return str(connection.post("compute", "/flavors", {"flavor": body}, "flavor")["id"])


def _boot(connection: CloudSession, host: str, *, name: str, image: Json) -> str:
    server = {
        "name": name,
        "imageRef": image["id"],
        "flavorRef": _flavor(connection, name, ram=max(LEAST_RAM_MIB, image["min_ram"])),
        "metadata": {MARKER: name},
        **_placed_on(connection, host),
        **_networks(connection),
    }
    microversion = connection.at_most("compute", "2.74")
    path, body = "/servers", {"server": server}
    return str(connection.post("compute", path, body, "server", microversion=microversion)["id"])


def _placed_on(connection: CloudSession, host: str) -> dict[str, str]:
    """Return how to ask Nova for the host. Since 2.74 the scheduler checks it, as for tenants."""
    if connection.supports("compute", "2.74"):
        return {"host": host}
    return {"availability_zone": f"{compute_service(connection, host).zone}:{host}"}


def _networks(connection: CloudSession) -> dict[str, Any]:
    """Return how to ask Nova for no network.

    Before 2.37 Nova picks one itself, and fails if there are several, so it is given the first that
    the operator can use.
    """
    if connection.supports("compute", "2.37"):
        return {"networks": "none"}
    own = connection.list("network", "/networks", "networks", tenant_id=connection.project_id)
    shared = connection.list("network", "/networks", "networks", shared="true")
    usable = [net for net in (*own, *shared) if net["subnets"] and not net.get("router:external")]
    return {"networks": [{"uuid": usable[0]["id"]}]} if usable else {}


def _await_active(
    connection: CloudSession,
    host: str,
    server_id: str,
    *,
    seconds: float,
    check: Callable[[], None],
) -> None:
    def settled() -> Json | None:
        server = connection.get("compute", f"/servers/{server_id}", "server")
        return None if server["status"] == "BUILD" or task_of(server) else server

    server = poll_until(
        settled, what=f"the probe server on {host} to become active", seconds=seconds, check=check
    )
    if server["status"] == "ACTIVE" and host_of(server) == host:
        return
    fault = server.get("fault", {}).get("message") or f"it is {server['status']}"
    raise NeedsOperator(
        f"{host} of cloud {connection.name} did not boot a probe server: {fault}.",
        fix="Fix that (see the logs of nova-scheduler and the host's nova-compute), then retry.",
    )
