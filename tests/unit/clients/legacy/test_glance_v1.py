"""What Glance's API v1 answered is told as v2 would tell it: the same cloud has answered both."""

from typing import Any

import pytest
from keystoneauth1.exceptions import ConnectFailure

from dashboard.clients.legacy.answers import Answer
from dashboard.clients.legacy.glance_v1 import OldGlance
from dashboard.errors import Retryable
from tests.support.juno.replaying import ReplayedApi, found_with

UBUNTU = "a30bdcd8-3456-4347-b546-aec3c691cc37"
OF_A_VOLUME = "aa6ff5c8-9bf8-431f-a3a1-c9592148dfdd"
QUEUED = "fd22a583-dc06-4615-9f1c-397921d85f9b"
GOLDEN = "a12204ef-52ab-46de-a80c-7c7702e6db98"
SNAPSHOT = "dd8bed90-4cd8-49ea-880d-2f4ece1cee82"
# v2 tells these beside, or as of another moment
NOT_V1 = {"self", "file", "schema", "tags", "updated_at"}
JUNO = [{"id": "v2.2"}, {"id": "v1.1"}, {"id": "v1.0"}]


class Listed(ReplayedApi):
    """Glance's v1, whose list ends after the page that was recorded."""

    def request(self, path: str, method: str, **options: Any) -> Any:
        """Answer a list with all images, or with none behind a marker."""
        if path != "/images/detail":
            return super().request(path, method, **options)
        query = options["params"]
        self.asked.append((method, path, query))
        if "marker" in query:
            return Answer(200, {"images": []})
        everything = {"is_public": "none"}
        return super().request(path, method, params=everything)


@pytest.fixture
def api() -> ReplayedApi:
    return Listed("glance", "v1")


@pytest.fixture
def glance(api: ReplayedApi) -> OldGlance:
    return OldGlance(found_with(address=lambda _: "http://juno.example:9292/", at=lambda _: api))


def v2_image(image_id: str) -> dict[str, Any]:
    found: dict[str, Any] = ReplayedApi("glance", "v2").request(f"/images/{image_id}", "GET").json()
    return found


@pytest.mark.parametrize("image_id", [UBUNTU, OF_A_VOLUME, QUEUED, GOLDEN, SNAPSHOT])
def test_an_image_is_told_as_v2_tells_it(glance, image_id):
    told = glance.get(f"/images/{image_id}").json()
    wanted = v2_image(image_id)
    assert {n: v for n, v in told.items() if n not in NOT_V1} == {
        name: value for name, value in wanted.items() if name not in NOT_V1
    }
    assert told["tags"] == wanted["tags"]


def test_all_images_of_all_projects_are_listed(glance, api):
    listed = ReplayedApi("glance", "v2").request("/images", "GET").json()["images"]
    found = glance.get("/images").json()["images"]
    assert {image["id"] for image in found} == {image["id"] for image in listed}
    assert api.asked[0][2]["is_public"] == "none"


def test_a_list_whose_last_image_was_deleted_meanwhile_passes(glance, api, monkeypatch):
    listed = api.request

    def forgotten(path: str, method: str, **options: Any) -> Any:
        if "marker" in (options.get("params") or ()):
            return Answer(400, {"message": "Invalid marker. Image could not be found."})
        return listed(path, method, **options)

    monkeypatch.setattr(api, "request", forgotten)
    with pytest.raises(Retryable, match="deleted in cloud"):
        glance.get("/images")


def test_images_are_asked_for_by_attribute_and_property_and_looked_at_again(glance, api):
    """v1 ignores what it does not know: without a second look it would be everything."""
    query = {"owner": "5900a9f21ccb4f45900ea62f904f58d8", "built_by": "alice"}
    found = glance.get("/images", params=query).json()["images"]
    assert [image["name"] for image in found] == ["acme-golden"]
    asked = api.asked[0][2]
    assert (asked["owner"], asked["property-built_by"]) == (query["owner"], "alice")


