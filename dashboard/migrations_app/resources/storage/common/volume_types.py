"""What Cinder's answers tell of volume types."""

from collections.abc import Mapping
from typing import Any

from dashboard.clients.openstack import CloudSession, Json
from dashboard.migrations_app.resources.reader import TenantReader

_SERVICE = "block_storage"
_PUBLIC = ("is_public", "os-volume-type-access:is_public")


def type_named(reader: TenantReader, name: str) -> Json | None:
    """Return the volume type of that name or id, None for none."""
    named = [each for each in reader.volume_types if name in (each["name"], each["id"])]
    return named[0] if named and name else None


def private_id(type_: Mapping[str, Any] | None) -> str:
    """Return the id of a volume type if it is private, else ""; None is the default type."""
    if type_ is None or all(type_.get(name, True) for name in _PUBLIC):
        return ""
    return str(type_["id"])


def is_multiattach(type_: Mapping[str, Any] | None) -> bool:
    """Return whether volumes of a type can be attached to several servers at once.

    From Queens on only the type says so: Cinder takes no such flag of a new volume.
    """
    specs: Mapping[str, str] = (type_ or {}).get("extra_specs") or {}
    return specs.get("multiattach") == "<is> True"


def projects_with_access(cloud: CloudSession, type_id: str) -> set[str]:
    """Return the ids of the projects that may use a private volume type."""
    path = f"/types/{type_id}/os-volume-type-access"
    return {each["project_id"] for each in cloud.list(_SERVICE, path, "volume_type_access")}
