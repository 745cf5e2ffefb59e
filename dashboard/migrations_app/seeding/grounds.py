"""What the parts of a seeded tenant share: its names, its identities and its bytes."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from dashboard.clients.openstack import CloudSession

PREFIX = "pumphouse-"
"""What every name of a test object has begun with since 2015."""


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """How much there is to be. ``volumes`` are attached to the first server, each of
    ``volume_size`` GiB; one more stays detached."""

    tenants: int = 1
    servers: int = 2
    volumes: int = 1
    volume_size: int = 1


@dataclass(frozen=True, kw_only=True)
class Grounds:
    """A project that is being filled: ``operator`` made it, ``owner`` fills it.

    ``tell`` takes a sentence about each step.
    """

    name: str
    project_id: str
    operator: CloudSession
    owner: CloudSession
    numbers: Numbers
    tell: Callable[[str], None]

    def named(self, what: str) -> str:
        """Return the name of one of the tenant's objects."""
        return f"{self.name}-{what}"


def known_bytes(seed: str, *, size: int) -> bytes:
    """Return ``size`` bytes that depend on the seed alone and do not compress away."""
    return hashlib.shake_256(seed.encode()).digest(size)
