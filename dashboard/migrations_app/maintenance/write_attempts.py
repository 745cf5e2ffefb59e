"""Tries in which services an account can write, by requests that create nothing.

Each request names something that cannot exist. A service checks its policy first, so 403 means that
the policy denies writing, and any other refusal that it would allow it. Releases tell nothing:
policies are the operator's.

A Cinder that falls back to its default zone (allow_availability_zone_fallback) takes any zone:
volumes are larger than the project's quota, too. An image that does not exist would not do: Cinder
looks that up before it checks its policy.
"""

import uuid
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

from dashboard.clients.openstack import CloudSession, Json
from dashboard.clients.polling import poll_until
from dashboard.clients.temporary_account import TemporaryAccount, has_service
from dashboard.errors import NeedsOperator

NOWHERE = str(uuid.UUID("6d1c9b9e-0000-4000-8000-70756d706873"))
"""An id, and a name, that do not exist in any cloud."""
NAME = "pumphouse-probe"
REFUSED = frozenset({401, 403})
REMOVAL_SECONDS = 300


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One request that shows whether an account can write in a service."""

    service: str
    path: str
    body: Json

    def is_refused(self, account: TemporaryAccount, *, token: str) -> bool:
        """Send the request and return whether the service refused the account."""
        answer = account.answer("POST", self.service, self.path, body=self.body, token=token)
        if answer.status_code < 300:
            self._undo(account.operator, answer.json())
        return answer.status_code in REFUSED

    def _undo(self, operator: CloudSession, body: Json) -> None:
        """Delete what was created after all, and wait until it is gone.

        A service refuses to delete what it is still creating.
        """
        path = f"{self.path}/{body.get(next(iter(self.body)), body)['id']}"

        def gone() -> bool | None:
            if operator.find(self.service, path) is None:
                return True
            with suppress(NeedsOperator):
                operator.delete(self.service, path)
            return None

        what = f"{path} on cloud {operator.name} to be deleted, which was made to try a role"
        poll_until(gone, what=what, seconds=REMOVAL_SECONDS)


def write_attempts(operator: CloudSession, project_id: str) -> list[Attempt]:
    """Return the attempts in a project, for the services that the cloud has."""
    server = {"name": NAME, "flavorRef": NOWHERE, "imageRef": NOWHERE}
    attempts = [
        Attempt(service="compute", path="/servers", body={"server": server}),
        *_network_attempts(operator),
        *_volume_attempts(operator, project_id),
        *_image_attempts(operator),
    ]
    return [attempt for attempt in attempts if has_service(operator, attempt.service)]


def _network_attempts(operator: CloudSession) -> Iterable[Attempt]:
    """Return attempts at networks and rules.

    Of ports and subnets Neutron looks up the network before it checks any policy.
    """
    if not has_service(operator, "network"):
        return
    extensions = {each["alias"] for each in operator.list("network", "/extensions", "extensions")}
    if "network_availability_zone" in extensions:
        network = {"name": NAME, "availability_zone_hints": [NOWHERE]}
        yield Attempt(service="network", path="/networks", body={"network": network})
    if "security-group" in extensions:
        rule = {"security_group_id": NOWHERE, "direction": "ingress"}
        body = {"security_group_rule": rule}
        yield Attempt(service="network", path="/security-group-rules", body=body)


def _volume_attempts(operator: CloudSession, project_id: str) -> Iterable[Attempt]:
    """Return an attempt at a volume in no zone, and beyond the project's quota where it has one."""
    if not has_service(operator, "block_storage"):
        return
    quota = operator.get("block_storage", f"/os-quota-sets/{project_id}", "quota_set")
    size = max(0, quota["gigabytes"]) + 1
    body = {"volume": {"name": NAME, "size": size, "availability_zone": NOWHERE}}
    yield Attempt(service="block_storage", path="/volumes", body=body)


def _image_attempts(operator: CloudSession) -> Iterable[Attempt]:
    """Return an attempt at an image with the id of an existing one; none if the cloud has none.

    Glance would create an image of any other name.
    """
    if not has_service(operator, "image"):
        return
    for image in islice(operator.list("image", "/images", "images", limit=1), 1):
        body = {"name": NAME, "id": image["id"], "disk_format": "raw", "container_format": "bare"}
        yield Attempt(service="image", path="/images", body=body)


READS = {
    "compute": "/servers",
    "network": "/networks",
    "block_storage": "/volumes",
    "image": "/images",
}


def listed(services: Iterable[str]) -> str:
    """Return the names of services in words."""
    return " and ".join(service.replace("_", " ") for service in services)


@dataclass(frozen=True, kw_only=True)
class Probe:
    """What trying an account has shown: in which services it can write or cannot read."""

    writable: tuple[str, ...]
    unreadable: tuple[str, ...]

    @property
    def is_read_only(self) -> bool:
        """Whether the account can see everything and change nothing."""
        return not (self.writable or self.unreadable)


def try_account(account: TemporaryAccount) -> Probe:
    """Try to write and to read as the account, in every service."""
    token, operator = account.token(), account.operator
    writable = [
        attempt.service
        for attempt in write_attempts(operator, account.project_id)
        if not attempt.is_refused(account, token=token)
    ]
    unreadable = [
        service
        for service, path in READS.items()
        if has_service(operator, service)
        and account.answer("GET", service, path, token=token).status_code in REFUSED
    ]
    return Probe(writable=tuple(dict.fromkeys(writable)), unreadable=tuple(unreadable))
