"""Glance of the stand-in: v1 and v2, of which ``versions`` in its state says what is there."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from typing_extensions import override

from tests.support.juno.api import JunoApi, route
from tests.support.juno.glance_rows import NOW, bytes_of, images_of, in_v2, sees
from tests.support.juno.messages import Caller, Json, Refused, Reply, Request
from tests.support.juno.recorded_answers import recordings
from tests.support.juno.rows import row_of, shown

BOTH = ("v2", "v1")
_CHOOSING = ("limit", "marker", "member_status", "visibility", "is_public")
_NUMBERS = ("min_disk", "min_ram", "size")
_META, _PROPERTY = "x-image-meta-", "x-image-meta-property-"


class GlanceApi(JunoApi):
    """What both versions do."""

    ports: ClassVar[tuple[str, ...]] = ("glance",)
    version: ClassVar[str] = ""

    @override
    def answer(self, request: Request) -> Reply | None:
        is_there = not self.version or self.version in self.state.get("versions", BOTH)
        return super().answer(request) if is_there else None

    @override
    def envelope(self, refused: Refused) -> Any:
        return f"{refused.status} {refused.kind}\n\n{refused.message}\n\n   "

    def seen(self, request: Request, image_id: str) -> Json:
        """Return an image that the caller sees."""
        row = row_of(images_of(self.cloud), image_id)
        if row is None or not sees(self.cloud, row, self.cloud.caller(request)):
            raise Refused(404, f"No image found with ID {image_id}", "Not Found")
        return row

    def change(self, request: Request, image_id: str, **changes: Any) -> Json:
        """Change an image."""
        row = self.seen(request, image_id)
        row.update(changes, updated_at=NOW)
        return row

    def remove(self, request: Request, image_id: str) -> None:
        """Delete an image that is not protected."""
        row = self.seen(request, image_id)
        if row["protected"]:
            words = {"v1": "Image is protected"}
            words["v2"] = f"Image {image_id} is protected and cannot be deleted."
            raise Refused(403, words[self.version], "Forbidden")
        self.state["images"].remove(row)


class GlanceVersions(GlanceApi):
    """The versions, which need no token."""

    name = "glance"

    @route("GET", "/", open_to_all=True)
    def versions(self, request: Request) -> Reply:
        """Return the versions that there are."""
        [recorded] = [each for each in recordings("glance") if each.path == "/"]
        there = tuple(self.state.get("versions", BOTH))
        versions = recorded.response["versions"]
        told = [each for each in versions if each["id"].startswith(there)]
        return Reply(300, self.cloud.with_addresses({"versions": told}))


class Glance1(GlanceApi):
    """Glance's API v1."""

    name = "glance"
    version = "v1"

    @route("GET", "/v1/images/detail")
    def images(self, request: Request) -> Json:
        """List public images; all for administrators who ask so."""
        caller, query = self.cloud.caller(request), request.query
        everybodys = caller.is_admin and query.get("is_public") == "none"
        rows = [each for each in images_of(self.cloud) if everybodys or _is_listed(each, caller)]
        wanted = [each for each in rows if _has_all(each, query)]
        return {"images": [shown(each) for each in _page(wanted, query)]}

    @route("HEAD", "/v1/images/{image_id}")
    def head(self, request: Request, image_id: str) -> Reply:
        """Return an image in headers."""
        row = shown(self.seen(request, image_id))
        told = {n: v for n, v in row.items() if n != "properties" and v is not None}
        if row["status"] == "queued":
            told.pop("size", None)
        headers = {f"X-Image-Meta-{n.capitalize()}": str(v) for n, v in told.items()}
        of_users = {
            f"X-Image-Meta-Property-{n.capitalize()}": str(v)
            for n, v in row["properties"].items()
            if v is not None
        }
        return Reply(200, None, {**headers, **of_users})

    @route("GET", "/v1/images/{image_id}")
    def data(self, request: Request, image_id: str) -> bytes | Reply:
        """Send the bytes of an image."""
        row = self.seen(request, image_id)
        if row["status"] != "active":
            raise Refused(404, f"Image {image_id} is not active", "Not Found")
        return Reply(200, bytes_of(self.cloud, row))

    @route("PUT", "/v1/images/{image_id}")
    def put(self, request: Request, image_id: str) -> Json:
        """Change an image; properties that are not sent are gone, unless that is forbidden."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        row = self.seen(request, image_id)
        sent = {n: v for n, v in headers.items() if n.startswith(_PROPERTY)}
        properties = {n.removeprefix(_PROPERTY): v for n, v in sent.items()}
        if headers.get("x-glance-registry-purge-props", "").lower() == "false":
            properties = {**row["properties"], **properties}
        changes = {
            n.removeprefix(_META): _value(n.removeprefix(_META), v)
            for n, v in headers.items()
            if n.startswith(_META) and n not in sent
        }
        return {"image": shown(self.change(request, image_id, **changes, properties=properties))}

    @route("DELETE", "/v1/images/{image_id}")
    def delete(self, request: Request, image_id: str) -> Reply:
        """Delete an image."""
        self.remove(request, image_id)
        return Reply(200)

    @route("GET", "/v1/images/{image_id}/members")
    def members(self, request: Request, image_id: str) -> Json:
        """List the members of an image."""
        self.seen(request, image_id)
        members = self.state["members"].get(image_id, ())
        return {
            "members": [{"member_id": each["member_id"], "can_share": False} for each in members]
        }


class Glance2(GlanceApi):
    """Glance's API v2, as of Juno."""

    name = "glance"
    version = "v2"

    @route("GET", "/v2/images")
    def images(self, request: Request) -> Json:
        """List the images that the caller sees, of all tenants for administrators."""
        caller, query = self.cloud.caller(request), request.query
        rows = [e for e in images_of(self.cloud) if caller.is_admin or _is_listed(e, caller)]
        wanted = [each for each in map(in_v2, rows) if _matches(each, query)]
        page = [*_page(wanted, query)]
        more = {"first": "/v2/images", "schema": "/v2/schemas/images"}
        if page and page[-1] is not wanted[-1]:
            chosen = {"marker": page[-1]["id"], **{n: v for n, v in query.items() if n != "marker"}}
            more["next"] = "/v2/images?" + "&".join(f"{n}={v}" for n, v in chosen.items())
        return {"images": page, **more}

    @route("GET", "/v2/images/{image_id}")
    def image(self, request: Request, image_id: str) -> Json:
        """Show an image."""
        return in_v2(self.seen(request, image_id))

    @route("GET", "/v2/images/{image_id}/file")
    def file(self, request: Request, image_id: str) -> Reply:
        """Send the bytes of an image, nothing of one that has none yet."""
        row = self.seen(request, image_id)
        return Reply(204) if row["status"] == "queued" else Reply(200, bytes_of(self.cloud, row))

    @route("PATCH", "/v2/images/{image_id}")
    def patch(self, request: Request, image_id: str) -> Json:
        """Change attributes and properties."""
        row = self.seen(request, image_id)
        for change in _patch_of(request):
            name = change["path"].lstrip("/")
            if name in row:
                row[name] = change["value"]
            elif change["op"] == "remove":
                row["properties"].pop(name, None)
            else:
                row["properties"][name] = change["value"]
        return in_v2(self.change(request, image_id))

    @route("DELETE", "/v2/images/{image_id}")
    def delete(self, request: Request, image_id: str) -> None:
        """Delete an image."""
        self.remove(request, image_id)

    @route("GET", "/v2/images/{image_id}/members")
    def members(self, request: Request, image_id: str) -> Json:
        """List the members of an image that is not public."""
        if self.seen(request, image_id)["is_public"]:
            raise Refused(403, "Public images do not have members.", "Forbidden")
        members = self.state["members"].get(image_id, [])
        return {"members": members, "schema": "/v2/schemas/members"}

    @route("GET", "/v2/schemas/image")
    def schema(self, request: Request) -> Json:
        """Show what images can have."""
        found: Json = self.state["schema"]
        return found


