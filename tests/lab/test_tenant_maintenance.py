"""A tenant of a real cloud in maintenance, as its users see it: with tokens old and new."""

import json
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dashboard.clients.openstack import CloudSession
from dashboard.clients.polling import poll_until
from dashboard.hosts_app.clouds import connect
from dashboard.hosts_app.models import Cloud
from dashboard.jobs.models import Job
from dashboard.migrations_app.discovery import look_up_tenant
from dashboard.migrations_app.maintenance.assignments import own_assignments
from dashboard.migrations_app.maintenance.read_only_role import OWN_ROLE, role_named
from dashboard.migrations_app.maintenance.starting import (
    required_maintenance,
    start_entering,
    start_leaving,
)
from dashboard.migrations_app.maintenance.write_attempts import NOWHERE
from dashboard.migrations_app.models import TenantMaintenance
from dashboard.migrations_app.seeding.context import SeedCounts
from dashboard.migrations_app.seeding.tenants import seed_tenants
from lab.places import token_cache_seconds
from tests.lab import killed_maintenance
from tests.lab.conftest import run
from tests.lab.killed_maintenance import ENTERING, LEAVING
from tests.lab.maintenance_policies import policies_on
from tests.support.dying import killed_at

PASSWORD = "aA1-a-password-for-tests-only"
Roles = set[tuple[str, str, str]]


class Person:
    """Somebody with a token from before, who asks services with exactly that one or a new one."""

    def __init__(self, cloud: CloudSession) -> None:
        self.cloud = cloud
        self.old_token = cloud.fresh_token(seconds=60)

    def status(self, method: str, service: str, path: str, body: Any = None, *, new: bool) -> int:
        token = CloudSession(self.cloud.access).fresh_token(seconds=60) if new else self.old_token
        answer = self.cloud.session.request(
            self.cloud.endpoint(service).rstrip("/") + path,
            method,
            json=body,
            headers={"X-Auth-Token": token},
            authenticated=False,
            raise_exc=False,
        )
        return int(answer.status_code)


class Ground:
    """A tenant on one cloud: an owner with two roles and a group's, a reader, and a neighbour."""

    def __init__(self, row: Cloud, secrets_dir: Path) -> None:
        self.row, self.operator = row, connect(row)
        counts = SeedCounts(tenants=1, servers=1, volumes=1)
        (self.seeded,) = seed_tenants(
            self.operator, counts=counts, secrets_dir=secrets_dir, report=lambda _: None
        )
        self.id = self.seeded["id"]
        self.row_of_tenant = look_up_tenant(row, self.id)
        logins = json.loads(Path(self.seeded["secrets_file"]).read_text())
        name = f"{self.seeded['name']}-owner"
        (self.user,) = self.operator.list("identity", "/users", "users", name=name)
        self.owner = Person(self._as(self.user["id"], logins[name]["password"]))
        self.group = self.make("groups", "group")
        self.operator.put("identity", f"/groups/{self.group}/users/{self.user['id']}")
        self.extra = self.make("roles", "role")
        self.assign("users", self.user["id"], self.extra)
        self.assign("groups", self.group, self.role("member"))
        self.neighbour = self.make("projects", "project")
        self.assign("users", self.user["id"], self.role("member"), project=self.neighbour)
        self.server = f"/servers/{self.seeded['servers'][0]}"
        self.heir_name = f"heir-{uuid.uuid4().hex[:8]}"
        self.heir_id = self.make("users", "user", name=self.heir_name, password=PASSWORD)
        self.operator.put("identity", self.inheritance)
        self.heir = Person(self._as(self.heir_id, PASSWORD))

    @property
    def inheritance(self) -> str:
        """The address of the member's role that the heir has on everything in the domain."""
        project = self.operator.get("identity", f"/projects/{self.id}", "project")
        domain = f"/OS-INHERIT/domains/{project['domain_id']}"
        return f"{domain}/users/{self.heir_id}/roles/{self.role('member')}/inherited_to_projects"

    def _as(self, user_id: str, password: str) -> CloudSession:
        return self.operator.as_user(user_id, password=password, project_id=self.id)

    def make(self, collection: str, key: str, **fields: Any) -> str:
        body = {key: {"name": f"maintenance-{uuid.uuid4().hex[:8]}", **fields}}
        return str(self.operator.post("identity", f"/{collection}", body, key)["id"])

    def role(self, name: str) -> str:
        found = role_named(self.operator, name)
        assert found is not None
        return found.id

    def assign(self, kind: str, actor: str, role: str, *, project: str = "") -> None:
        path = f"/projects/{project or self.id}/{kind}/{actor}/roles/{role}"
        self.operator.put("identity", path)

    def roles(self, project: str = "") -> Roles:
        found = own_assignments(self.operator, project or self.id)
        return {(each.actor.kind, each.actor.id, each.role_id) for each in found}

    def quotas(self) -> dict[str, int]:
        path = f"/os-quota-sets/{self.id}"
        return self.operator.get("compute", path, "quota_set")

    def enter(self, **options: Any) -> TenantMaintenance:
        run(start_entering(self.row_of_tenant, **options))
        return self.maintenance()

    def maintenance(self) -> TenantMaintenance:
        return required_maintenance(self.row, self.id, self.seeded["name"])

    def leave(self) -> TenantMaintenance:
        maintenance = self.maintenance()
        run(start_leaving(maintenance))
        maintenance.refresh_from_db()
        return maintenance

    def writes(self) -> dict[str, tuple[str, str, str, Any]]:
        """What the tenant may not do in maintenance; nothing of it may come to be."""
        name = {"name": "not-in-maintenance"}
        networks = self.operator.list("network", "/networks", "networks", project_id=self.id)
        network = next(networks)
        boot = {**name, "flavorRef": "none", "imageRef": NOWHERE}
        return {
            "create a server": ("POST", "compute", "/servers", {"server": boot}),
            "suspend a server": ("POST", "compute", f"{self.server}/action", {"suspend": None}),
            "delete a server": ("DELETE", "compute", self.server, None),
            "create a network": ("POST", "network", "/networks", {"network": name}),
            "change a network": (
                *("PUT", "network", f"/networks/{network['id']}"),
                {"network": name},
            ),
            "create a volume": ("POST", "block_storage", "/volumes", {"volume": {"size": 1}}),
            "delete a volume": (
                *("DELETE", "block_storage", f"/volumes/{self.seeded['volumes'][0]}"),
                None,
            ),
            "create an image": ("POST", "image", "/images", {**name, "disk_format": "raw"}),
        }


