"""A whole tenant moves from one real cloud to the other, is verified, and rolled back."""

import csv
import hashlib
import json
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from keystoneauth1.exceptions import Unauthorized
from keystoneauth1.identity.v3 import Password
from keystoneauth1.session import Session

import lab
from dashboard.jobs.models import Job
from dashboard.migrations_app.execution.identities import temporary_password_of
from dashboard.migrations_app.execution.passwords import secrets_file
from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.verbs.execute import Execute
from dashboard.migrations_app.verbs.rollback import Rollback
from dashboard.migrations_app.verbs.verify import Verify
from tests.lab.conftest import run

HASHES = "select password_hash from password where password_hash is not null"
# what clouds up to about 2017 wrote; gone from Keystone since 2025.1
SHA512_CRYPT = "$6$rounds=10000$saltsaltsaltsalt$" + "x" * 86
PARTS = ("items/", "findings/", "differences/", "ledger/")


@pytest.fixture(scope="module")
def tenant(tenant_with_data):
    """A tenant with two servers, an attached and a detached volume, whose guests have written."""
    for server_id in tenant_with_data["servers"]:
        with lab.disk_path("src", server_id).open("r+b") as disk:
            disk.write(f"the guest {server_id} wrote this".encode())
    return tenant_with_data


@pytest.fixture(scope="module")
def old_user(tenant, source) -> str:
    """The tenant's owner, whose hash is one that the destination's Keystone breaks on."""
    name = next(name for name in tenant["users"] if name.endswith("-owner"))
    user = next(source.list("identity", "/users", "users", name=name))
    lab.sql(
        f"update password join local_user on local_user.id = local_user_id "
        f"set password_hash = '{SHA512_CRYPT}' where user_id = '{user['id']}'",
        database="src_keystone",
    )
    return name


@pytest.fixture(scope="module")
def before(tenant, old_user, take_inventory):
    """Both clouds as they were before the move."""
    return take_inventory()


@pytest.fixture(scope="module")
def moved(tenant, before, plan_move) -> Plan:
    """The plan, executed and verified."""
    plan = plan_move(tenant["name"])
    assert plan.state == Plan.State.READY, [*plan.findings.values_list("sentence", flat=True)]
    run(Execute().start(plan))
    run(Verify().start(plan))
    plan.refresh_from_db()
    return plan


@pytest.fixture(scope="module")
def one_time(moved) -> dict[str, str]:
    """The name and the id there of the user who gets a one-time password, and the password."""
    path = secrets_file(moved)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with path.open(newline="") as file:
        (row,) = csv.reader(file)
    return dict(zip(("name", "id", "password"), row, strict=True))


def counterparts(plan: Plan, type_name: str) -> dict[str, str]:
    links = plan.ledger_entries.filter(type=type_name, origin="created")
    return dict(links.values_list("source_id", "destination_id"))


def fetch(cloud, service: str, path: str, key: str, ids, **options: Any) -> dict[str, dict]:
    return {id_: cloud.get(service, f"{path}/{id_}", key, **options) for id_ in ids}


def test_verify_finds_nothing_that_the_plan_had_not_named(moved):
    unnamed = moved.differences.filter(expected=False)
    assert [*unnamed.values_list("type", "name", "field", "source_value")] == []
    assert moved.verified_at


def test_disks_of_servers_have_the_same_bytes(moved, tenant):
    servers = counterparts(moved, "server")
    assert set(servers) == set(tenant["servers"])
    for source_id, destination_id in servers.items():
        old, new = lab.disk_path("src", source_id), lab.disk_path("dst", destination_id)
        assert sha256(old) == sha256(new)
        assert f"the guest {source_id} wrote this".encode() in new.read_bytes()


def test_volumes_have_the_same_bytes(moved, tenant, tmp_path):
    volumes = counterparts(moved, "volume")
    assert set(volumes) == set(tenant["volumes"])
    for source_id, destination_id in volumes.items():
        old = raw(lab.volume_path("src", source_id), tmp_path / "old")
        new = raw(lab.volume_path("dst", destination_id), tmp_path / "new")
        assert sha256(old) == sha256(new)


