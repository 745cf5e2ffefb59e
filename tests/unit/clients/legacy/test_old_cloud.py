"""The product's own session on a cloud of 2014: what it finds there, and what it does."""

import hashlib
from collections.abc import Iterator

import pytest

from dashboard.clients import polling
from dashboard.clients.openstack import CloudSession
from dashboard.errors import NeedsOperator
from tests.support.juno.cloud import JunoCloud, running_juno

ACME = "5900a9f21ccb4f45900ea62f904f58d8"
BOB = "54c443927c024c12832288ce677a8dbe"
WEB, STOPPED = "9a038ce7-2e3a-4a14-babe-d1797af4474d", "9124e8d9-c024-48da-8e7f-db3f6a888d59"
IN_USE = "c6500417-90dd-4ac5-8bfe-cceefadc9ecc"
GOLDEN = "a12204ef-52ab-46de-a80c-7c7702e6db98"
ALL = {"all_tenants": 1, "project_id": ACME}


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[JunoCloud]:
    monkeypatch.setattr(polling, "FIRST_PAUSE_SECONDS", 0.001)
    with running_juno() as cloud:
        yield cloud


@pytest.fixture
def session(cloud: JunoCloud) -> CloudSession:
    return CloudSession(cloud.access())


def only(cloud: JunoCloud, api: str, version: str, *entries: str) -> CloudSession:
    """Return a session on the cloud with one version of an API, and without catalogue entries."""
    cloud.state[api]["versions"] = [version]
    catalogue = cloud.state["keystone"]["catalogue"]
    kept = [entry for entry in catalogue if entry["type"] not in entries]
    cloud.state["keystone"]["catalogue"] = kept
    return CloudSession(cloud.access())


def test_nova_speaks_no_microversions_and_servers_tell_their_flavors(session):
    assert session.newest_microversion("compute") == (0, 0)
    servers = [*session.list("compute", "/servers/detail", "servers", **ALL)]
    assert len(servers) == 8
    assert {server["flavor"]["original_name"] for server in servers} == {"m1.micro", "acme.big"}


def test_lists_are_read_to_their_end_though_they_come_in_pages(cloud, session):
    pages = [*session.list("compute", "/servers/detail", "servers", limit=3, **ALL)]
    assert len({server["id"] for server in pages}) == 8
    cloud.state["cinder"]["max_limit"] = 2
    snapshots = [*session.list("block_storage", "/snapshots/detail", "snapshots", **ALL)]
    assert len(snapshots) == 3


def test_a_server_is_stopped_and_its_disk_captured_in_an_image(session):
    path = f"/servers/{WEB}"
    session.post("compute", f"{path}/action", {"os-stop": None})
    assert session.get("compute", path, "server")["OS-EXT-STS:task_state"] == "powering-off"
    assert session.get("compute", path, "server")["status"] == "SHUTOFF"
    with pytest.raises(NeedsOperator, match="Cannot stop while the instance is in this state"):
        session.post("compute", f"{path}/action", {"os-stop": None})
    body = {"createImage": {"name": "a", "metadata": {"pumphouse_temporary": "server:1"}}}
    session.post("compute", f"{path}/action", body)
    [image] = session.list("image", "/images", "images", pumphouse_temporary="server:1")
    content = session.stream(f"/images/{image['id']}/file").content
    assert hashlib.md5(content, usedforsecurity=False).hexdigest() == image["checksum"]
    session.delete("image", f"/images/{image['id']}")
    assert session.find("image", f"/images/{image['id']}") is None


def test_a_running_server_is_migrated_live(cloud, session):
    body = {"os-migrateLive": {"host": None, "block_migration": "auto"}}
    session.post("compute", f"/servers/{WEB}/action", body, microversion="2.25")
    seen = [session.get("compute", f"/servers/{WEB}", "server") for _ in range(2)]
    assert [server["status"] for server in seen] == ["MIGRATING", "ACTIVE"]
    assert seen[1]["OS-EXT-SRV-ATTR:host"] == "juno-c2"
    assert [*session.list("compute", "/os-migrations", "migrations", instance_uuid=WEB)] == []


def test_the_usage_of_quotas_is_told(session):
    quotas = session.get("compute", f"/os-quota-sets/{ACME}/detail", "quota_set")
    assert quotas["instances"] == {"limit": 25, "in_use": 8, "reserved": 0}
    assert session.find("compute", f"/os-quota-sets/{ACME}/detail?user_id={BOB}") is None


