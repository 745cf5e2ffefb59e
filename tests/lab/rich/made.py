"""What a test made on a cloud, cleared in the order in which it can go."""

from contextlib import suppress
from typing import Any

from dashboard.clients.openstack import CloudSession
from dashboard.errors import PumphouseError

Json = dict[str, Any]


class Made:
    """Creates objects on a cloud and remembers them; the newest is deleted first."""

    def __init__(self, cloud: CloudSession) -> None:
        self.cloud = cloud
        self._removals: list[tuple[str, str]] = []

    def make(
        self, service: str, path: str, key: str, owner: CloudSession | None = None, **fields: Any
    ) -> Json:
        """Create an object, by default as the operator, and return it."""
        made = (owner or self.cloud).post(service, path, {key: fields}, key)
        self.forget_at_the_end(service, f"{path}/{made['id']}")
        return made

    def forget_at_the_end(self, service: str, path: str) -> None:
        """Delete what has this path when everything made later is gone."""
        self._removals.append((service, path))

    def clear(self) -> None:
        """Delete all of it; what is gone already does not matter."""
        for service, path in reversed(self._removals):
            with suppress(PumphouseError):
                self.cloud.delete(service, path)
