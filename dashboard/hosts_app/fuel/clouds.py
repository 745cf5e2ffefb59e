"""Which environment of Fuel each cloud is in, and clouds for environments that have none yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.text import slugify

from dashboard.clients.fuel.facts import CloudFacts
from dashboard.clients.fuel.objects import Environment
from dashboard.errors import BadInput
from dashboard.hosts_app.fuel.cloud_names import free_name
from dashboard.hosts_app.fuel.masters import environment_in_file
from dashboard.hosts_app.models import Cloud, FuelEnvironment

LONGEST_NAME = 40
"""Leaves room for a suffix in ``Cloud.name``."""


@dataclass(frozen=True, kw_only=True)
class SeenEnvironment:
    """An environment as read from Fuel; ``obstacle`` says why there are no facts of its cloud."""

    environment: Environment
    release: str
    node_count: int
    facts: CloudFacts | None
    obstacle: str


def link_file_clouds(
    seen: Sequence[SeenEnvironment], *, rows: Mapping[int, FuelEnvironment]
) -> None:
    """Store which environment each cloud of a file is in: the one it names, else by its address."""
    by_name = {one.environment.name: one.environment.id for one in seen}
    for cloud in _file_clouds():
        home = by_name.get(_named_environment(cloud)) or _home_by_address(cloud, seen)
        cloud.environment = None if home is None else rows[home]
        cloud.save(update_fields=["environment"])


def reconcile_cloud(seen: SeenEnvironment, *, row: FuelEnvironment) -> str:
    """Create, update or retire the cloud of an environment. Return what has changed, "" if nothing.

    A cloud of a file takes precedence over one that Pumphouse creates from Fuel.
    """
    own = row.clouds.filter(origin=Cloud.Origin.FUEL).first()
    if of_file := _file_clouds().filter(environment=row).first():
        return _retire(own, instead=of_file) if own else ""
    if own:
        return _describe(own, seen)
    own = _new_cloud(row)
    _describe(own, seen)
    return _name_change(own, wanted=_wanted_name(row))


def retire_clouds_of(row: FuelEnvironment, *, because: str) -> None:
    """Mark the cloud that was created from an environment vanished: plans still name it."""
    row.clouds.filter(origin=Cloud.Origin.FUEL).update(
        state=Cloud.State.VANISHED, explanation=because
    )


def _file_clouds() -> QuerySet[Cloud]:
    files = Cloud.objects.filter(origin=Cloud.Origin.FILE)
    return files.exclude(state=Cloud.State.VANISHED)


def _named_environment(cloud: Cloud) -> str:
    try:
        return environment_in_file(cloud)
    except BadInput:
        return ""  # its row still has the address; reading the file reports the error


def _home_by_address(cloud: Cloud, seen: Sequence[SeenEnvironment]) -> int | None:
    for one in seen:
        if one.facts and one.facts.is_at(cloud.auth_url):
            return one.environment.id
    return None


def _new_cloud(row: FuelEnvironment) -> Cloud:
    return Cloud.objects.create(
        name=free_name(_wanted_name(row)),
        origin=Cloud.Origin.FUEL,
        location=row.fuel,
        section=str(row.environment_id),
        environment=row,
    )


def _wanted_name(row: FuelEnvironment) -> str:
    """Return the environment's name as a slug; that can be empty, so there is a fall-back."""
    return slugify(row.name)[:LONGEST_NAME].strip("-") or f"environment-{row.environment_id}"


def _name_change(cloud: Cloud, *, wanted: str) -> str:
    if cloud.name == wanted:
        return ""
    return f"Its cloud is called {cloud.name} here because another cloud is called {wanted}."


def _describe(cloud: Cloud, seen: SeenEnvironment) -> str:
    """Store where the cloud is. Return a sentence if that has changed."""
    before = cloud.auth_url
    if seen.facts:
        cloud.auth_url, cloud.region = seen.facts.auth_url, seen.facts.region_name
        if cloud.state in (Cloud.State.UNKNOWN, Cloud.State.VANISHED):
            cloud.state, cloud.explanation = Cloud.State.UNKNOWN, ""
    else:
        cloud.state, cloud.explanation = Cloud.State.UNKNOWN, seen.obstacle
    cloud.can_copy_passwords = seen.facts is not None
    cloud.save()
    if before in ("", cloud.auth_url):
        return ""
    return f"Its Keystone moved from {before} to {cloud.auth_url}."


def _retire(cloud: Cloud, *, instead: Cloud) -> str:
    if cloud.state == Cloud.State.VANISHED:
        return ""
    cloud.state = Cloud.State.VANISHED
    cloud.explanation = f"Its environment is cloud {instead.name} of {instead.location} now."
    cloud.save()
    return f"It is cloud {instead.name} of {instead.location} now, in place of {cloud.name}."
