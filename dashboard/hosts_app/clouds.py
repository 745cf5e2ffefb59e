"""The known clouds, where their credentials are, and sessions on them.

Clients are imported when a cloud is first called, since a list of clouds does without them.
"""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DatabaseError
from django.db.models import Q

from dashboard.errors import BadInput, NotFound, PumphouseError, Retryable
from dashboard.hosts_app.fuel.cloud_names import free_name
from dashboard.hosts_app.models import Cloud

if TYPE_CHECKING:
    from dashboard.clients.cloud_access import CloudAccess
    from dashboard.clients.cloud_files import Settings
    from dashboard.clients.cloud_limits import CloudLimits
    from dashboard.clients.openstack import CloudSession


PAIRS = (("source", "destination"), ("src", "dst"), ("old", "new"))
"""Names of clouds that show which is the source."""


def register_configured_clouds() -> list[Cloud]:
    """Register the clouds in the file that PUMPHOUSE_CONFIG names; return [] if it names none."""
    if not settings.PUMPHOUSE_CONFIG:
        return []
    return register_clouds(Path(settings.PUMPHOUSE_CONFIG))


def register_clouds(path: Path) -> list[Cloud]:
    """Store the clouds of a config.yaml or clouds.yaml as rows, and return them.

    A cloud that is no longer in the file is marked vanished, since plans still name it. Raises
    ``BadInput`` with file, key and line for an error in the file.
    """
    from dashboard.clients.cloud_files import read_clouds

    path = path.absolute()
    found = read_clouds(path)
    _require_fuel_for_additions(path)
    clouds = [_register(path, section, access) for section, access in found.items()]
    gone = Q(origin=Cloud.Origin.FILE, location=str(path)) & ~Q(section__in=found)
    Cloud.objects.filter(gone).update(
        state=Cloud.State.VANISHED, explanation=f"It is no longer in {path}."
    )
    return clouds


def _require_fuel_for_additions(path: Path) -> None:
    """Raise ``BadInput`` for a cloud without a login where no Fuel could have it."""
    from dashboard.clients.cloud_files import read_additions

    if not (additions := read_additions(path)):
        return
    from dashboard.hosts_app.fuel.masters import is_fuel_configured

    if not is_fuel_configured():
        raise BadInput(
            f"{path}: cloud {min(additions)} has no login, and no Fuel master is configured that "
            "could have it.",
            fix="Add auth to it, or configure the Fuel master.",
        )


def _register(path: Path, section: str, access: "CloudAccess") -> Cloud:
    _rename_fuel_cloud(section, access)
    cloud, _ = Cloud.objects.get_or_create(
        name=section, defaults={"location": str(path), "section": section}
    )
    cloud.origin, cloud.location, cloud.section = Cloud.Origin.FILE, str(path), section
    cloud.auth_url = access.auth.get("auth_url", "")
    cloud.region = access.region_name or ""
    cloud.can_copy_passwords = bool(access.keystone_connection)
    if cloud.state == Cloud.State.VANISHED:
        cloud.state, cloud.explanation = Cloud.State.UNKNOWN, ""
    cloud.save()
    return cloud


def _rename_fuel_cloud(name: str, access: "CloudAccess") -> None:
    """Rename another cloud that has this name from Fuel: in a file the operator chose the name."""
    for cloud in Cloud.objects.filter(name=name, origin=Cloud.Origin.FUEL):
        if urlsplit(cloud.auth_url).netloc != urlsplit(access.auth.get("auth_url", "")).netloc:
            cloud.name = free_name(name)
            cloud.save(update_fields=["name"])


def configured_settings() -> "Settings":
    """Return what the file that PUMPHOUSE_CONFIG names says beside its clouds, else the defaults.

    Raises ``BadInput`` with file, key and line for an error in the file.
    """
    from dashboard.clients.cloud_files import Settings, read_settings

    path = settings.PUMPHOUSE_CONFIG
    return read_settings(Path(path)) if path else Settings()


def cloud_named(name: str) -> Cloud:
    """Return the cloud of that name. Raises ``NotFound`` that lists all clouds."""
    try:
        return Cloud.objects.get(name=name)
    except Cloud.DoesNotExist:
        known = ", ".join(Cloud.objects.values_list("name", flat=True)) or "none yet"
        raise NotFound(
            f"There is no cloud named {name!r}.", fix=f"Known clouds: {known}."
        ) from None


