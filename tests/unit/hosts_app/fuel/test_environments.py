"""What discovery makes of Fuel's environments: rows of them, clouds in them, and what is new."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from dashboard.clients.fuel.master import FuelMaster
from dashboard.clients.fuel.objects import Environment, Node
from dashboard.errors import BadInput, NeedsOperator, NotFound, Retryable
from dashboard.hosts_app.clouds import access_of, register_clouds
from dashboard.hosts_app.fuel.environments import (
    refresh_environments,
)
from dashboard.hosts_app.fuel.masters import environment_of
from dashboard.hosts_app.models import Cloud, FuelEnvironment
from tests.support.fuel_masters import (
    RunningMaster,
    add_environment,
    configure_fuel,
    counted_requests,
    create_environment,
    make_certificate,
    running_master,
)

pytestmark = pytest.mark.django_db

SRC, DST = 1, 2
PORTS = {SRC: 5001, DST: 5002}


@pytest.fixture(autouse=True)
def configured(running: RunningMaster, settings: Any, tmp_path: Path) -> None:
    """Configure the stand-in, whose two clouds are at ports of their own."""
    for environment_id, port in PORTS.items():
        cluster(running, environment_id)["_facts"]["keystone"]["public_port"] = port
    configure_fuel(settings, running.endpoint, tmp_path)


@pytest.fixture
def clouds_yaml(write: Callable[..., Path]) -> Callable[..., Path]:
    """Return a function that writes a file with a cloud of that name at that port."""

    def write_cloud(name: str, *, port: int, environment: str = "") -> Path:
        login = {"username": "admin", "password": "of-the-file", "project_name": "admin"}
        cloud: dict[str, Any] = {"auth": {"auth_url": f"http://127.0.0.1:{port}", **login}}
        if environment:
            cloud["pumphouse"] = {"environment": environment}
        return write(yaml.safe_dump({"clouds": {name: cloud}}), "clouds.yaml")

    return write_cloud


def cluster(running: RunningMaster, environment_id: int) -> dict[str, Any]:
    row: dict[str, Any] = running.master.rows["clusters"][environment_id]
    return row


def names() -> set[str]:
    return set(Cloud.objects.exclude(state=Cloud.State.VANISHED).values_list("name", flat=True))


def test_each_environment_is_a_cloud_after_the_first_look(running: RunningMaster) -> None:
    assert refresh_environments() == [
        "Environment src-cloud: It is new.",
        "Environment dst-cloud: It is new.",
    ]
    cloud = Cloud.objects.get(name="src-cloud")
    assert (cloud.origin, cloud.location, cloud.section) == ("fuel", running.server.address, "1")
    assert (cloud.auth_url, cloud.region) == ("http://127.0.0.1:5001/v3", "RegionOne")
    assert cloud.can_copy_passwords
    environment = cloud.environment
    assert environment and environment.news == "It is new."
    assert (environment.status, environment.release) == ("operational", "Newton on Ubuntu 16.04")
    assert environment.node_count == 4
    assert environment_of(cloud).name == "src-cloud"


@pytest.mark.parametrize("version", ["v2.0", "v3"])
def test_a_master_with_https_and_either_keystone_is_looked_at(
    settings: Any, tmp_path: Path, version: str
) -> None:
    certificate, key = make_certificate(tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    options = {"certificate": str(certificate), "key": str(key), "versions": (version,)}
    with running_master(other, **options) as running:
        configure_fuel(settings, replace(running.endpoint, tls=True), tmp_path)
        with pytest.raises(NeedsOperator, match="is not trusted"):
            refresh_environments()
        trusted = replace(running.endpoint, tls=True, verify=str(certificate))
        configure_fuel(settings, trusted, tmp_path)
        refresh_environments()
    assert names() == {"src-cloud", "dst-cloud"}


def test_a_refresh_of_what_is_known_has_no_news_and_keeps_the_last() -> None:
    refresh_environments()
    assert refresh_environments() == []
    assert FuelEnvironment.objects.get(environment_id=SRC).news == "It is new."


def test_what_has_changed_is_told_and_the_cloud_keeps_its_name(running: RunningMaster) -> None:
    refresh_environments()
    cluster(running, SRC).update(name="Old racks", status="partially_deployed")
    cluster(running, SRC)["_facts"]["keystone"]["public_port"] = 5009
    running.master.rows["nodes"].pop(1)
    assert refresh_environments() == [
        "Environment Old racks: It was renamed from src-cloud to Old racks. "
        "It went from operational to partially deployed. It went from 4 to 3 nodes. "
        "Its Keystone moved from http://127.0.0.1:5001/v3 to http://127.0.0.1:5009/v3."
    ]
    cloud = Cloud.objects.get(name="src-cloud")
    assert cloud.environment and cloud.environment.name == "Old racks"
    assert environment_of(cloud).id == SRC


def test_an_environment_that_is_not_deployed_says_so(fuel: FuelMaster) -> None:
    create_environment(fuel, "Third", release_id=2)
    refresh_environments()
    cloud = Cloud.objects.get(name="third")
    assert cloud.state == Cloud.State.UNKNOWN
    assert "Fuel does not know yet where the cloud of environment Third is" in cloud.explanation
    assert not cloud.can_copy_passwords
    with pytest.raises(NeedsOperator, match="Deploy the environment"):
        access_of(cloud)


def test_a_cloud_stays_reached_while_fuel_deploys_all_its_nodes(running: RunningMaster) -> None:
    for node in running.master.rows["nodes"].values():
        node["status"] = "deploying" if node["cluster"] == SRC else node["status"]
    refresh_environments()
    assert Cloud.objects.get(name="src-cloud").auth_url == "http://127.0.0.1:5001/v3"


def test_an_environment_that_is_gone_leaves_a_vanished_cloud(
    running: RunningMaster, fuel: FuelMaster
) -> None:
    refresh_environments()
    fuel.wait_for_task(fuel.delete_environment(DST), seconds=20)
    sentence = f"It is no longer in Fuel at {running.server.address}."
    assert refresh_environments() == [f"Environment dst-cloud: {sentence}"]
    cloud = Cloud.objects.get(name="dst-cloud")
    assert cloud.state == Cloud.State.VANISHED
    assert cloud.explanation == f"Environment dst-cloud: {sentence}"
    assert refresh_environments() == []


def test_the_environments_of_a_master_that_is_asked_no_longer_are_gone(
    running: RunningMaster, settings: Any, tmp_path: Path
) -> None:
    refresh_environments()
    other = tmp_path / "other"
    other.mkdir()
    with running_master(other) as second:
        configure_fuel(settings, second.endpoint, tmp_path)
        news = refresh_environments()
        first = Cloud.objects.get(location=running.server.address, section="1")
        with pytest.raises(BadInput, match=f"{second.server.address} is configured"):
            environment_of(first)
    assert len(news) == 4 and "is configured now" in news[-1]
    assert names() == {"src-cloud-fuel", "dst-cloud-fuel"}


@pytest.mark.parametrize(("port", "named"), [(5001, ""), (80, "src-cloud")])
def test_a_cloud_of_a_file_is_linked_and_gets_no_second_row(
    clouds_yaml: Callable[..., Path], port: int, named: str
) -> None:
    register_clouds(clouds_yaml("old", port=port, environment=named))
    old = Cloud.objects.get(name="old")
    assert environment_of(old).id == SRC, "before any look too"
    refresh_environments()
    assert names() == {"old", "dst-cloud"}
    old.refresh_from_db()
    assert old.environment and old.environment.environment_id == SRC
    assert environment_of(old).id == SRC


def test_a_cloud_that_is_in_no_environment_says_what_to_write(
    clouds_yaml: Callable[..., Path],
) -> None:
    register_clouds(clouds_yaml("old", port=80))
    with pytest.raises(NotFound, match="Cloud old is in none of the environments") as caught:
        environment_of(Cloud.objects.get(name="old"))
    assert "environment: NAME" in caught.value.fix


def test_a_name_that_another_cloud_has_gets_a_suffix_and_is_told(
    clouds_yaml: Callable[..., Path],
) -> None:
    register_clouds(clouds_yaml("src-cloud", port=80))
    news = refresh_environments()
    assert names() == {"src-cloud", "src-cloud-fuel", "dst-cloud"}
    assert news[0].endswith(
        "Its cloud is called src-cloud-fuel here because another cloud is called src-cloud."
    )


def test_a_file_that_names_a_cloud_as_fuel_does_keeps_the_two_apart(
    clouds_yaml: Callable[..., Path],
) -> None:
    refresh_environments()
    of_fuel = Cloud.objects.get(name="src-cloud")
    register_clouds(clouds_yaml("src-cloud", port=80))
    of_fuel.refresh_from_db()
    assert (of_fuel.name, of_fuel.origin) == ("src-cloud-fuel", "fuel")
    assert Cloud.objects.get(name="src-cloud").origin == "file"


def test_a_file_with_the_cloud_of_an_environment_takes_its_place(
    clouds_yaml: Callable[..., Path],
) -> None:
    refresh_environments()
    register_clouds(clouds_yaml("old", port=5001))
    (news,) = refresh_environments()
    assert "It is cloud old of" in news
    assert names() == {"old", "dst-cloud"}


def test_credentials_are_resolved_when_needed_and_are_in_no_row(running: RunningMaster) -> None:
    refresh_environments()
    access = access_of(Cloud.objects.get(name="src-cloud"))
    password = cluster(running, SRC)["_settings"]["access"]["password"]["value"]
    assert access.auth["password"] == password
    assert (access.name, access.environment) == ("src-cloud", "src-cloud")
    assert access.keystone_connection
    rows = [*Cloud.objects.values(), *FuelEnvironment.objects.values()]
    assert password not in str(rows)
    assert access.keystone_connection.split(":")[2].split("@")[0] not in str(rows)


def test_the_certificate_that_fuel_made_for_a_cloud_is_trusted_where_it_can_be_read(
    running: RunningMaster, settings: Any, tmp_path: Path
) -> None:
    cluster(running, SRC)["_settings"]["public_ssl"]["services"]["value"] = True
    refresh_environments()
    cloud = Cloud.objects.get(name="src-cloud")
    assert access_of(cloud).verify is True
    settings.PUMPHOUSE_FUEL_KEYS = str(tmp_path / "keys")
    certificate = tmp_path / "keys/1/public_haproxy/public_haproxy.crt"
    certificate.parent.mkdir(parents=True)
    certificate.touch()
    assert access_of(cloud).verify == str(certificate)
    assert access_of(cloud).auth["auth_url"] == "https://public.fuel.local:5001/v3"
    configure_fuel(settings, replace(running.endpoint, clouds_verify=False), tmp_path)
    assert access_of(cloud).verify is False


def test_a_fuel_that_fails_half_way_leaves_everything_as_it_was(
    running: RunningMaster, monkeypatch: pytest.MonkeyPatch
) -> None:
    refresh_environments()
    before = [*Cloud.objects.values(), *FuelEnvironment.objects.values()]
    cluster(running, SRC)["name"] = "another"
    facts = FuelMaster.cloud_facts_of

    def stop_before_the_second(
        self: FuelMaster, environment: Environment, nodes: list[Node]
    ) -> Any:
        if environment.id == DST:
            raise Retryable("Fuel stopped to answer.")
        return facts(self, environment, nodes)

    monkeypatch.setattr(FuelMaster, "cloud_facts_of", stop_before_the_second)
    with pytest.raises(Retryable):
        refresh_environments()
    assert [*Cloud.objects.values(), *FuelEnvironment.objects.values()] == before


def test_twenty_environments_are_read_in_forty_requests(
    running: RunningMaster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of them has nodes, which are read in one list, and facts, which only it can give."""
    for number in range(3, 21):
        add_environment(running, f"env-{number}", hosts=1)
    requests = counted_requests(monkeypatch)
    refresh_environments()
    assert FuelEnvironment.objects.filter(is_gone=False).count() == 20
    assert Cloud.objects.exclude(auth_url="").count() >= 20
    assert len(requests) <= 40, requests