@pytest.mark.parametrize(("version", "gone"), [("v2", ()), ("v1", ("volumev2",))])
def test_a_volume_in_use_is_captured_through_a_copy(cloud, version, gone):
    session = only(cloud, "cinder", version, *gone)
    volumes = [*session.list("block_storage", "/volumes/detail", "volumes", **ALL)]
    assert {volume["name"] for volume in volumes} == {"acme-data", "acme-dbdisk", "acme-root"}
    assert {volume["volume_type"] for volume in volumes} == {"gold", None}
    body = {"volume_id": IN_USE, "force": True, "name": "a-copy"}
    snapshot = session.post("block_storage", "/snapshots", {"snapshot": body}, "snapshot")
    body = {"snapshot_id": snapshot["id"], "size": 1, "name": "a-copy"}
    copy = session.post("block_storage", "/volumes", {"volume": body}, "volume")
    session.get("block_storage", f"/volumes/{copy['id']}", "volume")
    [found] = session.list("block_storage", "/volumes/detail", "volumes", name="a-copy")
    assert (found["id"], found["status"]) == (copy["id"], "available")
    formats = {"image_name": "a", "disk_format": "qcow2", "container_format": "bare"}
    path, key = f"/volumes/{copy['id']}", "os-volume_upload_image"
    image_id = session.post("block_storage", f"{path}/action", {key: formats}, key)["image_id"]
    assert session.stream(f"/images/{image_id}/file").content == f"volume {IN_USE}".encode()
    session.get("block_storage", path, "volume")
    session.delete("block_storage", path)
    session.get("block_storage", path, "volume")
    assert session.find("block_storage", path, "volume") is None


def test_images_of_a_glance_without_v2_are_read_with_their_bytes(cloud):
    session = only(cloud, "glance", "v1")
    images = [*session.list("image", "/images", "images", owner=ACME)]
    assert {image["name"] for image in images} >= {"acme-golden", "web-1-snap", "never-uploaded"}
    image = session.get("image", f"/images/{GOLDEN}")
    assert (image["built_by"], image["visibility"]) == ("alice", "private")
    content = session.stream(f"/images/{GOLDEN}/file").content
    assert hashlib.md5(content, usedforsecurity=False).hexdigest() == image["checksum"]
    [member] = session.list("image", f"/images/{GOLDEN}/members", "members")
    assert member["status"] == "accepted"


def test_an_image_of_v1_keeps_its_properties_when_its_protection_is_lifted(cloud):
    session = only(cloud, "glance", "v1")
    [image] = [row for row in cloud.state["glance"]["images"] if row["id"] == GOLDEN]
    image["protected"] = True
    with pytest.raises(NeedsOperator, match="Image is protected"):
        session.delete("image", f"/images/{GOLDEN}")
    change = [{"op": "replace", "path": "/protected", "value": False}]
    session.patch("image", f"/images/{GOLDEN}", change)
    assert image["properties"] == {"built_by": "alice", "role": "web"}
    session.delete("image", f"/images/{GOLDEN}")
    assert session.find("image", f"/images/{GOLDEN}") is None


def test_a_service_is_disabled_by_its_host_and_binary(cloud, session):
    body = {"host": "juno-c1", "binary": "nova-compute", "disabled_reason": "maintenance"}
    session.put("compute", "/os-services/disable-log-reason", body)
    services = session.list("compute", "/os-services", "services", binary="nova-compute")
    found = {service["host"]: service["disabled_reason"] for service in services}
    assert found == {"juno-c1": "maintenance", "juno-c2": None}


@pytest.mark.parametrize("keystone", [("v2.0",), ("v2.0", "v3")], ids=["v2.0", "v3"])
def test_key_pairs_of_users_are_read_with_their_ec2_credentials_or_named_by_servers(keystone):
    with running_juno(keystone=keystone) as cloud:
        session = CloudSession(cloud.access())
        keys = [*session.list("compute", "/os-keypairs", "keypairs", user_id=BOB)]
        assert [entry["keypair"]["name"] for entry in keys] == ["bob-key", "alice-key"]
        assert all(entry["keypair"]["public_key"] for entry in keys)
        cloud.state["keystone"]["ec2"].clear()
        found = CloudSession(cloud.access()).list(
            "compute", "/os-keypairs", "keypairs", user_id=BOB
        )
        assert [*found] == [{"keypair": {"name": "bob-key"}}]