def source_and_destination(source: str | None, destination: str | None) -> tuple[Cloud, Cloud]:
    """Return both clouds of a move: as named, else as ``PAIRS`` says.

    Raises ``BadInput`` when that leaves a choice, ``NotFound`` for an unknown name.
    """
    names = _current_names()
    for first, second in PAIRS:
        if {first, second} <= names and not (source and destination):
            source, destination = source or first, destination or second
    if not (source and destination):
        known = ", ".join(sorted(names)) or "none, give a configuration file with -c"
        raise BadInput(
            "It is not clear which cloud is which.",
            fix=f"Give --source and --destination. Known clouds: {known}.",
        )
    if source == destination:
        raise BadInput(
            f"Source and destination are both {source}.", fix="Name two different clouds."
        )
    return cloud_named(source), cloud_named(destination)


def side_named(name: str) -> Cloud:
    """Return the cloud of that name; ``source`` and ``destination`` also by what ``PAIRS`` says."""
    names = _current_names()
    for pair in PAIRS:
        if name in PAIRS[0] and name not in names and set(pair) <= names:
            return cloud_named(pair[PAIRS[0].index(name)])
    if name in PAIRS[0] and name not in names:
        known = ", ".join(sorted(names)) or "none"
        raise BadInput(f"It is not clear which cloud is the {name}.", fix=f"Name one of: {known}.")
    return cloud_named(name)


def _current_names() -> set[str]:
    """Return the names of Fuel's clouds and those in the named configuration, of all without
    one."""
    clouds = Cloud.objects.exclude(state=Cloud.State.VANISHED)
    if path := settings.PUMPHOUSE_CONFIG:
        # Those of other files are known too, and may be called source and destination.
        of_file = Q(location=str(Path(path).absolute()))
        clouds = clouds.filter(of_file | Q(origin=Cloud.Origin.FUEL))
    return set(clouds.values_list("name", flat=True))


def access_of(cloud: Cloud) -> "CloudAccess":
    """Read a cloud's credentials from where they are, now. They are never stored.

    Raises ``BadInput`` if the file or the section is gone, and as ``access_in_fuel``.
    """
    from dashboard.clients.cloud_files import read_cloud
    from dashboard.hosts_app.fuel.additions import with_additions
    from dashboard.hosts_app.fuel.masters import access_in_fuel

    if cloud.origin == Cloud.Origin.FUEL:
        access = with_additions(cloud, access_in_fuel(cloud))
    else:
        read = partial(read_cloud, Path(cloud.location), cloud.section)
        access = replace(read(), reread_limits=lambda: read().limits)
    chosen = _chosen_limits(cloud)
    return replace(
        access,
        limits=access.limits if chosen is None else chosen,
        reread_limits=lambda: _chosen_limits(cloud) or access.limits_now(),
    )


def _chosen_limits(cloud: Cloud) -> "CloudLimits | None":
    """Return the limits that an operator has chosen, None where the configuration's hold."""
    from dashboard.clients.limit_keys import limits_in

    try:
        text = Cloud.objects.filter(pk=cloud.pk).values_list("limits", flat=True).first()
    except DatabaseError:
        raise Retryable("The database does not say which limits hold.") from None
    return limits_in(text, name=f"limits of {cloud.name}") if text else None


def limits_of(cloud: Cloud) -> "CloudLimits":
    """Return how much a cloud may be asked for, as an operator or its file says now; else there
    are no limits. Asks no Fuel."""
    from dashboard.clients.cloud_limits import CloudLimits
    from dashboard.hosts_app.fuel.additions import added_limits

    try:
        if cloud.origin == Cloud.Origin.FUEL:
            return _chosen_limits(cloud) or added_limits(cloud)
        return access_of(cloud).limits
    except PumphouseError:  # who moves the tenant hears of it
        return CloudLimits()


def connect(cloud: Cloud) -> "CloudSession":
    """Return a session on a cloud as its operator, without calling the cloud yet."""
    from dashboard.clients.openstack import CloudSession
    from dashboard.hosts_app.lent_role_rows import LentRoleRows

    return CloudSession(replace(access_of(cloud), lent_roles=LentRoleRows()))
