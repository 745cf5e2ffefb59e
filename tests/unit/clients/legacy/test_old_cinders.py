"""What an old Cinder answered is told as today's would tell it."""

from typing import Any

import pytest

from dashboard.clients.legacy.answers import Answer
from dashboard.clients.legacy.cinder_v1 import OldestCinder
from dashboard.clients.legacy.cinder_v2 import OldCinder
from tests.support.juno.replaying import ReplayedApi, found_with

IN_USE = "c6500417-90dd-4ac5-8bfe-cceefadc9ecc"
FROM_IMAGE = "070d0217-5949-49f6-8a7b-e9da39a2db10"
ALL = {"all_tenants": 1}
# what v1 tells of a volume and v2 does not, or the other way round
ONLY_V2 = {"consistencygroup_id", "replication_status", "user_id"}


@pytest.fixture
def old() -> ReplayedApi:
    return ReplayedApi("cinder", "v2")


@pytest.fixture
def oldest() -> ReplayedApi:
    return ReplayedApi("cinder", "v1")


@pytest.fixture
def v1(oldest: ReplayedApi) -> OldestCinder:
    return OldestCinder(catalogue(api=oldest))


@pytest.fixture
def v2(old: ReplayedApi) -> OldCinder:
    return OldCinder(found_with(adapter=old))


def catalogue(
    *types: str, api: Any = None, address: str = "http://juno.example/v1/t", version: Any = None
) -> Any:
    return found_with(
        **{"version": version, "catalogue_types": frozenset(types)},
        address=lambda type_: address if type_ in types else "",
        at=lambda _: api,
    )


def test_v2_is_told_from_v3():
    assert OldCinder.speaks(found_with(version=(2, 0)))
    assert not OldCinder.speaks(found_with(version=(3, 0)))
    assert not OldCinder.speaks(found_with(version=None))


@pytest.mark.parametrize(
    ("found", "is_v1"),
    [
        (catalogue("volume"), True),
        (catalogue("volume", "volumev2"), False),
        (catalogue("volumev3"), False),
        (catalogue("volume", version=(2, 0)), False),
        (catalogue("volume", address="http://juno.example/v2/t"), False),
        (catalogue(), False),
    ],
)
def test_v1_is_what_the_catalogue_has_and_nothing_newer_beside_it(found, is_v1):
    assert OldestCinder.speaks(found) is is_v1


def test_volumes_of_v1_are_those_of_v2(v1, v2):
    before = v2.get("/volumes/detail", params=ALL).json()["volumes"]
    after = v1.get("/volumes/detail", params=ALL).json()["volumes"]
    assert len(after) == len(before) > 3
    for one, other in zip(before, after, strict=True):
        told = {name: value for name, value in one.items() if name not in {*ONLY_V2, "links"}}
        assert other == told


def test_a_volume_without_a_type_has_none(v1):
    volume = v1.get(f"/volumes/{IN_USE}").json()["volume"]
    assert (volume["name"], volume["volume_type"]) == ("acme-dbdisk", None)
    assert "display_name" not in volume


def test_snapshots_of_v1_are_those_of_v2(v1, v2):
    before = v2.get("/snapshots/detail", params=ALL).json()["snapshots"]
    assert v1.get("/snapshots/detail", params=ALL).json()["snapshots"] == before
    assert {snapshot["name"] for snapshot in before} > {"acme-data-nightly"}


def test_a_name_is_asked_for_as_v1_calls_it(v1, oldest):
    oldest.answers["GET", "/volumes/detail"] = [Answer(200, {"volumes": []})]
    v1.get("/volumes/detail", params={"name": "a"})
    assert oldest.asked == [("GET", "/volumes/detail", {"display_name": "a"})]


@pytest.mark.parametrize("cinder", ["v1", "v2"])
def test_a_list_that_is_cut_without_a_link_is_read_to_its_end(cinder, request):
    translator = request.getfixturevalue(cinder)
    api: ReplayedApi = translator.old
    pages = [[{"id": "a"}, {"id": "b"}], [{"id": "c"}], []]
    path = "/snapshots/detail"
    api.answers["GET", path] = [Answer(200, {"snapshots": page}) for page in pages]
    found = translator.get(path, params=ALL).json()["snapshots"]
    assert [each["id"] for each in found] == ["a", "b", "c"]
    assert [query.get("offset") for _, _, query in api.asked] == [None, "2", "3"]


def test_what_is_made_is_named_as_v1_calls_it(v1, oldest):
    made = {"snapshot": {"id": "s", "display_name": "a", "display_description": None}}
    oldest.answers["POST", "/snapshots"] = [Answer(200, made)]
    wanted = {"volume_id": IN_USE, "force": True, "name": "a"}
    answer = v1.request("/snapshots", "POST", json={"snapshot": wanted})
    assert answer.json()["snapshot"] == {"id": "s", "name": "a", "description": None}
    sent = {"snapshot": {"volume_id": IN_USE, "force": True, "display_name": "a"}}
    assert oldest.asked == [("POST", "/snapshots", sent)]


def test_a_volume_is_uploaded_as_it_is(v1, oldest):
    path = f"/volumes/{IN_USE}/action"
    body = {"os-volume_upload_image": {"image_name": "a", "disk_format": "raw"}}
    oldest.answers["POST", path] = [Answer(202, {"os-volume_upload_image": {"image_id": "i"}})]
    assert v1.request(path, "POST", json=body).json()["os-volume_upload_image"]["image_id"] == "i"
    assert oldest.asked == [("POST", path, body)]


@pytest.mark.parametrize(
    ("path", "key"), [("/types", "volume_types"), ("/os-services", "services")]
)
def test_what_is_as_today_goes_through(v1, path, key):
    assert v1.get(path).json()[key]


def test_the_image_of_a_volume_keeps_its_properties(v2):
    volume = v2.get(f"/volumes/{FROM_IMAGE}").json()["volume"]
    assert volume["volume_image_metadata"]["os_distro"] == "ubuntu"
    assert volume["bootable"] == "true"
