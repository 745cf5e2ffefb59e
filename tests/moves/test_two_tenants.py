"""Two tenants that share a flavor, a role, a network, an image and a user.

Moved by one installation or by two, and rolled back in either order: who did not move back goes on
working. Their user logs in, and boots a server from what both share.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from dashboard.clients.openstack import CloudSession
from tests.support.cloud.contents import changes_between, contents
from tests.support.cloud.installations import Installation
from tests.support.cloud.journeys import between
from tests.support.cloud.memory import MemoryCloud
from tests.support.cloud.messages import Json
from tests.support.cloud.moving import TwoClouds
from tests.support.cloud.seeds import NAME, PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)
SECOND = "second"
TENANTS = (NAME, SECOND)
FLAVOR, ROLE, USER = f"{NAME}-small", f"{NAME}-stocktaker", f"{NAME}-ann"
NETWORK, IMAGE = f"{NAME}-net", f"{NAME}-leaflet"

Enter = Callable[[], AbstractContextManager[TwoClouds]]
Movers = dict[str, Enter]


@pytest.fixture
def clouds(tmp_path: Path) -> Iterator[TwoClouds]:
    with between(tmp_path, "2026.2", "2026.2") as clouds:
        seed_second(clouds)
        yield clouds


@pytest.fixture(params=["one", "two"])
def movers(request: pytest.FixtureRequest, clouds: TwoClouds, tmp_path: Path) -> Movers:
    """Return by tenant as which installation to move it."""
    if request.param == "one":
        return dict.fromkeys(TENANTS, lambda: _known(clouds))
    return {name: _entering(Installation(name, tmp_path), clouds) for name in TENANTS}


@contextmanager
def _known(clouds: TwoClouds) -> Iterator[TwoClouds]:
    yield clouds


def _entering(installation: Installation, clouds: TwoClouds) -> Enter:
    return lambda: installation.between(clouds.old, clouds.new)


def seed_second(clouds: TwoClouds) -> None:
    """Make the second tenant: its user, role, flavor, image and network are those of the first."""
    cloud, here = clouds.old, clouds.source_session
    made = here.post("identity", "/projects", {"project": {"name": SECOND}}, "project")
    user, role, flavor, image, network = shared(cloud)
    here.put("identity", f"/projects/{made['id']}/users/{user['id']}/roles/{role['id']}")
    access = {"addTenantAccess": {"tenant": made["id"]}}
    here.post("compute", f"/flavors/{flavor['id']}/action", access)
    here.post("image", f"/images/{image['id']}/members", {"member": made["id"]})
    cloud.network.policies.share(network, "*")
    boot(here.as_user(user["id"], password=PASSWORD, project_id=made["id"]), cloud)


def shared(cloud: MemoryCloud) -> tuple[Json, ...]:
    """Return what both tenants use: a user, a role, a flavor, an image and a network."""
    named = (
        (cloud.identity.users, USER),
        (cloud.identity.roles, ROLE),
        (cloud.compute.flavors, FLAVOR),
        (cloud.image.images, IMAGE),
        (cloud.network.networks, NETWORK),
    )
    return tuple(rows.where(name=name)[0] for rows, name in named)


def boot(owner: CloudSession, cloud: MemoryCloud) -> str:
    """Boot a server as its owner from what both tenants use, and return its status."""
    _, _, flavor, image, network = shared(cloud)
    body = {"name": "mine", "flavorRef": flavor["id"], "imageRef": image["id"]}
    sent = {"server": {**body, "networks": [{"uuid": network["id"]}]}}
    made = owner.post("compute", "/servers", sent, "server", microversion="2.37")
    return str(owner.get("compute", f"/servers/{made['id']}", "server")["status"])


def require_working(cloud: MemoryCloud, tenant: str, operator: CloudSession) -> None:
    """Log in as the tenant's user with that user's password, and boot a server."""
    [user] = cloud.identity.users.where(name=USER)
    [project] = cloud.identity.projects.where(name=tenant)
    owner = operator.as_user(user["id"], password=user["~password"], project_id=project["id"])
    assert ROLE in owner.roles.values()
    assert boot(owner, cloud) == "ACTIVE"


def move(movers: Movers, *tenants: str) -> dict[str, Any]:
    """Move the tenants one after the other, and return their plans."""
    plans = {}
    for tenant in tenants:
        with movers[tenant]() as clouds:
            plans[tenant] = clouds.plan(tenant)
            clouds.execute(plans[tenant])
            assert clouds.verify(plans[tenant]) == []
    return plans


def test_both_work_once_moved(clouds, movers):
    move(movers, *TENANTS)
    for tenant in TENANTS:
        require_working(clouds.new, tenant, clouds.destination_session)


def test_both_work_in_the_other_order(clouds):
    """Whose server is on the other's network waits for that; all else may move before it."""
    blocked = clouds.plan(SECOND)
    assert [*blocked.findings.filter(severity="block").values_list("sentence", flat=True)] == [
        f"Cloud new has no network named '{NETWORK}'. The tenant uses a shared one."
    ]
    [server] = clouds.old.compute.servers.where(name="mine")
    clouds.source_session.delete("compute", f"/servers/{server['id']}")
    move(dict.fromkeys(TENANTS, lambda: _known(clouds)), SECOND, NAME)
    for tenant in TENANTS:
        require_working(clouds.new, tenant, clouds.destination_session)
    *_, image, _ = shared(clouds.new)
    path, [project] = (
        f"/images/{image['id']}/members",
        clouds.new.identity.projects.where(name=SECOND),
    )
    members = clouds.destination_session.list("image", path, "members")
    assert project["id"] in {each["member_id"] for each in members}