# what services refuse for a reason of their own when their policies let it pass
HARMLESS = (
    ("compute", "/servers", {"server": {"name": "x", "flavorRef": "no", "imageRef": NOWHERE}}),
    ("network", "/routers", {"router": {"external_gateway_info": {"network_id": NOWHERE}}}),
    ("block_storage", "/volumes", {"volume": {"size": 1, "availability_zone": "nowhere"}}),
)


@dataclass(frozen=True)
class Before:
    """What has to be the same afterwards."""

    roles: Roles
    neighbour: Roles
    quotas: dict[str, int]


READS = {
    "compute": "/servers/detail",
    "network": "/networks",
    "block_storage": "/volumes/detail",
    "image": "/images",
}


# dst first, as those tests have it that need one cloud only: each is made once then
@pytest.fixture(scope="module", params=["dst", "src"])
def ground(
    request: pytest.FixtureRequest, clouds: dict[str, Cloud], tmp_path_factory: Any
) -> Iterator[Ground]:
    with policies_on(request.param):
        made = Ground(clouds[request.param], tmp_path_factory.mktemp("secrets"))
        yield made
        made.operator.delete("identity", f"/users/{made.heir_id}")


@pytest.fixture(scope="module")
def before(ground: Ground) -> Before:
    return Before(
        roles=ground.roles(), neighbour=ground.roles(ground.neighbour), quotas=ground.quotas()
    )


def refused(ground: Ground, *, new: bool) -> set[str]:
    return {
        what
        for what, call in ground.writes().items()
        if ground.owner.status(*call, new=new) in (401, 403)
    }


def test_people_look_and_change_nothing_with_tokens_old_and_new(ground, before):
    listed = {s: ground.owner.status("GET", s, path, new=False) for s, path in READS.items()}
    assert set(listed.values()) == {200}  # the services remember the token from now on
    ground.enter(hardening=["lock_servers"])
    assert refused(ground, new=False) == refused(ground, new=True) == set(ground.writes())
    for service, path in READS.items():
        assert ground.owner.status("GET", service, path, new=True) == 200, service
    assert ground.roles(ground.neighbour) == before.neighbour


def test_servers_are_locked_with_a_reason(ground):
    locked = ground.operator.get("compute", ground.server, "server", microversion="2.73")
    assert locked["locked_reason"] == "pumphouse: maintenance"


