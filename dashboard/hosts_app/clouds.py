"""Which clouds there are, where their credentials are, and how to reach them.

The clients are imported for the first cloud that is reached: a list of clouds does without.
"""

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Q

from dashboard.errors import NotFound
from dashboard.hosts_app.fuel.cloud_names import free_name
from dashboard.hosts_app.models import Cloud

if TYPE_CHECKING:
    from dashboard.clients.cloud_access import CloudAccess
    from dashboard.clients.openstack import CloudSession


def register_configured_clouds() -> list[Cloud]:
    """Register the clouds of the file that PUMPHOUSE_CONFIG names; [] when it names none."""
    if not settings.PUMPHOUSE_CONFIG:
        return []
    return register_clouds(Path(settings.PUMPHOUSE_CONFIG))


def register_clouds(path: Path) -> list[Cloud]:
    """Make the rows of the clouds in a config.yaml or clouds.yaml the same as the file.

    A cloud that was in this file and is not any more is marked vanished: plans still name it.
    Raises ``BadInput`` with file, key and line for what is wrong in the file.
    """
    from dashboard.clients.cloud_files import read_clouds

    path = path.absolute()
    found = read_clouds(path)
    clouds = [_register(path, section, access) for section, access in found.items()]
    gone = Q(origin=Cloud.Origin.FILE, location=str(path)) & ~Q(section__in=found)
    Cloud.objects.filter(gone).update(
        state=Cloud.State.VANISHED, explanation=f"It is no longer in {path}."
    )
    return clouds


def _register(path: Path, section: str, access: "CloudAccess") -> Cloud:
    _make_way(section, access)
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


def _make_way(name: str, access: "CloudAccess") -> None:
    """Rename another cloud that Fuel gave this name: in a file the operator wrote it himself."""
    for cloud in Cloud.objects.filter(name=name, origin=Cloud.Origin.FUEL):
        if urlsplit(cloud.auth_url).netloc != urlsplit(access.auth.get("auth_url", "")).netloc:
            cloud.name = free_name(name)
            cloud.save(update_fields=["name"])


def cloud_named(name: str) -> Cloud:
    """Return the cloud of that name. Raises ``NotFound`` that lists those there are."""
    try:
        return Cloud.objects.get(name=name)
    except Cloud.DoesNotExist:
        known = ", ".join(Cloud.objects.values_list("name", flat=True)) or "none yet"
        raise NotFound(
            f"There is no cloud named {name!r}.", fix=f"Known clouds: {known}."
        ) from None


def access_of(cloud: Cloud) -> "CloudAccess":
    """Read a cloud's credentials from where they are, now. They are never stored.

    Raises ``BadInput`` when the file or the section has gone, and as ``access_in_fuel``.
    """
    from dashboard.clients.cloud_files import read_cloud
    from dashboard.hosts_app.fuel.masters import access_in_fuel

    if cloud.origin == Cloud.Origin.FUEL:
        return access_in_fuel(cloud)
    return read_cloud(Path(cloud.location), cloud.section)


def connect(cloud: Cloud) -> "CloudSession":
    """Return a connection to a cloud as its operator; nothing is asked of the cloud yet."""
    from dashboard.clients.openstack import CloudSession

    return CloudSession(access_of(cloud))
