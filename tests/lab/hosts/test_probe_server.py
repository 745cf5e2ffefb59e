"""A small server is booted on exactly one host of a real cloud, and nothing of it stays."""

from collections.abc import Iterator
from typing import Any

import pytest

from dashboard.clients.openstack import CloudSession
from dashboard.clients.polling import poll_until
from dashboard.clients.service_adapters import ServiceAdapters
from dashboard.errors import Cancelled, NeedsOperator
from dashboard.hosts_app.clouds import connect
from dashboard.hosts_app.compute.nova import (
    compute_service,
    disable_service,
    enable_service,
    host_of,
)
from dashboard.hosts_app.models import Cloud
from dashboard.hosts_app.reassignment.probe_server import MARKER, boot_probe

HOSTS = {"src": "src-c2", "dst": "dst-c3"}
HOST = HOSTS["dst"]
NAME = f"pumphouse-probe-{HOST}"


@pytest.fixture
def image(destination: CloudSession) -> Iterator[str]:
    """Return the smallest image that everybody may use."""
    body = {
        "name": "probe-test",
        "disk_format": "raw",
        "container_format": "bare",
        "visibility": "public",
    }
    id_ = destination.post("image", "/images", body)["id"]
    destination.upload(f"/images/{id_}/file", b"\0")
    yield id_
    destination.delete("image", f"/images/{id_}")


@pytest.fixture
def disabled(destination: CloudSession) -> Iterator[None]:
    """Keep the scheduler from choosing the host."""
    disable_service(destination, compute_service(destination, HOST), reason="test")
    yield
    enable_service(destination, compute_service(destination, HOST))


def logged(lines: list[str]) -> Any:
    return lambda message, **_: lines.append(message)


def boot(cloud: CloudSession, host: str = HOST, **options: Any) -> list[str]:
    lines: list[str] = []
    boot_probe(cloud, host, **{"log": logged(lines), "check": lambda: None, **options})
    return lines


def booted(cloud: CloudSession, host: str) -> list[dict[str, Any]]:
    """Return the probe servers of a host that have been deleted, newest first."""
    query = {"deleted": "true", "all_tenants": 1, "name": f"pumphouse-probe-{host}"}
    return list(cloud.list("compute", "/servers/detail", "servers", **query))


def left_of(cloud: CloudSession, name: str) -> list[str]:
    found = [
        *cloud.list("compute", "/servers", "servers", all_tenants=1),
        *cloud.list("compute", "/flavors", "flavors", is_public="None"),
        *cloud.list("image", "/images", "images"),
    ]
    return [thing["id"] for thing in found if thing["name"] == name]


@pytest.mark.parametrize("cloud", ["src", "dst"])
def test_a_server_boots_on_that_host_and_nothing_of_it_stays(
    clouds: dict[str, Cloud], cloud: str
) -> None:
    connection, host = connect(clouds[cloud]), HOSTS[cloud]
    before = len(booted(connection, host))
    assert boot(connection, host) == [f"Booted a server on {host} and deleted it."]
    after = booted(connection, host)
    assert len(after) == before + 1
    assert host_of(after[0]) == host
    assert left_of(connection, f"pumphouse-probe-{host}") == []


@pytest.mark.parametrize("newest", [pytest.param((2, 1), marks=pytest.mark.matrix), (2, 37)])
def test_an_older_nova_is_told_the_host_by_its_availability_zone(
    clouds: dict[str, Cloud], newest: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = connect(clouds["dst"])
    monkeypatch.setattr(ServiceAdapters, "newest_microversion", lambda *_: newest)
    boot(connection)
    assert host_of(booted(connection, HOST)[0]) == HOST
    assert left_of(connection, NAME) == []


def test_the_smallest_image_that_is_there_is_booted(destination: CloudSession, image: str) -> None:
    boot(destination)
    assert booted(destination, HOST)[0]["image"]["id"] == image
    assert destination.find("image", f"/images/{image}")


def test_what_nova_says_against_the_host_is_told_and_nothing_stays(
    destination: CloudSession, disabled: None
) -> None:
    with pytest.raises(NeedsOperator, match=f"{HOST} of cloud dst did not boot .*No valid host"):
        boot(destination)
    assert left_of(destination, NAME) == []


def test_a_cancelled_probe_leaves_nothing(destination: CloudSession) -> None:
    def check() -> None:
        if destination.calls["compute"] > asked and left_of(destination, NAME):
            raise Cancelled

    asked = destination.calls["compute"]
    with pytest.raises(Cancelled):
        boot(destination, check=check)
    assert left_of(destination, NAME) == []


def test_what_an_attempt_that_died_has_left_is_deleted(
    destination: CloudSession, image: str
) -> None:
    flavor = {"flavor": {"name": NAME, "ram": 64, "vcpus": 1, "disk": 0}}
    flavor_id = destination.post("compute", "/flavors", flavor, "flavor")["id"]
    picture = {"name": NAME, "disk_format": "raw", "container_format": "bare", MARKER: NAME}
    image_id = destination.post("image", "/images", picture)["id"]
    ours, others = (
        server_on(destination, image, flavor_id, metadata) for metadata in ({MARKER: NAME}, {})
    )
    boot(destination)
    assert destination.find("compute", f"/servers/{ours}") is None
    assert destination.find("compute", f"/flavors/{flavor_id}") is None
    assert destination.find("image", f"/images/{image_id}") is None
    assert left_of(destination, NAME) == [others]
    destination.delete("compute", f"/servers/{others}")
    poll_until(lambda: not left_of(destination, NAME) or None, what="deletion", seconds=60)


def server_on(cloud: CloudSession, image: str, flavor: str, metadata: dict[str, str]) -> str:
    server = {
        "name": NAME,
        "imageRef": image,
        "flavorRef": flavor,
        "networks": "none",
        "metadata": metadata,
    }
    return str(
        cloud.post("compute", "/servers", {"server": server}, "server", microversion="2.37")["id"]
    )
