"""What is there already is adopted if it is equal, named if it is not, and outlives a rollback."""

from typing import Any

import pytest

from dashboard.clients.openstack import CloudSession
from dashboard.jobs.models import Job
from dashboard.migrations_app.models import LedgerEntry, Plan
from dashboard.migrations_app.resources.registry import resource_type
from dashboard.migrations_app.resources.work import Work
from tests.support.cloud.changes import row_of
from tests.support.cloud.messages import Json
from tests.support.cloud.moving import TwoClouds
from tests.support.cloud.seeds import NAME

pytestmark = pytest.mark.django_db(transaction=True)
# those whose second create call is refused, because a name, an address or a MAC is taken
REFUSED = {
    "flavor": f"{NAME}-small",
    "floating_ip": "",
    "keypair": "ann-key",
    "port": "visitor",
    "role": f"{NAME}-stocktaker",
    "user": f"{NAME}-rex",
}
ANN = f"{NAME}-ann"


@pytest.fixture
def there(clouds: TwoClouds) -> CloudSession:
    return clouds.destination_session


def entry_of(plan: Plan, type_name: str, name: str) -> LedgerEntry:
    named = {"name": name} if name else {}
    entry = plan.ledger_entries.filter(type=type_name, **named).first()
    assert entry is not None
    return entry


def require_adopted(clouds: TwoClouds, plan: Plan, type_name: str, name: str) -> None:
    """Require that an object was adopted, and that it is there after a rollback."""
    entry = entry_of(plan, type_name, name)
    assert entry.origin == LedgerEntry.Origin.ADOPTED
    clouds.roll_back(plan)
    assert row_of(clouds.new, type_name, entry.destination_id)


@pytest.mark.parametrize("type_name", REFUSED)
def test_what_appears_while_it_is_created_is_adopted(clouds, monkeypatch, type_name):
    [flavor] = clouds.old.compute.flavors.where(name=f"{NAME}-small")
    flavor["os-flavor-access:is_public"] = True
    type_, made = resource_type(type_name), set()
    create = type_.create

    def late(work: Work) -> str:
        """Create it first as somebody else does, without a marker of ours."""
        if work.record.id not in made:
            made.add(work.record.id)
            theirs = row_of(clouds.new, type_name, create(work))
            if theirs and type_.is_marked(work):
                theirs["description"] = ""
            if theirs and type_name == "flavor":
                theirs["extra_specs"] = work.record.fields["extra_specs"]
        return create(work)

    monkeypatch.setattr(type_, "create", late)
    plan = clouds.plan(NAME)
    clouds.execute(plan)
    assert made
    require_adopted(clouds, plan, type_name, REFUSED[type_name])


def make_ann(there: CloudSession, public_key: str) -> str:
    """Make a user with a key on the destination, as somebody else does."""
    user = there.post("identity", "/users", {"user": {"name": ANN}}, "user")
    key = {"name": "ann-key", "public_key": public_key, "type": "ssh", "user_id": user["id"]}
    there.post("compute", "/os-keypairs", {"keypair": key}, microversion="2.10")
    return str(user["id"])


def test_a_key_pair_that_was_there_before_stays(clouds, there):
    plan = clouds.plan(NAME)
    user_id = make_ann(there, f"ssh-rsa AAAAann ann@{NAME}")
    clouds.execute(plan)
    assert entry_of(plan, "user", ANN).destination_id == user_id
    require_adopted(clouds, plan, "keypair", "ann-key")


def test_the_password_of_a_user_who_was_there_before_is_left_alone(clouds, there):
    plan = clouds.plan(NAME)
    user_id = make_ann(there, f"ssh-rsa AAAAann ann@{NAME}")
    clouds.new.identity.users.rows[user_id]["~password"] = "theirs"
    clouds.execute(plan)
    assert clouds.new.identity.users.rows[user_id]["~password"] == "theirs"


def test_another_key_of_the_name_stops_the_move_in_one_sentence(clouds, there):
    plan = clouds.plan(NAME)
    make_ann(there, "ssh-rsa AAAAother another@elsewhere")
    job = clouds.execute(plan, state="failed")
    assert "another key pair ann-key: its public key differs" in errors_of(job)


def errors_of(job: Job) -> str:
    return " ".join(job.steps.exclude(error="").values_list("error", flat=True))


def adopted_project(clouds: TwoClouds, there: CloudSession) -> tuple[Plan, str]:
    """Return a plan that adopts the tenant's project, and the project's id."""
    made = there.post("identity", "/projects", {"project": {"name": NAME}}, "project")
    return clouds.plan(NAME, choices={f"project:{NAME}": "adopt"}), str(made["id"])


def make_visitor(clouds: TwoClouds, there: CloudSession, project_id: str, **fields: Any) -> Json:
    """Make a port with the MAC and address of the tenant's on a network of others."""
    [old] = clouds.old.network.ports.where(name="visitor")
    [offices] = clouds.new.network.networks.where(name="offices")
    addresses = [{"ip_address": each["ip_address"]} for each in old["fixed_ips"]]
    body = {
        **{"network_id": offices["id"], "project_id": project_id, "name": "theirs"},
        **{"mac_address": old["mac_address"], "fixed_ips": addresses, **fields},
    }
    return there.post("network", "/ports", {"port": body}, "port")


def test_a_port_that_was_there_before_is_adopted(clouds, there):
    plan, project_id = adopted_project(clouds, there)
    port = make_visitor(clouds, there, project_id)
    clouds.execute(plan)
    assert entry_of(plan, "port", "visitor").destination_id == port["id"]
    require_adopted(clouds, plan, "port", "visitor")


def test_a_port_of_the_mac_that_is_in_use_stops_the_move_in_one_sentence(clouds, there):
    plan, project_id = adopted_project(clouds, there)
    make_visitor(clouds, there, project_id, device_id="a-server", device_owner="compute:nova")
    job = clouds.execute(plan, state="failed")
    assert "another port visitor: it has the same MAC and belongs to compute:nova" in errors_of(job)


def make_address(clouds: TwoClouds, there: CloudSession, project_id: str, *, leads: bool) -> str:
    """Allocate an address of the tenant's on the destination: one that leads to a port, or not."""
    olds = clouds.old.network.floating_ips.rows.values()
    mine = [row for row in olds if row["description"] == "the shop's door"]
    [old] = [row for row in mine if bool(row["port_id"]) == leads]
    [public] = clouds.new.network.networks.where(name="public")
    body = {
        **{"floating_network_id": public["id"], "project_id": project_id},
        "floating_ip_address": old["floating_ip_address"],
    }
    there.post("network", "/floatingips", {"floatingip": body})
    return str(old["floating_ip_address"])


def test_a_floating_ip_that_was_there_before_is_adopted(clouds, there):
    plan, project_id = adopted_project(clouds, there)
    address = make_address(clouds, there, project_id, leads=False)
    clouds.execute(plan)
    require_adopted(clouds, plan, "floating_ip", address)


def test_a_floating_ip_that_leads_elsewhere_stops_the_move_in_one_sentence(clouds, there):
    plan, project_id = adopted_project(clouds, there)
    address = make_address(clouds, there, project_id, leads=True)
    job = clouds.execute(plan, state="failed")
    assert f"another floating IP {address}: it leads to another port" in errors_of(job)
