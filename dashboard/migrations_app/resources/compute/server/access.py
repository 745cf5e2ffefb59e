"""Opens to the tenant what its server was made of, where that was there before or is another's.

A private flavor that the plan adopts is closed to the tenant, and so is an image of a project that
shares it with the tenant in the source.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from dashboard.clients.openstack import Json
from dashboard.errors import NeedsOperator
from dashboard.migrations_app.resources.compute.common import flavor_access
from dashboard.migrations_app.resources.flavor_sizes import PUBLIC
from dashboard.migrations_app.resources.storage.common.image_schema import FOR_EVERYBODY
from dashboard.migrations_app.resources.work import Work

# stage data: what the tenant could not use before
_FLAVOR, _IMAGE = "opened_flavor", "joined_image"


def grant_access(work: Work) -> None:
    """Grant the tenant access to the copy's flavor, and make it a member of the original's image.

    Raises ``NeedsOperator`` if the cloud refuses that.
    """
    _open_flavor(work)
    _join_image(work)


def revoke_access(work: Work) -> None:
    """Take back what ``grant_access`` gave."""
    if flavor_id := work.stage_data.get(_FLAVOR):
        flavor_access.revoke_access(work.destination, flavor_id, work.project_id)
        work.save(**{_FLAVOR: ""})
    if image_id := work.stage_data.get(_IMAGE):
        path = f"/images/{image_id}/members/{work.project_id}"
        work.destination.delete("image", path)
        work.save(**{_IMAGE: ""})


def access_leftovers(stage_data: Mapping[str, Any]) -> Iterable[str]:
    """Return in words what ``revoke_access`` will take back."""
    if flavor_id := stage_data.get(_FLAVOR):
        yield f"the tenant's access to flavor {flavor_id} revoked"
    if image_id := stage_data.get(_IMAGE):
        yield f"the tenant's membership of image {image_id} revoked"


def _open_flavor(work: Work) -> None:
    flavor_id = work.destination_id_of("flavor", work.record.fields["flavor_id"])
    flavor = work.destination.get("compute", f"/flavors/{flavor_id}", "flavor")
    if flavor[PUBLIC] or work.stage_data.get(_FLAVOR):
        return
    if work.project_id in flavor_access.projects_with_access(work.destination, flavor_id):
        return
    work.save(**{_FLAVOR: flavor_id})
    if not flavor_access.grant_access(work.destination, flavor_id, work.project_id):
        work.save(**{_FLAVOR: ""})


def _join_image(work: Work) -> None:
    image = _closed_image(work)
    if image is None:
        return
    path = f"/images/{image['id']}/members"
    listed = work.destination.list("image", path, "members")
    if work.project_id not in {each["member_id"] for each in listed}:
        work.save(**{_IMAGE: image["id"]})
        work.destination.post("image", path, {"member": work.project_id})
    if work.stage_data.get(_IMAGE):
        accepted = {"status": "accepted"}
        work.destination.put("image", f"{path}/{work.project_id}", accepted)


def _closed_image(work: Work) -> Json | None:
    """Return the image of another project that the source's server was booted from, if it moved."""
    try:
        image_id = work.destination_id_of("image", work.record.fields["image"])
    except NeedsOperator:
        return None
    image = work.destination.find("image", f"/images/{image_id}")
    if not image or image["visibility"] in FOR_EVERYBODY or image["owner"] == work.project_id:
        return None
    return image
