"""Changes of images, which Glance takes as JSON patches."""

from dashboard.clients.openstack import CloudSession, Json

_PATCH = {"Content-Type": "application/openstack-images-v2.1-json-patch"}


def change_image(cloud: CloudSession, image_id: str, change: Json) -> None:
    """Apply one change to an image."""
    cloud.patch("image", f"/images/{image_id}", [change], headers=_PATCH)


def remove_property(cloud: CloudSession, image_id: str, name: str) -> None:
    """Remove a property of an image, if it has it: Glance answers 409 if not."""
    image = cloud.find("image", f"/images/{image_id}")
    if image and name in image:
        change_image(cloud, image_id, {"op": "remove", "path": f"/{name}"})
