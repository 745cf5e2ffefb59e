"""What two tenants share outlives the rollback of one, moved by one installation and by two."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.clients.openstack import CloudSession
from dashboard.migrations_app import ledger
from dashboard.migrations_app.execution.rollback_preview import effects
from dashboard.migrations_app.models import LedgerEntry, Plan
from tests.support.cloud.journeys import between
from tests.support.cloud.moving import TwoClouds, fresh
from tests.support.cloud.seeds import NAME

pytestmark = pytest.mark.django_db(transaction=True)
SECOND = "second"
FLAVOR, ROLE, USER, NETWORK = f"{NAME}-small", f"{NAME}-stocktaker", f"{NAME}-ann", f"{NAME}-net"


@pytest.fixture
def clouds(tmp_path: Path) -> Iterator[TwoClouds]:
    with between(tmp_path, "2026.2", "2026.2") as clouds:
        share(clouds)
        yield clouds


@pytest.fixture
def there(clouds: TwoClouds) -> CloudSession:
    return clouds.destination_session


def share(clouds: TwoClouds) -> None:
    """Make a second tenant on the source, in which the first one's user has its role."""
    here = clouds.source_session
    made = here.post("identity", "/projects", {"project": {"name": SECOND}}, "project")
    [user] = clouds.old.identity.users.where(name=USER)
    [role] = clouds.old.identity.roles.where(name=ROLE)
    here.put("identity", f"/projects/{made['id']}/users/{user['id']}/roles/{role['id']}")


def names(clouds: TwoClouds) -> set[str]:
    """Return which of the shared names there are on the destination."""
    users, roles = clouds.new.identity.users, clouds.new.identity.roles
    return {name for rows, name in ((users, USER), (roles, ROLE)) if rows.where(name=name)}


def test_what_another_plan_uses_is_handed_over_and_removed_with_that_one(clouds):
    first = clouds.plan(NAME)
    clouds.execute(first)
    second = clouds.plan(SECOND)
    clouds.execute(second)
    listed = effects(fresh(first))
    for label in (f"user {USER}", f"role {ROLE}"):
        assert f"{label}: kept for plan {second.pk} of {SECOND}, which uses it" in listed
    clouds.roll_back(first)
    assert names(clouds) == {USER, ROLE}
    assert clouds.verify(second) == []
    clouds.roll_back(second)
    assert names(clouds) == set()


def test_the_second_rolled_back_first_leaves_the_firsts(clouds):
    first = clouds.plan(NAME)
    clouds.execute(first)
    second = clouds.plan(SECOND)
    clouds.execute(second)
    clouds.roll_back(second)
    assert names(clouds) == {USER, ROLE}
    assert clouds.verify(first) == []


def test_what_another_installation_uses_is_kept(clouds):
    first = clouds.plan(NAME)
    clouds.execute(first)
    second = clouds.plan(SECOND)
    clouds.execute(second)
    # the ledger of another installation: this one knows nothing of the second move
    Plan.objects.filter(pk=second.pk).update(state=Plan.State.DRAFTING)
    clouds.roll_back(first)
    assert names(clouds) == {USER, ROLE}
    kept = LedgerEntry.objects.filter(type__in=("user", "role"), stage_data__kept_from=first.pk)
    assert {entry.name for entry in kept} == {USER, ROLE}


def boot_elsewhere(there: CloudSession, clouds: TwoClouds) -> str:
    """Boot a server of another project with the tenant's flavor, as another installation does."""
    [flavor] = clouds.new.compute.flavors.where(name=FLAVOR)
    [image] = clouds.new.image.images.where(name="cirros")
    body = {"name": "theirs", "flavorRef": flavor["id"], "imageRef": image["id"]}
    sent = {"server": {**body, "networks": "none"}}
    return str(there.post("compute", "/servers", sent, "server", microversion="2.37")["id"])