def test_an_inherited_role_is_named_and_denied_where_policies_can(ground):
    maintenance = ground.maintenance()
    (note,) = [note for note in maintenance.notes if ground.heir_name in note]
    allowed = {
        service
        for service, path, body in HARMLESS
        if ground.heir.status("POST", service, path, body, new=True) != 403
    }
    # policies that deny a role hold beside any other; reader takes nothing from anybody
    if maintenance.role_name == OWN_ROLE:
        assert allowed == {"compute"}
        assert "can still write in compute and image" in note
    else:
        assert allowed == {"compute", "network", "block_storage"}
        assert "can still write here" in note


def test_everything_works_again_afterwards(ground, before):
    maintenance = ground.leave()
    assert maintenance.drift == []
    assert ground.roles() == before.roles
    unlocked = ground.operator.get("compute", ground.server, "server", microversion="2.73")
    assert not unlocked["locked"]
    for action, status in (("suspend", "SUSPENDED"), ("resume", "ACTIVE")):
        call = ("POST", "compute", f"{ground.server}/action", {action: None})
        assert ground.owner.status(*call, new=True) == 202
        await_status(ground, status)
    assert network_made(ground, new=True)
    # services go on with what they had cached of it: that it may not
    seconds = token_cache_seconds() + 30
    poll_until(
        lambda: network_made(ground, new=False) or None, what="the old token", seconds=seconds
    )


def network_made(ground: Ground, *, new: bool) -> bool:
    """Whether the owner could make a network with that token; it does not stay."""
    body = {"network": {"name": f"again-{uuid.uuid4().hex[:8]}"}}
    status = ground.owner.status("POST", "network", "/networks", body, new=new)
    for made in ground.operator.list("network", "/networks", "networks", **body["network"]):
        ground.operator.delete("network", f"/networks/{made['id']}")
    assert status in (201, 403)
    return status == 201


def await_status(ground: Ground, status: str) -> None:
    def there() -> bool | None:
        server = ground.operator.get("compute", ground.server, "server")
        is_there = server["status"] == status and not server["OS-EXT-STS:task_state"]
        return is_there or None

    poll_until(there, what=status, seconds=60)


@pytest.mark.parametrize("ground", ["dst"], indirect=True)
def test_workers_killed_in_the_middle_change_nothing_about_the_end(ground, before, pumphouse_home):
    entering = start_entering(ground.row_of_tenant)
    kill_at(ENTERING, entering, pumphouse_home)
    assert refused(ground, new=True) == set(ground.writes())
    kill_at(LEAVING, start_leaving(ground.maintenance()), pumphouse_home)
    assert ground.roles() == before.roles
    assert ground.roles(ground.neighbour) == before.neighbour
    users = ground.operator.list("identity", "/users", "users")
    assert [user["name"] for user in users if user["name"].endswith(ground.id)] == []


def kill_at(moments: Iterable[str], job: Job, home: Path) -> None:
    """Kill one runner after the other, each at another moment, then drive the job to its
    end."""
    for moment in moments:
        assert killed_at(job, killed_maintenance, moment, home=home, PUMPHOUSE_CONFIG=""), moment
    run(job)


@pytest.mark.parametrize("ground", ["dst"], indirect=True)
def test_what_others_change_meanwhile_is_shown_and_stays(ground, before):
    stranger = ground.make("users", "user", password=PASSWORD)
    maintenance = ground.enter(hardening=["freeze_quotas"])
    assert ground.quotas()["instances"] == 1
    ground.assign("users", stranger, ground.role("member"))
    path = f"/projects/{ground.id}/groups/{ground.group}/roles/{maintenance.role_id}"
    ground.operator.delete("identity", path)
    drift = ground.leave().drift
    member = ("group", ground.group, ground.role("member"))
    added = ("user", stranger, ground.role("member"))
    assert len(drift) == 2
    assert ground.quotas() == before.quotas
    assert ground.roles() == before.roles - {member} | {added}


@pytest.mark.parametrize("ground", ["dst"], indirect=True)
def test_a_tenant_without_users_enters_and_leaves(ground):
    empty = look_up_tenant(ground.row, ground.make("projects", "project"))
    run(start_entering(empty))
    maintenance = required_maintenance(ground.row, empty.project_id, empty.name)
    assert maintenance.state == TenantMaintenance.State.ON
    run(start_leaving(maintenance))
    assert own_assignments(ground.operator, empty.project_id) == []
