"""What an old Nova answered is told as today's would tell it."""

import json
from types import SimpleNamespace
from typing import Any

import pytest

from dashboard.clients.legacy.answers import Answer
from dashboard.clients.legacy.nova_v2 import OldNova
from tests.support.juno.replaying import ADMIN_ID, ReplayedApi, found_with

ACME, GLOBEX = "5900a9f21ccb4f45900ea62f904f58d8", "e153a1fdc817497b924b6105bff3f5ed"
ALICE, BOB = "507c75bae7bd498cb81ebb842c7aae77", "54c443927c024c12832288ce677a8dbe"
WEB = "9a038ce7-2e3a-4a14-babe-d1797af4474d"
OF_A_DELETED_FLAVOR = "ee800ef8-dd9a-4009-b23d-f2c7371bfa8d"
NOT_SHARED = {"badRequest": {"message": "c2 is not on shared storage: Live migration can not be"}}


@pytest.fixture
def api() -> ReplayedApi:
    return ReplayedApi("nova", "v2")


@pytest.fixture
def nova(api: ReplayedApi) -> OldNova:
    return OldNova(found_with(adapter=api))


def test_it_is_there_where_nothing_newer_than_v2_was_found():
    assert OldNova.speaks(found_with(version=(2, 0)))
    assert not OldNova.speaks(found_with(version=None))


@pytest.mark.parametrize(("newest", "is_old"), [((2, 3), True), ((2, 12), False), (None, False)])
def test_the_first_microversions_are_those_of_the_same_api(newest, is_old):
    """Kilo has up to 2.3, with none of which anybody reads the key pairs of others."""
    document = SimpleNamespace(max_microversion=newest)
    assert OldNova.speaks(found_with(version=(2, 1), document=document)) is is_old


def test_servers_tell_their_flavors_with_name_sizes_and_extra_specs(nova, api):
    servers = nova.get("/servers/detail", params={"all_tenants": 1}).json()["servers"]
    [flavor] = [server["flavor"] for server in servers if server["id"] == WEB]
    assert flavor == {
        **{"id": "84", "original_name": "m1.micro", "vcpus": 1, "ram": 128, "disk": 1},
        **{"swap": 0, "ephemeral": 0, "extra_specs": {}},
    }
    assert {server["tenant_id"] for server in servers} == {ACME, GLOBEX}
    asked = [path for _, path, _ in api.asked if path != "/servers/detail"]
    assert len(asked) == len({*asked}), "each flavor is read once"


def test_a_deleted_flavor_is_still_told_by_its_servers_without_its_extra_specs(nova):
    flavor = nova.get(f"/servers/{OF_A_DELETED_FLAVOR}").json()["server"]["flavor"]
    assert (flavor["id"], flavor["original_name"]) == ("99", "doomed")
    assert "extra_specs" not in flavor


def test_extra_specs_are_told_where_the_flavor_has_some(nova):
    assert nova.flavors.embedded({"id": "auto"})["extra_specs"]


@pytest.mark.parametrize("absent", ["locked", "tags", "description", "OS-EXT-SRV-ATTR:user_data"])
def test_what_old_servers_do_not_tell_is_absent(nova, absent):
    assert absent not in nova.get(f"/servers/{WEB}").json()["server"]


def test_usage_is_made_of_the_limits(nova):
    path = f"/os-quota-sets/{ACME}/detail"
    found = nova.get(path).json()["quota_set"]
    assert found["instances"] == {"limit": 25, "in_use": 8, "reserved": 0}
    assert found["ram"] == {"limit": 102400, "in_use": 4992, "reserved": 0}
    assert "id" not in found
    assert nova.get(path, params={"user_id": BOB}).status_code == 404


def test_a_live_migration_is_asked_for_with_all_that_it_needs_here(nova, api):
    path = f"/servers/{WEB}/action"
    api.answers["POST", path] = [Answer(202)]
    wanted = {"os-migrateLive": {"host": None, "block_migration": "auto"}}
    assert nova.request(path, "POST", json=wanted, microversion="2.25").status_code == 200
    arguments = {"host": None, "block_migration": False, "disk_over_commit": False}
    assert api.asked == [("POST", path, {"os-migrateLive": arguments})]


def test_disks_are_copied_where_the_hosts_share_no_storage(nova, api):
    path = f"/servers/{WEB}/action"
    api.answers["POST", path] = [Answer(400, NOT_SHARED), Answer(202)]
    nova.request(path, "POST", json={"os-migrateLive": {"host": None}})
    asked = [body["os-migrateLive"]["block_migration"] for _, _, body in api.asked]
    assert asked == [False, True]


def test_any_other_refusal_of_a_live_migration_is_told_at_once(nova, api):
    path = f"/servers/{WEB}/action"
    api.answers["POST", path] = [Answer(400, {"badRequest": {"message": "No valid host"}})]
    answer = nova.request(path, "POST", json={"os-migrateLive": {"host": None}})
    assert (answer.status_code, len(api.asked)) == (400, 1)


