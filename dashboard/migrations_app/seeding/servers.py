"""The servers and the volumes of a seeded tenant."""

from dashboard.clients.openstack import Json, poll_until
from dashboard.errors import NeedsOperator
from dashboard.migrations_app.seeding.grounds import Grounds

SECONDS = 300


def make_volume(grounds: Grounds, what: str, *, image_id: str) -> str:
    """Begin a volume with the bytes of an image, and give its id."""
    volume = {
        "name": grounds.named(what),
        "description": "A test volume of Pumphouse",
        "size": grounds.numbers.volume_size,
        "imageRef": image_id,
        "metadata": {"purpose": what},
    }
    return str(grounds.owner.post("block_storage", "/volumes", {"volume": volume}, "volume")["id"])


def make_server(
    grounds: Grounds, number: int, *, image_id: str, flavor_id: str, port_id: str, key: str
) -> str:
    """Begin to boot the server of that number as its owner, and give its id."""
    server = {
        "name": grounds.named(f"server-{number}"),
        "imageRef": image_id,
        "flavorRef": flavor_id,
        "key_name": key,
        "networks": [{"port": port_id}],
        "metadata": {"role": "web", "number": str(number)},
    }
    return str(grounds.owner.post("compute", "/servers", {"server": server}, "server")["id"])


def attach(grounds: Grounds, *, server_id: str, volume_id: str) -> None:
    """Attach a volume to a server, both being ready, and wait until it is."""
    path = f"/servers/{server_id}/os-volume_attachments"
    grounds.owner.post("compute", path, {"volumeAttachment": {"volumeId": volume_id}})
    await_volume(grounds, volume_id, status="in-use")


def stop(grounds: Grounds, *, server_id: str) -> None:
    """Stop a server and wait until it is."""
    grounds.owner.post("compute", f"/servers/{server_id}/action", {"os-stop": None})
    await_server(grounds, server_id, status="SHUTOFF")


def await_server(grounds: Grounds, server_id: str, *, status: str) -> None:
    """Wait for a server. Its status may be there before its task is over."""
    path = f"/servers/{server_id}"

    def probe() -> Json | None:
        server = grounds.owner.get("compute", path, "server")
        if server["status"] == "ERROR":
            reason = server.get("fault", {}).get("message", "no reason")
            raise NeedsOperator(f"Server {server['name']} is in ERROR: {reason}.")
        busy = server.get("OS-EXT-STS:task_state")
        return server if server["status"] == status and not busy else None

    poll_until(probe, what=f"server {server_id} to become {status}", seconds=SECONDS)


def await_volume(grounds: Grounds, volume_id: str, *, status: str) -> None:
    """Wait for a volume."""
    path = f"/volumes/{volume_id}"

    def probe() -> Json | None:
        volume = grounds.owner.get("block_storage", path, "volume")
        if volume["status"].startswith("error"):
            raise NeedsOperator(f"Volume {volume['name']} is in {volume['status']}.")
        return volume if volume["status"] == status else None

    poll_until(probe, what=f"volume {volume_id} to become {status}", seconds=SECONDS)