def test_ports_keep_their_addresses_and_groups(moved, source, destination):
    ports = counterparts(moved, "port")
    groups = counterparts(moved, "security_group")
    assert ports
    old = fetch(source, "network", "/ports", "port", ports)
    new = fetch(destination, "network", "/ports", "port", ports.values())
    for source_id, destination_id in ports.items():
        a, b = old[source_id], new[destination_id]
        assert a["mac_address"] == b["mac_address"]
        assert addresses(a) == addresses(b)
        assert {groups[group] for group in a["security_groups"]} == set(b["security_groups"])


def test_floating_addresses_are_on_the_destination_and_free_on_the_source(
    moved, tenant, source, destination
):
    floating = counterparts(moved, "floating_ip")
    old = fetch(source, "network", "/floatingips", "floatingip", floating)
    new = fetch(destination, "network", "/floatingips", "floatingip", floating.values())
    kept = [each["floating_ip_address"] for each in new.values()]
    assert sorted(kept) == sorted(tenant["floating_ips"])
    for source_id, destination_id in floating.items():
        a, b = old[source_id], new[destination_id]
        assert a["floating_ip_address"] == b["floating_ip_address"]
        assert a["port_id"] is a["router_id"] is None
    ports = {each["port_id"] for each in new.values()} - {None}
    assert len(ports) == 1 and ports <= {*counterparts(moved, "port").values()}


def test_forwarded_ports_lead_to_the_copy_of_the_port(moved, source, destination):
    led_to = []
    for source_id, destination_id in counterparts(moved, "floating_ip").items():
        path = "/floatingips/{}/port_forwardings"
        assert not [*source.list("network", path.format(source_id), "port_forwardings")]
        found = destination.list("network", path.format(destination_id), "port_forwardings")
        led_to += [each["internal_port_id"] for each in found]
    assert len(led_to) == 1 and led_to[0] in counterparts(moved, "port").values()


def test_a_trunk_carries_the_copy_of_its_sub_port_to_a_server(moved, destination):
    ports = counterparts(moved, "port").values()
    (trunk_id,) = counterparts(moved, "trunk").values()
    trunk = destination.get("network", f"/trunks/{trunk_id}", "trunk")
    assert [sub["segmentation_id"] for sub in trunk["sub_ports"]] == [42]
    assert {trunk["port_id"], trunk["sub_ports"][0]["port_id"]} <= {*ports}
    parent = destination.get("network", f"/ports/{trunk['port_id']}", "port")
    assert parent["device_id"] in counterparts(moved, "server").values()


def test_servers_have_the_power_state_they_had(moved, before, destination, source):
    servers = counterparts(moved, "server")
    for source_id, destination_id in servers.items():
        was = before.source["server"][source_id]["status"]
        assert destination.get("compute", f"/servers/{destination_id}", "server")["status"] == was
        assert source.get("compute", f"/servers/{source_id}", "server")["status"] == "SHUTOFF"


def test_servers_belong_to_their_owner(moved, source, destination):
    users = counterparts(moved, "user")
    for source_id, destination_id in counterparts(moved, "server").items():
        old = source.get("compute", f"/servers/{source_id}", "server")
        new = destination.get("compute", f"/servers/{destination_id}", "server")
        assert new["user_id"] == users[old["user_id"]]
        assert new["key_name"] == old["key_name"]


def test_a_user_logs_in_on_the_destination_with_the_old_password(
    moved, old_user, tenant, destination
):
    logins = json.loads(Path(tenant["secrets_file"]).read_text())
    (name,) = set(logins) - {old_user}
    assert log_in(destination, name, logins[name]["password"], tenant["name"])
    with pytest.raises(Unauthorized):
        log_in(destination, name, "not the password", tenant["name"])


def test_a_user_whose_hash_cannot_be_read_gets_a_one_time_password(
    moved, old_user, one_time, tenant, destination
):
    warnings = moved.findings.filter(severity="warn").values_list("sentence", flat=True)
    (told,) = (sentence for sentence in warnings if "one-time password" in sentence)
    assert old_user in told and "cannot read" in told
    assert one_time["name"] == old_user
    assert one_time["id"] in counterparts(moved, "user").values()
    assert log_in(destination, old_user, one_time["password"], tenant["name"])
    old = json.loads(Path(tenant["secrets_file"]).read_text())[old_user]["password"]
    with pytest.raises(Unauthorized):
        log_in(destination, old_user, old, tenant["name"])


