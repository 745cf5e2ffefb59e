"""What a file says of clouds from Fuel: pools, Ceph, stores, limits and hooks, without a login."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from dashboard.clients.backup_stores.access import StoreAccess
from dashboard.clients.cloud_limits import Limits
from dashboard.errors import BadInput
from dashboard.hooks.configured import configured_hooks
from dashboard.hosts_app.clouds import access_of, limits_of, register_configured_clouds
from dashboard.hosts_app.fuel.additions import unknown_additions
from dashboard.hosts_app.fuel.environments import refresh_environments
from dashboard.hosts_app.models import Cloud, FuelEnvironment
from tests.support.commands import run
from tests.support.fuel_masters import RunningMaster, configure_fuel

pytestmark = pytest.mark.django_db

ADDED = {
    "shared_pools": {"rack": "old@ceph#volumes"},
    "backup_store": {"kind": "nfs", "path": "/mnt/backups"},
    "ceph": {"old@ceph#volumes": {"pool": "volumes", "conf": "ceph.conf"}},
    "limits": {"streams": 4},
}
HOOK = {"name": "ticket", "at": "before_tenant", "cloud": "src-cloud", "command": {"run": ["true"]}}

Configure = Callable[[Any], Path]


@pytest.fixture
def fuel(running: RunningMaster, settings: Any, tmp_path: Path) -> None:
    configure_fuel(settings, running.endpoint, tmp_path)
    refresh_environments()


@pytest.fixture
def configure(settings: Any, tmp_path: Path) -> Configure:
    """Return a function that writes the one file of the configuration."""
    (tmp_path / "ceph.conf").touch()

    def write(document: Any) -> Path:
        path = tmp_path / "clouds.yaml"
        path.write_text(yaml.safe_dump(document))
        path.chmod(0o600)
        settings.PUMPHOUSE_CONFIG = str(path)
        return path

    return write


@pytest.mark.usefixtures("fuel")
@pytest.mark.parametrize("name", ["src-cloud", "Old racks"])
def test_a_cloud_has_fuels_login_and_what_the_file_says_by_either_name(configure, name):
    FuelEnvironment.objects.filter(name="src-cloud").update(name="Old racks")
    cloud = Cloud.objects.get(name="src-cloud")
    before = access_of(cloud)
    path = configure({"clouds": {name: {"pumphouse": ADDED}}})
    assert register_configured_clouds() == []
    assert unknown_additions() == []
    found = access_of(Cloud.objects.get(name="src-cloud"))
    assert (found.auth, found.keystone_connection) == (before.auth, before.keystone_connection)
    assert found.shared_pools == ADDED["shared_pools"]
    assert found.backup_store == StoreAccess(kind="nfs", options={"path": "/mnt/backups"})
    assert found.ceph["old@ceph#volumes"].conf == str(path.with_name("ceph.conf"))
    assert found.limits.always == Limits(streams=4) == limits_of(cloud).always
    configure({"clouds": {name: {"pumphouse": {"limits": {"streams": 2}}}}})
    assert found.limits_now().always.streams == limits_of(cloud).always.streams == 2
    assert access_of(Cloud.objects.get(name="dst-cloud")).backup_store is None


@pytest.mark.usefixtures("fuel")
def test_a_file_may_have_hooks_alone(configure):
    configure({"pumphouse": {"hooks": [HOOK]}})
    assert register_configured_clouds() == []
    assert [hook.cloud for hook in configured_hooks()] == ["src-cloud"]
    assert access_of(Cloud.objects.get(name="src-cloud")).limits.always == Limits()


@pytest.mark.usefixtures("fuel")
def test_a_cloud_of_the_file_stays_one(configure):
    login = {"auth_url": "http://192.0.2.1/v3", "username": "a", "password": "b"}
    own = {"auth": {**login, "project_name": "a"}, "pumphouse": ADDED}
    configure({"clouds": {"mine": own, "src-cloud": {"pumphouse": ADDED}}})
    assert [cloud.name for cloud in register_configured_clouds()] == ["mine"]
    assert Cloud.objects.get(name="src-cloud").origin == Cloud.Origin.FUEL


@pytest.mark.usefixtures("fuel")
def test_a_name_that_fuel_does_not_have_is_told_with_those_that_it_has(configure):
    path = configure({"clouds": {"srccloud": {"pumphouse": ADDED}}})
    sentence = (
        f"{path}: cloud srccloud has no login, and Fuel has none of that name: add auth, or "
        "correct the name. Clouds from Fuel: dst-cloud, src-cloud."
    )
    assert unknown_additions() == [sentence]


@pytest.mark.usefixtures("fuel")
def test_such_a_name_is_told_by_page_and_command(configure, client, django_user_model, capsys):
    configure({"clouds": {"srccloud": {"pumphouse": ADDED}}})
    client.force_login(django_user_model.objects.create_superuser("ann"))
    page = client.post("/clouds/read/", follow=True).content.decode()
    assert "cloud srccloud has no login" in page
    run("clouds")
    assert "Warning:" in (told := capsys.readouterr().err) and "cloud srccloud has no login" in told


def test_without_fuel_a_cloud_needs_a_login(configure, settings, tmp_path):
    settings.PUMPHOUSE_FUEL_URL, settings.PUMPHOUSE_ASTUTE = "", str(tmp_path / "none")
    path = configure({"clouds": {"old": {"pumphouse": ADDED}}})
    with pytest.raises(BadInput) as raised:
        register_configured_clouds()
    assert str(raised.value) == (
        f"{path}: cloud old has no login, and no Fuel master is configured that could have it. "
        "Add auth to it, or configure the Fuel master."
    )


@pytest.mark.usefixtures("fuel")
@pytest.mark.parametrize(
    ("added", "said"),
    [
        ({"backup_store": {"kind": "s3"}}, "line 5 (clouds.src-cloud.pumphouse.backup_store.kind)"),
        ({"environment": "x"}, "(clouds.src-cloud.pumphouse.environment): The key environment is"),
        ({"shared_pols": {}}, "The key shared_pols is not known here. Did you mean shared_pools?"),
    ],
)
def test_what_is_wrong_there_is_one_sentence_with_its_place(configure, added, said):
    configure({"clouds": {"src-cloud": {"pumphouse": added}}})
    with pytest.raises(BadInput) as raised:
        register_configured_clouds()
    assert said in str(raised.value)
