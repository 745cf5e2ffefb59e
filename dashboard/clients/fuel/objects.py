"""What Fuel knows, as small typed objects: environments, nodes, tasks, releases.

Each has the fields that Pumphouse uses; ``data`` is Nailgun's own JSON, for the rest.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Environment:
    """A cluster of Nailgun.

    ``status`` is new, deployment, stopped, operational, error, remove or partially_deployed.
    """

    id: int
    name: str
    status: str
    release_id: int
    net_provider: str
    data: Json = field(repr=False, compare=False)

    @classmethod
    def of(cls, data: Json) -> "Environment":
        """Read Nailgun's JSON."""
        return cls(
            id=data["id"],
            name=data["name"],
            status=data["status"],
            release_id=data["release_id"],
            net_provider=data["net_provider"],
            data=data,
        )


@dataclass(frozen=True, kw_only=True)
class Node:
    """A machine that Fuel knows.

    ``status`` is discover, provisioning, provisioned, deploying, ready, error, removing or
    stopped; ``error_type`` the phase that failed last, which stays after a later success.
    ``macs`` are those of all interfaces, lower-case with colons: they alone stay the same when a
    node was removed and is discovered again.
    """

    id: int
    name: str
    hostname: str
    fqdn: str
    status: str
    online: bool
    environment_id: int | None
    group_id: int | None
    roles: tuple[str, ...]
    pending_roles: tuple[str, ...]
    pending_addition: bool
    pending_deletion: bool
    progress: int
    error_type: str | None
    ip: str
    macs: frozenset[str]
    data: Json = field(repr=False, compare=False)

    @classmethod
    def of(cls, data: Json) -> "Node":
        """Read Nailgun's JSON."""
        return cls(
            id=data["id"],
            name=data["name"],
            hostname=data["hostname"],
            fqdn=data.get("fqdn") or data["hostname"],
            status=data["status"],
            online=data["online"],
            environment_id=data["cluster"],
            group_id=data.get("group_id"),
            roles=tuple(data["roles"]),
            pending_roles=tuple(data["pending_roles"]),
            pending_addition=data["pending_addition"],
            pending_deletion=data["pending_deletion"],
            progress=data["progress"] or 0,
            error_type=data["error_type"],
            ip=data["ip"] or "",
            macs=_macs(data),
            data=data,
        )


@dataclass(frozen=True, kw_only=True)
class Task:
    """Something that Fuel does. ``status`` is pending, running, ready or error.

    ``progress`` counts to 100 and may go down, when another node of the task starts. A task
    ``deploy`` has children for the deletion, provisioning and deployment of nodes, which may not
    be there yet when it is first read.
    """

    id: int
    name: str
    status: str
    progress: int
    message: str
    environment_id: int | None
    parent_id: int | None

    @classmethod
    def of(cls, data: Json) -> "Task":
        """Read Nailgun's JSON."""
        return cls(
            id=data["id"],
            name=data["name"],
            status=data["status"],
            progress=data["progress"] or 0,
            message=" ".join((data["message"] or "").split()),
            environment_id=data["cluster"],
            parent_id=data["parent_id"],
        )

    @property
    def is_over(self) -> bool:
        """Whether Fuel has done what it will do."""
        return self.status in ("ready", "error")


@dataclass(frozen=True, kw_only=True)
class Release:
    """What an environment can be made of, for instance newton-10.0 on Ubuntu."""

    id: int
    name: str
    version: str
    operating_system: str
    state: str

    @classmethod
    def of(cls, data: Json) -> "Release":
        """Read Nailgun's JSON."""
        return cls(**{key: data[key] for key in cls.__dataclass_fields__})


@dataclass(frozen=True, kw_only=True)
class Notification:
    """A line of Fuel's notifications. ``topic`` is discover, done, error, warning or release."""

    id: int
    topic: str
    message: str
    environment_id: int | None
    node_id: int | None

    @classmethod
    def of(cls, data: Json) -> "Notification":
        """Read Nailgun's JSON."""
        return cls(
            id=data["id"],
            topic=data["topic"],
            message=data["message"],
            environment_id=data["cluster"],
            node_id=data["node_id"],
        )


def mac_set(macs: Iterable[str]) -> frozenset[str]:
    """Return MAC addresses so that sets of them can be compared: lower-case, with colons."""
    return frozenset(mac.lower().replace("-", ":") for mac in macs)


def _macs(data: Json) -> frozenset[str]:
    interfaces = (data.get("meta") or {}).get("interfaces") or ()
    found = [interface.get("mac") for interface in interfaces]
    return mac_set(mac for mac in [*found, data["mac"]] if mac)
