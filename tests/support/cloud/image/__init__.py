"""Glance: images with their bytes, members and tags."""

from typing import TYPE_CHECKING

from tests.support.cloud.image.images import Images
from tests.support.cloud.image.members import Members
from tests.support.cloud.messages import Json, Refused, Request
from tests.support.cloud.service import Service, title

if TYPE_CHECKING:
    from tests.support.cloud.memory import MemoryCloud

PAGE = 25


class Image(Service):
    """Glance's v2 API."""

    type = "image"
    name = "glance"
    without_marker = 400
    root = "image"
    prefix = "/v2"

    def __init__(self, cloud: "MemoryCloud") -> None:
        super().__init__(cloud)
        self.images = Images()
        cloud.add(self, self.images)
        self.members = Members(self)
        self.route("GET", "schemas/image", self.schema)

    def schema(self, request: Request) -> Json:
        """Answer with what images may be like, as far as it depends on the configuration."""
        formats = self.cloud.release.formats
        properties = {
            name: {"type": ["null", "string"], "enum": [None, *values]}
            for name, values in formats.items()
        }
        return {
            "name": "image",
            "additionalProperties": {"type": "string"},
            "properties": properties,
        }

    def envelope(self, refused: Refused) -> Json:
        """Return the body of an error: what webob makes a page of."""
        name = title(refused)
        message = f"{refused.message}<br /><br />\n\n\n"
        return {"code": f"{refused.status} {name}", "message": message, "title": name}

    def page(self, request: Request, key: str, rows: list[Json], *, id_: str = "id") -> Json:
        """Return one page; the link to the next one repeats the version of the API."""
        query = {**request.query, "limit": request.query.get("limit", [str(PAGE)])}
        limited = super().page(self.with_query(request, query), key, rows, id_=id_)
        links = limited.pop(f"{key}_links", [])
        following = [link["href"].removeprefix(f"{self.cloud.url}/image") for link in links]
        first = {"first": "/v2/images", "schema": "/v2/schemas/images"}
        return {**limited, **first, **({"next": following[0]} if following else {})}