def test_nothing_temporary_is_left(moved, before, take_inventory):
    now = take_inventory()
    for type_ in ("image", "snapshot", "volume", "role_assignment", "server"):
        assert set(now.source[type_]) == set(before.source[type_]), type_
    made = {**counterparts(moved, "image"), **counterparts(moved, "volume")}.values()
    for type_ in ("image", "snapshot", "volume"):
        assert set(now.destination[type_]) - set(before.destination[type_]) <= {*made}


def test_no_secret_is_in_the_database_a_page_or_an_answer(
    moved, tenant, one_time, admin, pumphouse_home
):
    secrets = [*secrets_of(moved, tenant), ("a one-time password", one_time["password"])]
    assert len(secrets) > 9
    assert Job.objects.filter(subject=moved.subject, log__message__contains="one-time").exists()
    written = b"".join(file.read_bytes() for file in pumphouse_home.glob("*.sqlite3*"))
    shown = b"".join(everything_shown(moved, admin))
    assert moved.tenant_name.encode() in written and moved.tenant_name.encode() in shown
    for name, secret in secrets:
        assert secret.encode() not in written, f"{name} is in the database"
        assert secret.encode() not in shown, f"{name} is on a page or in an answer"


def secrets_of(plan: Plan, tenant: dict) -> Iterator[tuple[str, str]]:
    """Return every password and hash that had a part in the move, each with its name."""
    for cloud in ("src", "dst"):
        for use in ("admin", "service", "database"):
            yield f"{cloud}'s password of {use}", lab.password(cloud, use=use)
    for name, login in json.loads(Path(tenant["secrets_file"]).read_text()).items():
        yield f"the password of {name}", login["password"]
    for user_id in counterparts(plan, "user"):
        yield "a temporary password", temporary_password_of(plan, user_id)
    yield from (("a hash", hash_) for hash_ in lab.sql(HASHES, database="src_keystone").split())


def everything_shown(plan: Plan, admin: User) -> Iterator[bytes]:
    """Return all pages and answers of the API about the plan and its jobs."""
    client = Client()
    client.force_login(admin)
    jobs = Job.objects.filter(subject=plan.subject)
    pages = [plan.get_absolute_url(), *(job.get_absolute_url() for job in jobs)]
    answers = [f"/api/plans/{plan.pk}/{part}" for part in ("", *PARTS)]
    answers += [f"/api/jobs/{job.pk}/{part}/" for job in jobs for part in ("steps", "log")]
    for address in (*pages, *answers, "/", "/clouds/", "/api/clouds/", "/api/tenants/"):
        answer = client.get(address)
        assert answer.status_code == 200, address
        yield answer.content


def test_the_same_plan_again_touches_nothing(moved, take_inventory):
    as_it_was = take_inventory()
    job = run(Execute().start(moved))
    assert job.steps.count() == 0
    assert take_inventory() == as_it_was


def test_a_new_plan_has_nothing_to_do(moved, tenant, plan_move):
    plan = plan_move(tenant["name"])
    actions = {*plan.items.filter(shared=False).values_list("action", flat=True)}
    assert "create" not in actions
    assert plan.state == Plan.State.READY


def test_rollback_puts_both_clouds_back(moved, before, tenant, take_inventory, source):
    run(Rollback().start(moved, confirmation=tenant["name"]))
    now = take_inventory()
    assert now.ids() == before.ids()
    for server_id in tenant["servers"]:
        was = before.source["server"][server_id]["status"]
        assert now.source["server"][server_id]["status"] == was
    for id_, floating in before.source["floating_ip"].items():
        assert now.source["floating_ip"][id_]["port_id"] == floating["port_id"]


def addresses(port: dict) -> set[str]:
    return {fixed["ip_address"] for fixed in port["fixed_ips"]}


def log_in(cloud, name: str, password: str, project: str) -> str:
    auth = Password(
        auth_url=cloud.access.auth["auth_url"],
        username=name,
        password=password,
        project_name=project,
        user_domain_id="default",
        project_domain_id="default",
    )
    return Session(auth=auth).get_token()


def raw(path: Path, target: Path) -> Path:
    subprocess.run(["qemu-img", "convert", "-O", "raw", str(path), str(target)], check=True)
    return target


def sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()
