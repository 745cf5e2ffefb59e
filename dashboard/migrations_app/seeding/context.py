"""What the parts of a test tenant share: its names, its sessions and its bytes."""

import hashlib
import re
import secrets as randomness
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cached_property

from dashboard.clients.openstack import CloudSession, Json

PREFIX = "pumphouse-"
"""The beginning of every test object's name, since 2015."""

FLAVOR = "small"
"""What the flavor of a test tenant is called, behind the tenant's name."""
TAGS = ["pumphouse", "test"]
"""The tags of a test tenant."""
_DESCRIPTION = re.compile(r"A test (?:tenant|user|group) of Pumphouse")
_RANDOM_NAME = re.compile(rf"{PREFIX}demo-[0-9a-f]{{6}}(?:-|$)")


def new_name() -> str:
    """Return the name of a new test tenant, which nothing else has by chance."""
    return f"{PREFIX}demo-{randomness.token_hex(3)}"


def is_seeded(thing: Json, *, copies: Collection[str]) -> bool:
    """Return whether setup has made an object of Keystone or Nova, or a move a copy of it.

    A prefix alone says nothing: others may have taken it. ``copies`` are the ids of what moves have
    created.
    """
    name, description = thing["name"], thing.get("description") or ""
    return name.startswith(PREFIX) and bool(
        thing["id"] in copies
        or _RANDOM_NAME.match(name)
        or _DESCRIPTION.fullmatch(description)
        or {*TAGS} <= {*thing.get("tags", ())}
    )


@dataclass(frozen=True, kw_only=True)
class SeedCounts:
    """How much to create.

    ``volumes`` of ``volume_size`` GiB each are attached to the first server; one more stays
    detached.
    """

    tenants: int = 1
    servers: int = 2
    volumes: int = 1
    volume_size: int = 1


@dataclass(frozen=True, kw_only=True)
class SeedContext:
    """A project that is being filled: ``operator`` has created it, ``owner`` fills it.

    ``report`` takes a sentence about each step.
    """

    name: str
    project_id: str
    operator: CloudSession
    owner: CloudSession
    counts: SeedCounts
    report: Callable[[str], None]

    @cached_property
    def extensions(self) -> set[str]:
        """The aliases of the extensions of the cloud's Neutron."""
        return extensions_of(self.operator)

    def named(self, what: str) -> str:
        """Return the name of one of the tenant's objects."""
        return f"{self.name}-{what}"


def extensions_of(operator: CloudSession) -> set[str]:
    """Return the aliases of the extensions of a cloud's Neutron."""
    listed = operator.list("network", "/extensions", "extensions")
    return {extension["alias"] for extension in listed}


def known_bytes(seed: str, *, size: int) -> bytes:
    """Return ``size`` bytes that depend on the seed alone and cannot be compressed."""
    return hashlib.shake_256(seed.encode()).digest(size)