def test_a_flavor_with_servers_of_others_is_kept(clouds, there):
    plan = clouds.plan(NAME)
    clouds.execute(plan)
    server = boot_elsewhere(there, clouds)
    job = clouds.roll_back(plan)
    assert clouds.new.compute.flavors.where(name=FLAVOR)
    assert job.log.filter(message__contains=f"server {server} uses it").exists()


def test_a_network_with_ports_of_others_is_kept_with_its_project(clouds, there):
    plan = clouds.plan(NAME)
    clouds.execute(plan)
    [network] = clouds.new.network.networks.where(name=NETWORK)
    there.post("network", "/ports", {"port": {"network_id": network["id"]}})
    clouds.roll_back(plan)
    assert clouds.new.network.networks.where(name=NETWORK)
    assert clouds.new.identity.projects.where(name=NAME)


def test_a_flavor_and_an_image_that_a_later_plan_adopts_outlive_the_first(clouds, there):
    first = clouds.plan(NAME)
    clouds.execute(first)
    second = clouds.plan(SECOND)
    clouds.execute(second)
    for kind in ("flavor", "image"):
        entry = first.ledger_entries.filter(type=kind, origin="created").first()
        assert entry is not None, kind
        second.items.create(
            type=kind,
            name=entry.name,
            ordinal=900,
            source_id=f"another-{kind}",
            action="adopt",
            destination_id=entry.destination_id,
        )
        LedgerEntry.objects.create(
            source_cloud=first.source,
            destination_cloud=first.destination,
            plan=second,
            type=kind,
            source_id=f"another-{kind}",
            destination_id=entry.destination_id,
            origin="adopted",
            state="present",
        )
    clouds.roll_back(first)
    adopted = second.ledger_entries.filter(source_id__startswith="another-")
    assert {entry.origin for entry in adopted} == {"created"}
    for entry in adopted:
        rows = clouds.new.compute.flavors if entry.type == "flavor" else clouds.new.image.images
        assert rows.where(id=entry.destination_id)


def test_a_grant_that_was_read_before_it_was_revoked_is_no_use_by_others(clouds):
    plan = clouds.plan(NAME)
    clouds.execute(plan)
    grant = plan.ledger_entries.filter(type="role_assignment").first()
    assert grant is not None
    ledger.record_removed(grant)
    assert ledger.is_created_by(plan, "role_assignment", grant.destination_id)
    ledger.save_stage_data(grant, {ledger.KEPT_FROM: plan.pk})
    assert not ledger.is_created_by(plan, "role_assignment", grant.destination_id)


def group_id(plan: Plan) -> str:
    """Return the id on the destination of the tenant's group web."""
    return plan.ledger_entries.get(type="security_group", name="web").destination_id


def test_a_security_group_that_a_rule_of_others_names_is_kept(clouds, there):
    plan = clouds.plan(NAME)
    clouds.execute(plan)
    web = clouds.new.network.groups.rows[group_id(plan)]
    made = there.post(
        "network", "/security-groups", {"security_group": {"name": "theirs"}}, "security_group"
    )
    rule = {"security_group_id": made["id"], "remote_group_id": web["id"], "direction": "ingress"}
    there.post("network", "/security-group-rules", {"security_group_rule": rule})
    job = clouds.roll_back(plan)
    assert web["id"] in clouds.new.network.groups.rows
    assert job.log.filter(message__contains=f"a rule of security group {made['id']}").exists()


def test_a_security_group_on_a_port_of_others_is_kept(clouds, there):
    plan = clouds.plan(NAME)
    clouds.execute(plan)
    web = clouds.new.network.groups.rows[group_id(plan)]
    [offices] = clouds.new.network.networks.where(name="offices")
    body = {"network_id": offices["id"], "security_groups": [web["id"]]}
    port = there.post("network", "/ports", {"port": body}, "port")
    port_row = clouds.new.network.ports.rows[port["id"]]
    port_row["project_id"] = port_row["tenant_id"] = web["project_id"]
    job = clouds.roll_back(plan)
    assert web["id"] in clouds.new.network.groups.rows
    assert job.log.filter(message__contains=f"port {port['id']}").exists()


