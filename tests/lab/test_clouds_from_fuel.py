"""Clouds come from the environments of Fuel alone, are looked at, and give way to a file's."""

from collections.abc import Iterator

import pytest
from django.test import override_settings

import lab
from dashboard.clients.fuel.endpoint import FuelEndpoint
from dashboard.hosts_app.clouds import access_of, cloud_named, register_clouds
from dashboard.hosts_app.discovery import start_host_discovery
from dashboard.hosts_app.fuel.environments import start_environment_discovery
from dashboard.hosts_app.fuel.masters import environment_of
from dashboard.hosts_app.models import Cloud, FuelEnvironment
from dashboard.migrations_app.verbs.discover import Discover
from lab.clouds import CLOUDS, shifted
from lab.fuel.running import PORT
from tests.lab.conftest import run
from tests.lab.freed_host import fuel_at_work
from tests.support.fuel_masters import fuel_settings


@pytest.fixture(scope="module", autouse=True)
def _only_fuel(
    clouds: dict[str, Cloud], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """Make the lab's Fuel the only source of clouds; the file has them again afterwards."""
    endpoint = FuelEndpoint(
        host="127.0.0.1", port=shifted(PORT), password=lab.password("fuel", use="fuel")
    )
    settings = fuel_settings(endpoint, tmp_path_factory.mktemp("fuel"))
    with fuel_at_work(), override_settings(**settings):
        Cloud.objects.filter(origin=Cloud.Origin.FILE).update(state=Cloud.State.VANISHED)
        run(start_environment_discovery())
        yield
        register_clouds(lab.clouds_yaml_path())


@pytest.fixture(params=CLOUDS)
def cloud(request: pytest.FixtureRequest) -> Cloud:
    """Return the cloud that was made from an environment of the lab."""
    return cloud_named(f"{request.param}-cloud")


def test_a_cloud_from_fuel_is_looked_at_with_credentials_from_fuel(cloud: Cloud) -> None:
    run(Discover().start(cloud))
    cloud.refresh_from_db()
    assert (cloud.origin, cloud.state) == (Cloud.Origin.FUEL, Cloud.State.REACHABLE)
    assert set(cloud.tenants.values_list("name", flat=True)) >= {"admin", "service"}
    assert set(cloud.services) == {"identity", "compute", "network", "image", "block_storage"}


def test_its_hosts_are_those_that_fuel_has_deployed(cloud: Cloud) -> None:
    run(start_host_discovery(cloud))
    of_lab = CLOUDS[cloud.name.removesuffix("-cloud")].hosts
    assert list(cloud.hosts.values_list("name", flat=True)) == sorted(of_lab)
    assert environment_of(cloud).name == cloud.name


def test_no_row_has_what_fuel_gave(cloud: Cloud) -> None:
    access = access_of(cloud)
    rows = str([*Cloud.objects.values(), *FuelEnvironment.objects.values()])
    assert access.auth["password"] not in rows
    assert access.keystone_connection
    assert lab.password(cloud.name.removesuffix("-cloud"), use="database") not in rows


def test_a_file_with_the_same_clouds_is_linked_and_has_them_from_then_on() -> None:
    register_clouds(lab.clouds_yaml_path())
    run(start_environment_discovery())
    for name in CLOUDS:
        linked, made = cloud_named(name), cloud_named(f"{name}-cloud")
        assert linked.environment == made.environment
        assert environment_of(linked).name == f"{name}-cloud"
        assert made.state == Cloud.State.VANISHED