@pytest.mark.parametrize("back", TENANTS)
def test_who_did_not_move_back_goes_on_working(clouds, movers, back):
    plans = move(movers, *TENANTS)
    with movers[back]() as known:
        known.roll_back(plans[back])
    [other] = {*TENANTS} - {back}
    require_working(clouds.new, other, clouds.destination_session)
    _, _, flavor, *_ = shared(clouds.new)
    projects = clouds.new.identity.projects.where(name=other)
    assert clouds.new.compute.flavors.access_of(flavor["id"]) == [each["id"] for each in projects]


def test_the_second_rolled_back_first_leaves_nothing(clouds, movers):
    before = contents(clouds.new)
    plans = move(movers, *TENANTS)
    for tenant in reversed(TENANTS):
        with movers[tenant]() as known:
            known.roll_back(plans[tenant])
    assert changes_between(before, contents(clouds.new)) == []


@pytest.mark.parametrize("back", TENANTS)
def test_what_appears_between_plan_and_execution_is_not_taken(clouds, movers, back):
    """Both are planned before either moves: the second meets what the first has made meanwhile."""
    del clouds.old.network.policies.rows[_share_with_all(clouds)]
    _drop_server(clouds)
    plans = {}
    for tenant in TENANTS:
        with movers[tenant]() as known:
            plans[tenant] = known.plan(tenant)
    for tenant in TENANTS:
        with movers[tenant]() as known:
            known.execute(plans[tenant])
    with movers[back]() as known:
        known.roll_back(plans[back])
    [other] = {*TENANTS} - {back}
    [user] = clouds.new.identity.users.where(name=USER)
    [project] = clouds.new.identity.projects.where(name=other)
    owner = clouds.destination_session.as_user(
        user["id"], password=user["~password"], project_id=project["id"]
    )
    assert ROLE in owner.roles.values()


def _share_with_all(clouds: TwoClouds) -> str:
    [network] = clouds.old.network.networks.where(name=NETWORK)
    shares = clouds.old.network.policies.of(network)
    [policy] = [share for share in shares if share["target_tenant"] == "*"]
    return str(policy["id"])


def _drop_server(clouds: TwoClouds) -> None:
    [server] = clouds.old.compute.servers.where(name="mine")
    clouds.source_session.delete("compute", f"/servers/{server['id']}")
