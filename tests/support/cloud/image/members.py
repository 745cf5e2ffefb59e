"""With which projects images are shared."""

from typing import TYPE_CHECKING

from tests.support.cloud.messages import Json, Refused, Request

if TYPE_CHECKING:
    from tests.support.cloud.image import Image


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
        """All members by image and project."""
        return self.service.cloud.rows("image/members")

    def of(self, image_id: str) -> dict[str, Json]:
        """Return the members of an image by their projects."""
        found: dict[str, Json] = self.rows.get(image_id, {})
        return found

    def index(self, request: Request) -> Json:
        """Answer with the members of an image that is shared."""
        image = self._shared(request, "list")
        return {"members": [*self.of(image["id"]).values()], "schema": "/v2/schemas/members"}

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
        project_id, now = request.body["member"], self.service.cloud.now()
        if project_id in self.of(image["id"]):
            raise Refused(409, f"Member {project_id} is duplicated for image {image['id']}")
        member = {
            **{"image_id": image["id"], "member_id": project_id, "status": "pending"},
            **{"created_at": now, "updated_at": now, "schema": "/v2/schemas/member"},
        }
        self.rows.setdefault(image["id"], {})[project_id] = member
        return member

    def update(self, request: Request) -> Json:
        """Accept or reject an image."""
        member = self._named(request)
        member["status"] = request.body["status"]
        return member

    def _named(self, request: Request) -> Json:
        image_id, project_id = request.ids
        if project_id not in self.of(image_id):
            raise Refused(404, f"{project_id} not found in the member list of image {image_id}.")
        found: Json = self.of(image_id)[project_id]
        return found

    def delete(self, request: Request) -> None:
        """Share an image with a project no more."""
        self._named(request)
        del self.rows[request.ids[0]][request.ids[1]]
