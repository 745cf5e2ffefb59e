"""The known clouds, where their credentials are, and sessions on them.

Clients are imported when a cloud is first called, since a list of clouds does without them.
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
    clouds = [_register(path, section, access) for section, access in found.items()]
    gone = Q(origin=Cloud.Origin.FILE, location=str(path)) & ~Q(section__in=found)
    Cloud.objects.filter(gone).update(
        state=Cloud.State.VANISHED, explanation=f"It is no longer in {path}."
    )
    return clouds


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


def cloud_named(name: str) -> Cloud:
    """Return the cloud of that name. Raises ``NotFound`` that lists all clouds."""
    try:
        return Cloud.objects.get(name=name)
    except Cloud.DoesNotExist:
        known = ", ".join(Cloud.objects.values_list("name", flat=True)) or "none yet"
        raise NotFound(
            f"There is no cloud named {name!r}.", fix=f"Known clouds: {known}."
        ) from None


def access_of(cloud: Cloud) -> "CloudAccess":
    """Read a cloud's credentials from where they are, now. They are never stored.

    Raises ``BadInput`` if the file or the section is gone, and as ``access_in_fuel``.
    """
    from dashboard.clients.cloud_files import read_cloud
    from dashboard.hosts_app.fuel.masters import access_in_fuel

    if cloud.origin == Cloud.Origin.FUEL:
        return access_in_fuel(cloud)
    return read_cloud(Path(cloud.location), cloud.section)


def connect(cloud: Cloud) -> "CloudSession":
    """Return a session on a cloud as its operator, without calling the cloud yet."""
    from dashboard.clients.openstack import CloudSession

    return CloudSession(access_of(cloud))