def _is_listed(image: Mapping[str, Any], caller: Caller) -> bool:
    return bool(image["is_public"] or image["owner"] == caller.tenant_id)


def _has_all(image: Mapping[str, Any], query: Mapping[str, str]) -> bool:
    """Return whether an image has what v1 is asked for; other names mean nothing to it."""
    begin = "property-"
    properties = {n.removeprefix(begin): v for n, v in query.items() if n.startswith(begin)}
    filters = ("name", "status", "owner", "disk_format", "container_format")
    return all(image[name] == query[name] for name in filters if name in query) and all(
        image["properties"].get(name) == value for name, value in properties.items()
    )


def _matches(image: Mapping[str, Any], query: Mapping[str, str]) -> bool:
    """Return whether an image has what v2 is asked for: unknown names are those of properties."""
    wanted = {name: value for name, value in query.items() if name not in _CHOOSING}
    is_visible = image["visibility"] == query.get("visibility", image["visibility"])
    return is_visible and all(str(image.get(name)) == value for name, value in wanted.items())


def _page(rows: list[Json], query: Mapping[str, str]) -> Iterable[Json]:
    ids, marker = [row["id"] for row in rows], query.get("marker")
    if marker and marker not in ids:
        raise Refused(400, f"Invalid marker. Image {marker} could not be found.", "Bad Request")
    rest = rows[ids.index(marker) + 1 :] if marker else rows
    return rest[: int(query.get("limit", 25))]


def _value(name: str, text: str) -> Any:
    if name in _NUMBERS:
        return int(text)
    return text.lower() == "true" if name in ("protected", "is_public") else text


def _patch_of(request: Request) -> list[Json]:
    found: list[Json] = json.loads(request.content)
    return found
