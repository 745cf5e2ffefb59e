"""The releases of a Fuel master, and their order."""

from collections.abc import Iterable

from dashboard.clients.fuel.objects import Release
from dashboard.hosts_app.models import FuelEnvironment, FuelRelease

AVAILABLE = "available"
"""The state of a release that can be deployed; others lack files."""


def store_releases(releases: Iterable[Release], *, fuel: str) -> None:
    """Store the releases that a master has now."""
    seen = list(releases)
    ids = [release.id for release in seen]
    FuelRelease.objects.filter(fuel=fuel).exclude(release_id__in=ids).delete()
    for release in seen:
        FuelRelease.objects.update_or_create(
            fuel=fuel,
            release_id=release.id,
            defaults={
                "name": release.name,
                "version": release.version,
                "is_available": release.state == AVAILABLE,
            },
        )


def releases_for(environment: FuelEnvironment) -> list[FuelRelease]:
    """Return the releases that a copy of an environment can have, its own before newer ones."""
    known = list(FuelRelease.objects.filter(fuel=environment.fuel))
    own = next((release for release in known if release.name == environment.release), None)
    if own is None:
        return []
    others = [one for one in known if one != own and one.is_available]
    return [own, *(one for one in others if not is_older(one.version, own.version))]


def is_older(version: str, than: str) -> bool:
    """Return whether a release is of an older Fuel: newton-10.0 is older than ocata-11.0."""
    return _number(version) < _number(than)


def _number(version: str) -> tuple[int, ...]:
    """Return Fuel's part of a version: (5, 1) for 2014.1.1-5.1."""
    digits = version.rpartition("-")[2].split(".")
    return tuple(int(digit) for digit in digits if digit.isdigit())
