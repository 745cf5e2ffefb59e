"""With which projects images are shared."""

from typing import TYPE_CHECKING

from tests.support.cloud.messages import Json, Refused, Request

if TYPE_CHECKING:
    from tests.support.cloud.image import Image

_STATUSES = ("pending", "accepted", "rejected")


class Members:
    """The members of images."""

    def __init__(self, service: "Image") -> None:
        self.service = service
        service.route("GET", "images/{}/members", self.index)
        service.route("POST", "images/{}/members", self.create)
        service.route("PUT", "images/{}/members/{}", self.update)
        service.route("DELETE", "images/{}/members/{}", self.delete)

    @property
    def rows(self) -> dict[str, Json]:
        """All members by the ids of their images and projects."""
        return self.service.cloud.rows("image/members")

    def of(self, image_id: str) -> dict[str, Json]:
        """Return the members of an image by their projects."""
        members = (row for row in self.rows.values() if row["image_id"] == image_id)
        return {row["member_id"]: row for row in members}

    def forget(self, image_id: str) -> None:
        """Take away the members of an image that is deleted."""
        for row in self.of(image_id).values():
            del self.rows[row["id"]]

    def _view(self, row: Json) -> Json:
        return {name: value for name, value in row.items() if name != "id"}

    def index(self, request: Request) -> Json:
        """Answer with the members of an image that is shared."""
        image = self._shared(request, "list")
        return {
            "members": [*map(self._view, self.of(image["id"]).values())],
            "schema": "/v2/schemas/members",
        }

    def _shared(self, request: Request, verb: str) -> Json:
        image = self.service.images.seen(request)
        if image["visibility"] != "shared":
            recent = self.service.cloud.release.is_from("2023.1")
            begin = (
                f"Not allowed to {verb} members for image {image['id']}"
                if recent
                else f"Error fetching members of image {image['id']}"
            )
            raise Refused(403, f"{begin}: Only shared images have members.")
        return image

    def create(self, request: Request) -> Json:
        """Share an image with a project, which then has to accept it."""
        image = self._shared(request, "create")
        self.service.images.owned(request)
        project_id, now = request.body["member"], self.service.cloud.now()
        if project_id in self.of(image["id"]):
            raise Refused(409, f"Member {project_id} is duplicated for image {image['id']}")
        key = f"{image['id']}:{project_id}"
        member = {
            **{"id": key, "image_id": image["id"], "member_id": project_id, "status": "pending"},
            **{"created_at": now, "updated_at": now, "schema": "/v2/schemas/member"},
        }
        self.rows[key] = member
        return self._view(member)

    def update(self, request: Request) -> Json:
        """Accept or reject an image, as the member or as an administrator."""
        member, asker = self._named(request), request.asker
        if not (asker.is_admin or asker.project_id == member["member_id"]):
            raise Refused(403, "You are not permitted to modify 'status' on this image member.")
        if (status := request.body["status"]) not in _STATUSES:
            raise Refused(400, f"Invalid status value: {status}")
        member["status"] = status
        return self._view(member)

    def _named(self, request: Request) -> Json:
        image_id, project_id = request.ids
        if project_id not in self.of(image_id):
            raise Refused(404, f"{project_id} not found in the member list of image {image_id}.")
        found: Json = self.of(image_id)[project_id]
        return found

    def delete(self, request: Request) -> None:
        """Share an image with a project no more."""
        self.service.images.owned(request)
        del self.rows[self._named(request)["id"]]
