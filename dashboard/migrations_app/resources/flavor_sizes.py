"""What a flavor gives a server, also where the server still runs with one that is not there.

From microversion 2.47 on a server tells its flavor with the name, sizes and extra specs that it was
booted with, not by an id. The flavor may have been deleted since, or made again with other sizes.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from dashboard.clients.openstack import CloudSession, Json

EPHEMERAL = "OS-FLV-EXT-DATA:ephemeral"
PUBLIC = "os-flavor-access:is_public"
DELETED = "was_deleted"
"""In a flavor's fields: true for one that is only known from the servers that run with it."""
DISK = "disk"
"""In the resolution of a flavor that is not created: the size of the disk that it has there."""
SIZES = ("vcpus", "ram", "disk", "swap", "ephemeral")
"""What a flavor gives a server, by the names by which servers tell it."""
# the one size that flavors themselves call otherwise
_NAMES = {"ephemeral": EPHEMERAL}


# the newest microversion of Queens is 2.60
_ROCKY = "2.61"


def admins_boot_zero_disks(cloud: CloudSession) -> bool:
    """Return whether Nova lets only administrators boot from images on flavors without a disk.

    That is the default of os_compute_api:servers:create:zero_disk_flavor, from Rocky on.
    """
    return cloud.supports("compute", _ROCKY)


def sizes_of(flavor: Mapping[str, Any]) -> dict[str, int]:
    """Return the sizes that a flavor tells, or a server of its flavor.

    No swap is "" or 0, depending on the microversion. Before 2.47 servers tell no sizes.
    """
    found = {name: flavor.get(name, flavor.get(_NAMES.get(name, ""))) for name in SIZES}
    return {name: int(size or 0) for name, size in found.items() if size is not None}


def extra_specs_of(cloud: CloudSession, flavor: Json) -> Json:
    """Return a flavor's extra specs; before microversion 2.61 the list does not have them."""
    if "extra_specs" in flavor:
        return dict(flavor["extra_specs"])
    found = cloud.get("compute", f"/flavors/{flavor['id']}/os-extra_specs", "extra_specs")
    return dict(found)


def is_told(embedded: Json) -> bool:
    """Return whether a server tells the sizes of its flavor."""
    return "vcpus" in embedded


def deleted_flavor(embedded: Json) -> Json:
    """Return the flavor that a server tells of, as flavors are listed; its id is made of it all.

    Who may use it is not known: it is private.
    """
    name = embedded.get("original_name") or ""
    sizes = {size: sizes_of(embedded).get(size, 0) for size in SIZES}
    listed = {_NAMES.get(size, size): value for size, value in sizes.items()}
    specs = embedded.get("extra_specs") or {}
    identity = json.dumps([name, sizes, specs], sort_keys=True)
    return {
        "id": str(uuid5(NAMESPACE_OID, identity)),
        "name": name,
        **listed,
        # as lists tell it before 2.75, in which microversion they are read
        "swap": sizes["swap"] or "",
        PUBLIC: False,
        "extra_specs": specs,
        DELETED: True,
    }


def listed_flavor(embedded: Json, flavors: Iterable[Json]) -> Json | None:
    """Return the flavor that a server runs with if it is listed, by its id or name and sizes."""
    for flavor in flavors:
        if flavor["id"] == embedded.get("id"):
            return flavor
        is_named = flavor["name"] == embedded.get("original_name")
        if is_named and sizes_of(flavor) == {**sizes_of(flavor), **sizes_of(embedded)}:
            return flavor
    return None
