"""Services are found in one region, and asked for microversions that they have."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from dashboard.clients.cloud_access import ServiceOptions
from dashboard.errors import NeedsOperator, Retryable
from tests.support.catalogues import PROJECT, CataloguedCloud, answering, response

COMPUTE = "http://cloud.test/compute/v2.1"
NOVA = {
    "version": {
        "id": "v2.1",
        "status": "CURRENT",
        "version": "2.60",
        "min_version": "2.1",
        "links": [{"rel": "self", "href": "http://public.cloud.test/compute/v2.1/"}],
    }
}
OLD_NOVA = {
    "version": {
        "id": "v2.0",
        "status": "CURRENT",
        "links": [{"rel": "self", "href": "http://public.cloud.test/compute/v2/"}],
    }
}
GATEWAY = (200, "<html>Please log in</html>")


@pytest.fixture
def cloud() -> Iterator[CataloguedCloud]:
    with answering(CataloguedCloud([("compute", "one", COMPUTE)])) as cloud:
        yield cloud


def last_microversion(cloud: CataloguedCloud) -> str | None:
    return cloud.asked[-1].headers.get("OpenStack-API-Version")


def test_the_newest_microversion_is_asked_for_where_the_wanted_is_newer(cloud):
    cloud.replies = {"/compute/v2.1": (200, NOVA), "/compute/v2.1/servers": (200, {"servers": []})}
    session = cloud.session()
    assert session.newest_microversion("compute") == (2, 60)
    assert session.supports("compute", "2.60")
    assert not session.supports("compute", "2.61")
    microversion = session.at_most("compute", "2.96")
    assert [*session.list("compute", "/servers", "servers", microversion=microversion)] == []
    assert last_microversion(cloud) == "compute 2.60"
    assert session.at_most("compute", "2.9") == "2.9"


def test_the_catalogue_is_searched_once_and_no_netrc_is_sent(cloud, tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine cloud.test login somebody password of-somebody")
    monkeypatch.setenv("NETRC", str(netrc))
    cloud.replies = {"/compute/v2.1": (200, NOVA), "/compute/v2.1/servers": (200, {"servers": []})}
    session = cloud.session()
    assert session.get("compute", "/servers") == {"servers": []}
    monkeypatch.setattr(session.session.auth, "get_endpoint", None)
    assert session.get("compute", "/servers") == {"servers": []}
    assert not any("Authorization" in request.headers for request in cloud.asked)


def test_a_service_without_microversions_is_asked_for_none(cloud):
    cloud.endpoints = [("compute", "one", f"http://cloud.test/compute/v2/{PROJECT}")]
    path = f"/compute/v2/{PROJECT}"
    cloud.replies = {"/compute/v2/": (200, OLD_NOVA), f"{path}/servers": (200, {"servers": []})}
    session = cloud.session()
    assert session.newest_microversion("compute") == (0, 0)
    assert not session.supports("compute", "2.1")
    microversion = session.at_most("compute", "2.96")
    assert [*session.list("compute", "/servers", "servers", microversion=microversion)] == []
    assert last_microversion(cloud) is None
    assert f"{path}/limits" not in cloud.paths()


def test_a_service_whose_version_document_cannot_be_read_says_its_newest_in_an_answer(cloud):
    def limits(request: requests.PreparedRequest) -> requests.Response:
        assert request.headers["OpenStack-API-Version"] == "compute latest"
        return response(request, 200, {}, {"OpenStack-API-Version": "compute 2.96"})

    cloud.replies = {
        "/compute/v2.1": GATEWAY,
        "/compute": GATEWAY,
        "/": GATEWAY,
        "/compute/v2.1/limits": limits,
    }
    session = cloud.session()
    assert session.at_most("compute", "2.53") == "2.53"
    assert session.newest_microversion("compute") == (2, 96)
    assert cloud.paths().count("/compute/v2.1/limits") == 1


@pytest.mark.parametrize("limits", [(404, {}), GATEWAY, (200, {})])
def test_where_no_answer_says_it_either_no_microversion_is_asked_for(cloud, limits):
    cloud.replies = {"/compute/v2.1/limits": limits, "/compute/v2.1/servers": (200, {})}
    assert cloud.session().at_most("compute", "2.53") == ""


def test_a_service_that_is_down_does_not_pass_for_one_without_microversions(cloud):
    cloud.replies = {"/compute/v2.1": (503, {}), "/compute/v2.1/limits": (503, {})}
    session = cloud.session()
    with pytest.raises(Retryable):
        session.supports("compute", "2.53")
    cloud.replies = {"/compute/v2.1": (200, NOVA)}
    assert session.supports("compute", "2.53"), "the failure was not remembered"


def regions(*services: tuple[str, str]) -> list[tuple[str, str, str]]:
    return [(type_, region, f"http://{region}.cloud.test/{type_}/v3") for type_, region in services]


BOTH = regions(
    *(("compute", "east"), ("compute", "west")),
    *(("network", "west"), ("network", "east")),
    *(("image", "west"), ("image", "east")),
)


def test_a_cloud_with_several_regions_needs_one_to_be_chosen(cloud):
    cloud.endpoints = BOTH
    with pytest.raises(NeedsOperator, match=r"has several regions: east, west\.") as raised:
        cloud.session().endpoint("network")
    assert "region_name" in raised.value.fix


def test_every_service_is_asked_in_the_chosen_region(cloud):
    cloud.endpoints = BOTH
    session = cloud.session(region_name="east")
    assert session.endpoint("network") == "http://east.public.cloud.test/network/v3/v2.0"


def test_a_service_that_the_chosen_region_lacks_is_not_taken_from_another(cloud):
    cloud.endpoints = regions(("compute", "east"), ("network", "west"))
    with pytest.raises(NeedsOperator, match="in east region not found"):
        cloud.session(region_name="east").endpoint("network")


def test_services_that_are_in_different_regions_are_not_mixed(cloud):
    cloud.endpoints = regions(("compute", "east"), ("network", "west"))
    with pytest.raises(NeedsOperator, match="several regions: east, west"):
        cloud.session().endpoint("network")


@pytest.mark.parametrize(
    ("identity", "taken"), [(["west", "east"], "east"), (["global"], "global")]
)
def test_keystone_may_be_in_a_region_of_its_own(cloud, identity, taken):
    cloud.endpoints = regions(("compute", "east"), *(("identity", each) for each in identity))
    assert cloud.session().endpoint("identity").startswith(f"http://{taken}.")


def test_the_interface_is_that_of_the_configuration(cloud):
    cloud.endpoints = [("network", "one", "http://cloud.test/network/v2.0/")]
    session = cloud.session(interface="internal")
    assert session.endpoint("network") == "http://internal.cloud.test/network/v2.0"


def test_placement_of_queens_is_reached_though_its_versions_have_no_status(cloud):
    bare = {"versions": [{"id": "v1.0", "min_version": "1.0", "max_version": "1.17"}]}
    cloud.endpoints = [("placement", "one", "http://cloud.test/placement")]
    cloud.replies = {
        "/placement": (200, bare),
        "/placement/resource_providers": (200, {"resource_providers": [{"uuid": "a"}]}),
    }
    path, key = "/resource_providers", "resource_providers"
    assert [*cloud.session().list("placement", path, key)] == [{"uuid": "a"}]


def cinder(major: int) -> tuple[int, dict[str, Any]]:
    link = {"rel": "self", "href": f"http://public.cloud.test/volume/v{major}/"}
    return 200, {"versions": [{"id": f"v{major}.0", "status": "CURRENT", "links": [link]}]}


def test_a_cinder_that_has_only_its_second_version_is_asked_there(cloud):
    url = f"http://cloud.test/volume/v2/{PROJECT}"
    cloud.endpoints = [("volumev2", "one", url)]
    cloud.replies = {"/volume/v2/": cinder(2), "/volume/": (300, cinder(2)[1])}
    found = cloud.session().endpoint("block_storage")
    assert found.rstrip("/") == f"http://public.cloud.test/volume/v2/{PROJECT}"


def of_service(service: str, **options: Any) -> dict[str, ServiceOptions]:
    return {service: ServiceOptions(**options)}


def test_an_address_of_the_configuration_goes_before_the_catalogue(cloud):
    override = "http://other.test/compute"
    link = {"rel": "self", "href": f"{override}/v2.1/"}
    nova = {"id": "v2.1", "status": "CURRENT", "version": "2.79", "min_version": "2.1"}
    version = {**nova, "links": [link]}
    cloud.replies = {
        "/compute": (200, {"versions": [version]}),
        "/compute/v2.1/": (200, {"version": version}),
    }
    session = cloud.session(services=of_service("compute", endpoint_override=override))
    assert session.endpoint("compute") == f"{override}/v2.1/"
    assert session.newest_microversion("compute") == (2, 79)


def test_an_address_that_shows_no_versions_is_used_as_it_is(cloud):
    override = "http://other.test/image/v2"
    cloud.replies = {"/image/v2/images": (200, {"images": [{"id": "i1"}]})}
    session = cloud.session(services=of_service("image", endpoint_override=override))
    assert [*session.list("image", "/images", "images")] == [{"id": "i1"}]
    assert str(cloud.asked[-1].url) == f"{override}/images"


def test_a_service_is_found_by_the_type_and_name_of_the_configuration(cloud):
    cloud.endpoints = [("network", "one", COMPUTE), ("our-network", "one", "http://our.test/net")]
    services = of_service("network", service_type="our-network", service_name="our-network")
    assert cloud.session(services=services).endpoint("network") == "http://our.test/net/v2.0"


def test_a_service_has_an_interface_of_its_own(cloud):
    cloud.endpoints = [("network", "one", "http://cloud.test/network")]
    services = of_service("network", interface=["admin", "internal"])
    found = cloud.session(services=services).endpoint("network")
    assert found == "http://internal.cloud.test/network/v2.0"


def test_the_version_of_the_configuration_is_asked_for(cloud):
    root = "http://cloud.test/volume"
    cloud.endpoints = [("volumev3", "one", f"{root}/v3"), ("volumev2", "one", f"{root}/v2")]
    both = [{**cinder(2)[1]["versions"][0]}, {**cinder(3)[1]["versions"][0]}]
    cloud.replies = {"/volume/": (300, {"versions": both})}
    session = cloud.session(services=of_service("block_storage", version="2"))
    assert session.endpoint("block_storage") == "http://public.cloud.test/volume/v2/"


def test_only_reads_are_repeated_as_often_as_the_configuration_says(cloud):
    answers = []

    def busy(request: requests.PreparedRequest) -> requests.Response:
        answers.append(request.method)
        return response(request, 503, {})

    cloud.replies = {"/compute/v2.1": (200, NOVA), "/compute/v2.1/servers": busy}
    retries = {"status_code_retries": 4, "status_code_retry_delay": 0.001}
    session = cloud.session(services=of_service("compute", retries=retries))
    with pytest.raises(Retryable):
        session.call("GET", "compute", "/servers")
    with pytest.raises(Retryable):
        session.post("compute", "/servers")
    assert answers == ["GET"] * 5 + ["POST"]


def test_a_client_does_not_import_the_connection_of_openstacksdk():
    script = "import sys, dashboard.clients.openstack; print('openstack' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"
