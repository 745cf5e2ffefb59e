"""Glance's API v1, where v2 is absent: ``/v1/images``, seen as v2.

Lists are JSON; a single image is told in headers, where the names of properties lose their case, so
that its properties are taken from the list. Every image has MD5 as its only hash.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from keystoneauth1.adapter import Adapter
from keystoneauth1.exceptions import ClientException
from typing_extensions import override

from dashboard.clients.legacy.answers import Answer, OldApiRefusedError, refused
from dashboard.clients.legacy.found import Found
from dashboard.clients.legacy.glance_v1_images import (
    image_of_headers,
    old_headers,
    old_query,
    todays_image,
)
from dashboard.clients.legacy.paging import by_marker
from dashboard.clients.legacy.translator import Call, Json, Translator, route

_PAGE = 500
_EVERYBODYS = {"is_public": "none"}
_version = re.compile(r"/v\d[\d.]*$")
# what v2 tells of images in its schema and v1 has, too
SCHEMA: Json = {"visibility": {"enum": ["public", "private"]}, "protected": {"type": "boolean"}}


class OldGlance(Translator):
    """Glance's API v1."""

    name = "Glance's API v1"
    service = "image"

    @classmethod
    @override
    def speaks(cls, found: Found) -> bool:
        """Return whether Glance names v1 and no v2 among its versions. Asked only without v2."""
        if found.version is not None or "image" not in found.catalogue_types:
            return False
        versions = {*_versions(found)}
        return any(each.startswith("v1") for each in versions) and not any(
            each.startswith("v2") for each in versions
        )

    @override
    def connect(self, found: Found) -> Adapter:
        return found.at(f"{_root(found)}/v1")

    @route("GET", "/images")
    def images(self, call: Call) -> Json:
        """Return all images, of all projects, that have the attributes and properties asked for."""
        # v1 hides nothing, and would take it for a property
        if call.query.get("os_hidden") == "true":
            return {"images": []}
        found = [todays_image(each) for each in self._listed(old_query(call.query))]
        return {"images": [image for image in found if _is_wanted(image, call.query)]}

    def _listed(self, query: Mapping[str, str]) -> list[Json]:
        """Return the images of all pages, which are not linked."""
        asked = {**_EVERYBODYS, "limit": _PAGE, **query}
        return by_marker(self, "/images/detail", "images", asked)

    @route("GET", "/images/{image_id}")
    def image(self, call: Call, image_id: str) -> Json:
        """Return one image; one that was deleted, which v1 shows to administrators, is gone."""
        answer = self.old.request(f"/images/{image_id}", "HEAD", raise_exc=False)
        if answer.status_code >= 400:
            raise OldApiRefusedError(refused(answer.status_code, f"Image {image_id} is not there."))
        told = image_of_headers(answer.headers)
        if told["deleted"]:
            raise OldApiRefusedError(refused(404, f"Image {image_id} was deleted."))
        if told["properties"]:
            named = self._listed({"name": told["name"]})
            told = next((each for each in named if each["id"] == image_id), told)
        return todays_image(told)

    @route("GET", "/images/{image_id}/file")
    def file(self, call: Call, image_id: str) -> Any:
        """Return the bytes of an image."""
        return self.pass_on(call, f"/images/{image_id}")

    @route("PATCH", "/images/{image_id}")
    def patch(self, call: Call, image_id: str) -> Json:
        """Change attributes of an image, and leave its other properties as they are."""
        headers = old_headers(call.body)
        answer = self.old.request(f"/images/{image_id}", "PUT", headers=headers, raise_exc=False)
        if answer.status_code >= 400:
            raise OldApiRefusedError(answer)
        return todays_image(answer.json()["image"])

    @route("DELETE", "/images/{image_id}")
    def delete(self, call: Call, image_id: str) -> Any:
        """Delete an image."""
        return self.pass_on(call)

    @route("GET", "/images/{image_id}/members")
    def members(self, call: Call, image_id: str) -> Json:
        """Return the projects that an image is shared with: each uses it without accepting it."""
        found = self.ask("GET", call.path)["members"]
        told = {"status": "accepted", "image_id": image_id}
        return {"members": [{**told, "member_id": each["member_id"]} for each in found]}

    @route("GET", "/schemas/image")
    def schema(self, call: Call) -> Answer:
        """Return what images can have, as far as v1 knows it."""
        return Answer(200, {"name": "image", "properties": SCHEMA})


def _root(found: Found) -> str:
    """Return the address of Glance itself, below which its versions are."""
    parts = urlsplit(found.address("image"))
    path = _version.sub("", parts.path.rstrip("/"))
    return urlunsplit((parts.scheme, parts.netloc, path, "", "")).rstrip("/")


def _versions(found: Found) -> Iterator[str]:
    """Yield the ids of the versions that Glance has; none where it does not answer."""
    try:
        answer = found.session.get(f"{_root(found)}/", authenticated=False, raise_exc=False)
        versions = answer.json()["versions"]
    except (ClientException, ValueError, KeyError, TypeError):
        return
    yield from (str(each["id"]) for each in versions)


def _is_wanted(image: Json, query: Mapping[str, str]) -> bool:
    """Return whether an image has what was asked for: v1 ignores what it does not know."""
    chosen = {"limit", "marker", "sort_key", "sort_dir", "os_hidden", "member_status"}
    wanted = {name: value for name, value in query.items() if name not in chosen}
    return all(str(image.get(name, "")) == value for name, value in wanted.items())
