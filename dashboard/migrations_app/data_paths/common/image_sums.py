"""Sums of a volume's bytes as Glance hashes them: for storage that Pumphouse reaches by no tool.

Of a snapshot on either side a volume is made, and of that an image: all bytes are read and written
twice. All of it is the operator's, and found again by its name.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dashboard.clients.openstack import CloudSession, Json
from dashboard.clients.polling import poll_until
from dashboard.errors import NeedsOperator, Retryable
from dashboard.migrations_app.resources.storage.common.removing import remove
from dashboard.migrations_app.resources.work import Work

SECONDS = 6 * 3600
HOLD_SECONDS = 120
"""How long a server may be down for a snapshot of its volume's copy."""
_SERVICE = "block_storage"
_SKIP = "Leave this comparison out: skip the step."
_FAILED = ("killed", "deleted")
_RAW = {"disk_format": "raw", "container_format": "bare"}


def hold(work: Work) -> None:
    """Take a snapshot of the copy, unless there is one."""
    body = {"volume_id": work.destination_id, "force": True}
    side = _Side(work, work.destination)
    side.made("snapshots", "snapshot", body, seconds=HOLD_SECONDS)


def sums(work: Work, snapshot_id: str) -> tuple[str, str]:
    """Return the sums of the source's snapshot and of the copy's, by a hash that both clouds tell.

    Raises ``NeedsOperator`` where there is none, or nothing holds the state of the copy any more.
    """
    held = _Side(work, work.destination).held()
    snapshot = work.source.get(_SERVICE, f"/snapshots/{snapshot_id}", "snapshot")
    here = _Side(work, work.source).hashes(snapshot)
    there = _Side(work, work.destination).hashes(held)
    for name, value in here.items():
        if name in there:
            return f"{name} {value}", f"{name} {there[name]}"
    raise NeedsOperator(
        f"Glance of clouds {work.source.name} and {work.destination.name} tell no hash alike.",
        fix=_SKIP,
    )


def let_go(work: Work) -> None:
    """Remove all that was made on both sides; nothing happens if it is gone."""
    for cloud in (work.source, work.destination):
        _Side(work, cloud).remove()


@dataclass(frozen=True)
class _Side:
    """What is made for the comparison in one cloud."""

    work: Work
    cloud: CloudSession

    @property
    def name(self) -> str:
        return f"pumphouse-volume-{self.work.record.id}-compared"

    def hashes(self, snapshot: Json) -> Mapping[str, str]:
        """Return how Glance hashes the bytes of a snapshot, by each of its algorithms."""
        body = {"snapshot_id": snapshot["id"], "size": snapshot["size"]}
        volume = self.made("volumes", "volume", body)
        image = self._image_of(volume["id"])
        told = {image.get("os_hash_algo"): image.get("os_hash_value"), "md5": image["checksum"]}
        self._remove_images()
        return {str(name): str(value) for name, value in told.items() if name and value}

    def held(self) -> Json:
        """Return the snapshot that holds the state of the copy; the server has changed it since.

        Raises ``NeedsOperator`` without one.
        """
        for snapshot in self._found("snapshots"):
            if snapshot["status"] == "available":
                return snapshot
        raise NeedsOperator(f"Snapshot {self.name} of cloud {self.cloud.name} is gone.", fix=_SKIP)

    def made(self, path: str, key: str, body: Json, *, seconds: float = SECONDS) -> Json:
        """Return the available volume or snapshot, made now unless there is a good one."""
        named = {key: {**body, "name": self.name}}
        made = self._good(path, key) or self.cloud.post(_SERVICE, f"/{path}", named, key)

        def available() -> Json | None:
            current: Json = self.cloud.get(_SERVICE, f"/{path}/{made['id']}", key)
            if "error" in current["status"]:
                raise Retryable(f"Cloud {self.cloud.name} failed to make {key} {self.name}.")
            return current if current["status"] == "available" else None

        return self._awaited(available, f"{key} {self.name} to become available", seconds)

    def _good(self, path: str, key: str) -> Json | None:
        """Return what an earlier attempt has made; what failed of it is removed."""
        for found in self._found(path):
            if "error" not in found["status"]:
                return found
            remove(self.cloud, f"/{path}/{found['id']}", key, check=self.work.check)
        return None

    def _image_of(self, volume_id: str) -> Json:
        found = [image for image in self._images() if image["status"] not in _FAILED]
        if not found:
            self._remove_images()
        image_id = found[0]["id"] if found else self._upload(volume_id)

        def active() -> Json | None:
            image: Json = self.cloud.find("image", f"/images/{image_id}") or {}
            if image.get("status", "deleted") in _FAILED:
                raise Retryable(f"Cloud {self.cloud.name} failed to make image {self.name}.")
            return image if image["status"] == "active" else None

        return self._awaited(active, f"image {self.name} to become active", SECONDS)

    def _upload(self, volume_id: str) -> str:
        body = {"os-volume_upload_image": {"image_name": self.name, **_RAW}}
        path, key = f"/volumes/{volume_id}/action", "os-volume_upload_image"
        return str(self.cloud.post(_SERVICE, path, body, key)["image_id"])

    def remove(self) -> None:
        """Remove image, volume and snapshot, in this order: each rests on the next."""
        self._remove_images()
        for path, key in (("volumes", "volume"), ("snapshots", "snapshot")):
            for found in self._found(path):
                remove(self.cloud, f"/{path}/{found['id']}", key, check=self.work.check)

    def _remove_images(self) -> None:
        for image in self._images():
            self.cloud.delete("image", f"/images/{image['id']}")

    def _images(self) -> list[Json]:
        return [*self.cloud.list("image", "/images", "images", name=self.name)]

    def _found(self, path: str) -> Iterable[Json]:
        return [*self.cloud.list(_SERVICE, f"/{path}/detail", path, name=self.name)]

    def _awaited(self, probe: Any, what: str, seconds: float) -> Json:
        found: Json = poll_until(probe, what=what, seconds=seconds, check=self.work.check)
        return found