def test_an_image_from_which_others_made_a_volume_is_kept(clouds, there):
    plan = clouds.plan(NAME)
    clouds.execute(plan)
    [image] = clouds.new.image.images.where(name=f"{NAME}-system")
    body = {"name": "theirs", "size": 1, "imageRef": image["id"]}
    volume = there.post("block_storage", "/volumes", {"volume": body}, "volume")
    job = clouds.roll_back(plan)
    assert image["id"] in clouds.new.image.images.rows
    assert job.log.filter(message__contains=f"volume {volume['id']} was made from it").exists()


def test_what_another_plan_is_mapped_to_is_kept_and_named_beforehand(clouds, there):
    first = clouds.plan(NAME)
    clouds.execute(first)
    network = clouds.new.network.networks.where(name=NETWORK)[0]
    second = clouds.plan(SECOND)
    clouds.execute(second)
    second.items.create(
        type="network",
        name="elsewhere",
        ordinal=900,
        source_id="another-network",
        action="map",
        destination_id=network["id"],
        shared=True,
    )
    listed = effects(fresh(first))
    kept = f"kept, because plan {second.pk} of {SECOND} uses it"
    assert f"network {NETWORK}: {kept}" in listed
    assert f"subnet {NAME}-desks: {kept}" in listed
    clouds.roll_back(first)
    assert network["id"] in clouds.new.network.networks.rows
    assert clouds.new.network.subnets.where(name=f"{NAME}-desks")
    clouds.roll_back(second)
    assert network["id"] in clouds.new.network.networks.rows


def test_access_to_a_private_volume_type_is_revoked(clouds, there):
    type_ = clouds.new.block_storage.types.add("nfs-private", is_public=False)
    plan = clouds.plan(NAME, choices={f"volume:{NAME}-data": "nfs-private"})
    clouds.execute(plan)
    assert clouds.new.block_storage.types.access_of(type_["id"])
    clouds.roll_back(plan)
    assert clouds.new.block_storage.types.access_of(type_["id"]) == []


def test_access_to_a_volume_type_that_was_there_stays(clouds, there):
    type_ = clouds.new.block_storage.types.add("nfs-private", is_public=False)
    project = there.post("identity", "/projects", {"project": {"name": NAME}}, "project")
    access = {"addProjectAccess": {"project": project["id"]}}
    there.post("block_storage", f"/types/{type_['id']}/action", access)
    choices = {f"volume:{NAME}-data": "nfs-private", f"project:{NAME}": "adopt"}
    plan = clouds.plan(NAME, choices=choices)
    clouds.execute(plan)
    clouds.roll_back(plan)
    assert clouds.new.block_storage.types.access_of(type_["id"]) == [project["id"]]


@pytest.mark.parametrize("kind", ["server", "volume", "image"])
def test_a_project_stays_with_what_its_users_have_made_since(clouds, there, kind):
    plan = clouds.plan(NAME)
    clouds.execute(plan)
    project_id = plan.ledger_entries.get(type="project").destination_id
    make_in_project(clouds, there, project_id, kind)
    job = clouds.roll_back(plan)
    assert project_id in clouds.new.identity.projects.rows
    assert job.log.filter(message__contains=f"{kind} theirs is in it").exists()


def make_in_project(clouds: TwoClouds, there: CloudSession, project_id: str, kind: str) -> None:
    """Make something in the moved tenant's project, as its users do after the move."""
    if kind == "server":
        server = boot_elsewhere(there, clouds)
        clouds.new.compute.servers.rows[server]["tenant_id"] = project_id
    elif kind == "volume":
        body = {"volume": {"name": "theirs", "size": 1}}
        volume = there.post("block_storage", "/volumes", body, "volume")
        clouds.new.block_storage.volumes.rows[volume["id"]]["os-vol-tenant-attr:tenant_id"] = (
            project_id
        )
    else:
        there.post("image", "/images", {"name": "theirs", "owner": project_id})