def test_no_image_is_hidden(glance, api):
    assert glance.get("/images", params={"os_hidden": "true"}).json() == {"images": []}
    assert api.asked == []


def test_names_of_properties_keep_their_case_and_texts_their_letters(glance, api):
    headers = {
        **{"X-Image-Meta-Id": "i", "X-Image-Meta-Name": "ä".encode().decode("latin-1")},
        **{"X-Image-Meta-Is_public": "False", "X-Image-Meta-Property-builtby": "me"},
    }
    api.answers["HEAD", "/images/i"] = [Answer(200, more_headers=headers)]
    assert glance.get("/images/i").json()["builtby"] == "me"
    assert api.asked[1][2]["name"] == "ä"


def test_a_deleted_image_is_gone(glance, api):
    headers = {"X-Image-Meta-Id": "i", "X-Image-Meta-Deleted": "True"}
    api.answers["HEAD", "/images/i"] = [Answer(200, more_headers=headers)]
    assert glance.get("/images/i").status_code == 404
    assert glance.get("/images/unknown").status_code == 404


def test_members_of_v1_use_an_image_without_accepting_it(glance):
    [member] = glance.get(f"/images/{GOLDEN}/members").json()["members"]
    assert (member["member_id"], member["status"], member["image_id"]) == (
        *("e153a1fdc817497b924b6105bff3f5ed", "accepted"),
        GOLDEN,
    )


def test_images_with_members_are_private_by_the_schema(glance):
    schema = glance.get("/schemas/image").json()["properties"]
    assert schema["visibility"]["enum"] == ["public", "private"]


def test_a_change_leaves_other_properties_as_they_are(glance, api):
    path = f"/images/{GOLDEN}"
    image = {"id": GOLDEN, "is_public": False, "properties": {"a": "1"}, "protected": False}
    api.answers["PUT", path] = [Answer(200, {"image": image})]
    sent: list[Any] = []
    api.request = _noting(api.request, sent)  # type: ignore[method-assign]
    change = {"op": "replace", "path": "/protected", "value": False}
    assert glance.request(path, "PATCH", json=[change]).json()["protected"] is False
    purge = {"x-glance-registry-purge-props": "false"}
    assert sent == [{**purge, "x-image-meta-protected": "False"}]


def _noting(beyond: Any, sent: list[Any]) -> Any:
    def request(path: str, method: str, **options: Any) -> Any:
        sent.append(options.get("headers"))
        return beyond(path, method, **options)

    return request


def test_bytes_are_read_as_they_are(glance, api):
    api.answers["GET", f"/images/{GOLDEN}"] = [Answer(200, "bytes")]
    assert glance.get(f"/images/{GOLDEN}/file", stream=True).text == '"bytes"'


class Versions:
    """A session that is told which versions there are, or nothing."""

    def __init__(self, versions: Any) -> None:
        self.versions = versions
        self.asked: list[str] = []

    def get(self, address: str, **options: Any) -> Answer:
        """Answer with the versions."""
        self.asked.append(address)
        if self.versions is None:
            raise ConnectFailure("refused")
        return Answer(300, {"versions": self.versions})


@pytest.mark.parametrize(
    ("versions", "version", "is_v1"),
    [(JUNO[1:], None, True), (JUNO, None, False), (None, None, False), (JUNO[1:], (2, 2), False)],
)
@pytest.mark.parametrize("address", ["http://juno.example:9292", "http://juno.example:9292/v1"])
def test_v1_is_used_where_glance_has_no_v2(versions, version, is_v1, address):
    session = Versions(versions)
    types = frozenset({"image"})
    found = found_with(
        version=version, catalogue_types=types, session=session, address=lambda _: address
    )
    assert OldGlance.speaks(found) is is_v1
    assert session.asked == ([] if version else ["http://juno.example:9292/"])
