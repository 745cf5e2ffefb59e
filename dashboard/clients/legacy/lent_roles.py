"""Roles that an account has lent itself in tenants: recorded before, and forgotten afterwards.

A process that is killed in between leaves the role in the tenant. Whoever is next in that cloud
takes it away.
"""

from collections.abc import Iterable
from typing import Protocol


class LentRoles(Protocol):
    """Where lent roles are recorded, by the name of the cloud and the path of the grant."""

    def lend(self, cloud: str, path: str) -> None:
        """Record a role before it is granted."""

    def forget(self, cloud: str, path: str) -> None:
        """Forget one that was taken away."""

    def left(self, cloud: str) -> Iterable[str]:
        """Return the paths of grants whose processes are gone."""


class _Nowhere:
    """Records nothing, as where there is no database."""

    def lend(self, cloud: str, path: str) -> None:
        """Record nothing."""

    def forget(self, cloud: str, path: str) -> None:
        """Forget nothing."""

    def left(self, cloud: str) -> Iterable[str]:
        """Return nothing."""
        return ()


NOWHERE: LentRoles = _Nowhere()
