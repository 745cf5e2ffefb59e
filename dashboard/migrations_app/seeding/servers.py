"""The servers and the volumes of a test tenant."""

from dashboard.clients.openstack import Json
from dashboard.clients.polling import poll_until
from dashboard.errors import NeedsOperator
from dashboard.migrations_app.seeding.context import SeedContext

SECONDS = 300
# from there on servers are tagged when they are booted; and a lock has a reason
_TAGS_SINCE, _REASONS_SINCE = "2.52", "2.73"


def create_volume(seed: SeedContext, what: str, *, image_id: str) -> str:
    """Begin to create a volume from an image, and return its id."""
    volume = {
        "name": seed.named(what),
        "description": "A test volume of Pumphouse",
        "size": seed.counts.volume_size,
        "imageRef": image_id,
        "metadata": {"purpose": what},
    }
    return str(seed.owner.post("block_storage", "/volumes", {"volume": volume}, "volume")["id"])


def create_server(
    seed: SeedContext, number: int, *, image_id: str, flavor_id: str, port_id: str, key: str
) -> str:
    """Begin to boot the server with that number as its owner, and return its id."""
    server = {
        "name": seed.named(f"server-{number}"),
        "imageRef": image_id,
        "flavorRef": flavor_id,
        "key_name": key,
        "networks": [{"port": port_id}],
        "metadata": {"role": "web", "number": str(number)},
    }
    microversion = ""
    if seed.owner.supports("compute", _TAGS_SINCE):
        server |= {"description": "A test server of Pumphouse", "tags": ["pumphouse", "web"]}
        microversion = _TAGS_SINCE
    made = seed.owner.post(
        "compute", "/servers", {"server": server}, "server", microversion=microversion
    )
    return str(made["id"])


def attach(seed: SeedContext, *, server_id: str, volume_id: str) -> None:
    """Attach a volume to a server, which must both be ready, and wait until it is attached."""
    path = f"/servers/{server_id}/os-volume_attachments"
    seed.owner.post("compute", path, {"volumeAttachment": {"volumeId": volume_id}})
    await_volume(seed, volume_id, status="in-use")


def stop(seed: SeedContext, *, server_id: str) -> None:
    """Stop a server and wait until it has stopped."""
    seed.owner.post("compute", f"/servers/{server_id}/action", {"os-stop": None})
    await_server(seed, server_id, status="SHUTOFF")


def lock(seed: SeedContext, *, server_id: str) -> None:
    """Lock a server as its owner, who can do nothing else with it from then on."""
    has_reasons = seed.owner.supports("compute", _REASONS_SINCE)
    reason = {"locked_reason": "kept for the records"} if has_reasons else None
    microversion = _REASONS_SINCE if has_reasons else ""
    path = f"/servers/{server_id}/action"
    seed.owner.post("compute", path, {"lock": reason}, microversion=microversion)


def await_server(seed: SeedContext, server_id: str, *, status: str) -> None:
    """Wait until a server has a status and no task: the status may come first."""
    path = f"/servers/{server_id}"

    def probe() -> Json | None:
        server = seed.owner.get("compute", path, "server")
        if server["status"] == "ERROR":
            reason = server.get("fault", {}).get("message", "no reason")
            raise NeedsOperator(f"Server {server['name']} is in ERROR: {reason}.")
        busy = server.get("OS-EXT-STS:task_state")
        return server if server["status"] == status and not busy else None

    poll_until(probe, what=f"server {server_id} to become {status}", seconds=SECONDS)


def await_volume(seed: SeedContext, volume_id: str, *, status: str) -> None:
    """Wait until a volume has a status."""
    path = f"/volumes/{volume_id}"

    def probe() -> Json | None:
        volume = seed.owner.get("block_storage", path, "volume")
        if volume["status"].startswith("error"):
            raise NeedsOperator(f"Volume {volume['name']} is in {volume['status']}.")
        return volume if volume["status"] == status else None

    poll_until(probe, what=f"volume {volume_id} to become {status}", seconds=SECONDS)
