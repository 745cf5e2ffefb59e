"""Copies images from Glance to Glance: no temporary file, a few chunks in memory at a time.

The bytes are hashed on their way and compared with what both Glances say about them.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from requests import RequestException
from typing_extensions import override

from dashboard.clients.openstack import CloudSession
from dashboard.clients.passing_bytes import Check, PassingBytes, Progress
from dashboard.clients.traffic import End, traffic
from dashboard.errors import PumphouseError, Retryable

Json = dict[str, Any]

CHUNK = 1024 * 1024
# every Glance computes it, whichever algorithm it prefers
COMMON_ALGORITHM = "md5"

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Digest:
    """What was hashed, for comparing data in another place; ``size`` is in bytes."""

    algorithm: str
    value: str
    size: int

    def __str__(self) -> str:
        return f"{self.algorithm}:{self.value}"


def copy_image(
    source: CloudSession,
    image: Mapping[str, Any],
    destination: CloudSession,
    body: Json,
    *,
    progress: Progress,
    check: Check,
) -> tuple[str, Digest]:
    """Create an image on the destination from ``body`` with the bytes of the source's ``image``.

    Returns its id once it is active and both Glances agree about its bytes. After a failure nothing
    of it stays on the destination. Raises ``Retryable`` when the stream breaks or the bytes differ,
    and whatever ``check`` raises; it is called between chunks.
    """
    image_id = str(destination.post("image", "/images", body)["id"])
    try:
        return image_id, _copy_bytes(
            source, image, destination, image_id, progress=progress, check=check
        )
    except BaseException:
        _remove_remains(destination, image_id)
        raise


def told_digest(image: Mapping[str, Any]) -> tuple[str, str]:
    """Return the algorithm and the value of the hash that a Glance tells; before Rocky it is MD5.

    The value is empty for an image that was never hashed, as those registered by location.
    """
    if image.get("os_hash_value"):
        return str(image["os_hash_algo"]), str(image["os_hash_value"])
    return COMMON_ALGORITHM, str(image.get("checksum") or "")


class ImageBytes(PassingBytes):
    """The bytes of an image on their way through."""

    what = "The image's bytes"

    def __init__(self, answer: Any, **options: Any) -> None:
        super().__init__(**options)
        self.answer = answer

    @override
    def _chunks(self) -> Iterator[bytes]:
        try:
            yield from self.answer.iter_content(CHUNK)
        except RequestException as error:
            # within an upload, urllib3 would take the source's fault for the destination's
            raise Retryable(f"The source broke off an image's bytes: {error}.") from None


def _copy_bytes(
    source: CloudSession,
    image: Mapping[str, Any],
    destination: CloudSession,
    image_id: str,
    *,
    progress: Progress,
    check: Check,
) -> Digest:
    algorithm, _ = told_digest(image)
    reading, writing = End.of(source), End.of(destination)
    with (
        traffic.stream(reading, writing, check) as passing,
        closing(source.stream(f"/images/{image['id']}/file")) as answer,
    ):
        content = ImageBytes(
            answer,
            size=image["size"],
            algorithms={algorithm, COMMON_ALGORITHM},
            progress=progress,
            check=check,
            passing=passing,
        )
        destination.upload(f"/images/{image_id}/file", content)
    arrived = destination.get("image", f"/images/{image_id}")
    if arrived["status"] != "active":
        raise Retryable(f"Image {image_id} is {arrived['status']} after its upload.")
    values = {name: each.hexdigest() for name, each in content.hashes.items()}
    _require_equal(source, image, values)
    _require_equal(destination, arrived, values)
    return Digest(algorithm, values[algorithm], content.size)


def _require_equal(
    cloud: CloudSession, image: Mapping[str, Any], values: Mapping[str, str]
) -> None:
    algorithm, expected = told_digest(image)
    if algorithm not in values:
        algorithm, expected = COMMON_ALGORITHM, image.get("checksum") or ""
    if expected and values[algorithm] != expected:
        raise Retryable(
            f"Image {image['id']} has {algorithm} {expected} on cloud {cloud.name}, but the bytes "
            f"that passed had {values[algorithm]}."
        )


def _remove_remains(destination: CloudSession, image_id: str) -> None:
    """Delete half an image; that this fails, too, must not hide why it is half an image."""
    try:
        destination.delete("image", f"/images/{image_id}")
    except PumphouseError as error:
        _log.warning("Left image %s on cloud %s: %s", image_id, destination.name, error)