def test_other_actions_go_through_as_they_are(nova, api):
    path = f"/servers/{WEB}/action"
    api.answers["POST", path] = [Answer(202)]
    assert nova.request(path, "POST", json={"os-stop": None}).status_code == 202
    assert api.asked == [("POST", path, {"os-stop": None})]


def test_records_of_migrations_have_a_type_and_are_filtered_here(nova, api):
    found = nova.get("/os-migrations").json()["migrations"]
    assert [record["migration_type"] for record in found] == ["migration"]
    assert "dest_compute" in found[0]
    for query in ({"migration_type": "evacuation"}, {"instance_uuid": WEB}):
        assert nova.get("/os-migrations", params=query).json()["migrations"] == []
    query = {"status": "finished", "source_compute": "juno-c1"}
    assert nova.get("/os-migrations", params=query).json()["migrations"] == found


def test_what_is_as_today_goes_through(nova):
    listed = nova.get("/os-services", params={"binary": "nova-compute"}).json()["services"]
    assert [service["host"] for service in listed] == ["juno-c2", "juno-c1"]


class Identity:
    """A Keystone in which some users have EC2 credentials; it gives tokens for right signatures."""

    def __init__(self, credentials: dict[str, Any], *, status: int = 200) -> None:
        self.credentials, self.status = credentials, status
        self.signed: list[Any] = []

    def get_endpoint(self) -> str:
        """Return its address."""
        return "http://juno.example:5000/v2.0"

    def request(self, path: str, method: str, **options: Any) -> Answer:
        """List the credentials of a user, and others'."""
        assert path == "/credentials"
        listed = [
            {"type": "ec2", "user_id": user, "project_id": ACME, "blob": json.dumps(credential)}
            for user, credential in self.credentials.items()
        ]
        return Answer(200, {"credentials": [*listed, {"type": "totp", "user_id": ALICE}]})

    def post(self, url: str, *, json: Any, **options: Any) -> Answer:
        """Return a token for a signature."""
        assert url == "http://juno.example:5000/v2.0/ec2tokens"
        self.signed.append(json["credentials"])
        return Answer(self.status, {"access": {"token": {"id": "token-of-the-user"}}})

    def get(self, url: str, *, headers: Any, **options: Any) -> Answer:
        """List the keys of whoever has the token."""
        assert headers["X-Auth-Token"] == "token-of-the-user"
        assert url == f"http://juno.example/v2/{ACME}/os-keypairs"
        return Answer(200, {"keypairs": [{"keypair": {"name": "a", "public_key": "ssh-rsa A"}}]})


def with_keys(api: ReplayedApi, identity: Identity) -> OldNova:
    other = {"identity": identity}
    return OldNova(found_with(adapter=api, session=identity, other=other.__getitem__))


CREDENTIAL = {"access": "the-access", "secret": "the-secret"}


def test_keys_of_a_user_with_ec2_credentials_are_read_as_that_user(api):
    identity = Identity({ALICE: CREDENTIAL})
    nova = with_keys(api, identity)
    for _ in range(2):
        found = nova.get("/os-keypairs", params={"user_id": ALICE}).json()["keypairs"]
        assert found == [{"keypair": {"name": "a", "public_key": "ssh-rsa A"}}]
    one = nova.get("/os-keypairs/a", params={"user_id": ALICE}).json()["keypair"]
    assert one["public_key"] == "ssh-rsa A"
    assert nova.get("/os-keypairs/b", params={"user_id": ALICE}).status_code == 404
    assert len(identity.signed) == 1, "keys are read once"


def test_a_request_is_signed_as_keystone_checks_it(api):
    """The value was computed with Ec2Signer of python-keystoneclient."""
    identity = Identity({ALICE: CREDENTIAL})
    with_keys(api, identity).keys.of(ALICE)
    assert identity.signed[0]["access"] == "the-access"
    assert identity.signed[0]["signature"] == "Y4/4U6hOP7lynjMPMfIiFGJBikXVARZTrA3ijOomdUA="


@pytest.mark.parametrize("identity", [Identity({}), Identity({BOB: CREDENTIAL}, status=401)])
def test_keys_that_nobody_can_read_are_named_by_the_servers_that_have_them(api, identity):
    nova = with_keys(api, identity)
    found = nova.get("/os-keypairs", params={"user_id": BOB}).json()["keypairs"]
    assert found == [{"keypair": {"name": "bob-key"}}]


def test_the_callers_own_keys_are_as_nova_lists_them(nova):
    assert nova.get("/os-keypairs").json() == {"keypairs": []}
    assert nova.get("/os-keypairs", params={"user_id": ADMIN_ID}).json() == {"keypairs": []}
