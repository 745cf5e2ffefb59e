"""What guests know ports and volumes by arrives, or is named: tags, and the names of disks."""

import json
from dataclasses import replace
from typing import Any

import pytest

from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.resources.compute.server.devices import DEVICES, device_losses
from dashboard.migrations_app.resources.records import Record
from tests.support.cloud.memory import MemoryCloud
from tests.support.cloud.messages import Json
from tests.support.cloud.moved_tenant import draft, executed, unexpected
from tests.support.cloud.moving import two_clouds
from tests.support.cloud.seeds import NAME, tenant_between

pytestmark = pytest.mark.django_db

WEB = f"{NAME}-web-1"


def tags(cloud: Any) -> tuple[list[str], list[str]]:
    """Return the tags of the first server's ports and volumes on a cloud."""
    [row] = cloud.compute.servers.where(name=WEB)
    return [*row["~tags"].values()], [
        each["tag"] for each in cloud.compute.attachments.of(row["id"])
    ]


def losses(plan: Plan) -> Json:
    """Return what the first server loses, with the reasons."""
    return {loss["field"]: loss["reason"] for loss in plan.items.get(name=WEB).losses}


def test_tags_of_ports_and_volumes_arrive(clouds):
    plan = draft(clouds)
    move = executed(clouds, plan, "server")
    assert tags(clouds.new) == tags(clouds.old) == (["nic of web-1"], ["goods"])
    assert not unexpected(move, plan.items.get(name=WEB))
    assert not {"port_tags", "volume_tags", DEVICES} & losses(plan).keys()


def test_tags_that_the_destination_takes_from_nobody_are_named_before(tmp_path):
    with two_clouds(tmp_path, new="queens") as clouds:
        tenant_between(clouds.old, clouds.new)
        limit_nova(clouds.new, "2.41")
        named = losses(draft(clouds))
    reason = "Nova of cloud new is too old for it."
    assert (named["port_tags"], named["volume_tags"]) == (reason, reason)


def limit_nova(cloud: MemoryCloud, newest: str) -> None:
    """Make the Nova of a cloud of Queens an older one, by the microversion that it knows."""
    told = json.dumps(cloud.release.versions["compute"]).replace("2.60", newest)
    versions = {**cloud.release.versions, "compute": json.loads(told)}
    cloud.release = replace(cloud.release, versions=versions)


def test_a_source_that_tells_no_tags_is_named_once(tmp_path):
    with two_clouds(tmp_path, old="queens") as clouds:
        tenant_between(clouds.old, clouds.new)
        plan = draft(clouds)
        [told] = plan.findings.filter(sentence__contains="does not tell the tags")
        assert (told.severity, told.resource) == ("info", "")
        executed(clouds, plan, "server")
        assert tags(clouds.new) == ([None], [None])


def test_a_gap_between_the_names_of_disks_is_named_and_closed(clouds):
    [row] = clouds.old.compute.servers.where(name=WEB)
    [attached] = clouds.old.compute.attachments.of(row["id"])
    attached["device"] = "/dev/vdf"
    volume = clouds.old.block_storage.volumes.get(attached["volume_id"])
    volume["attachments"] = [{**each, "device": "/dev/vdf"} for each in volume["attachments"]]
    plan = draft(clouds)
    assert (
        losses(plan)[DEVICES] == "Nova names the disks of the copy in their order and without gaps."
    )
    assert not unexpected(executed(clouds, plan, "server"), plan.items.get(name=WEB))


@pytest.mark.parametrize(
    ("devices", "more", "is_lost"),
    [
        (["/dev/vdb", "/dev/vdc"], {}, False),
        (["/dev/sdb"], {}, False),
        (["/dev/vdc"], {}, True),
        (["/dev/vdb", "/dev/vdd"], {}, True),
        (["/dev/vdd"], {"swap": 1, "ephemeral": 2}, False),
        (["/dev/vda", "/dev/vdb"], {"root_volume": "v0"}, False),
        (["/dev/vda", "/dev/vdc"], {"root_volume": "v0"}, True),
        (["disk-1"], {}, False),
    ],
)
def test_only_gaps_are_lost(devices, more, is_lost):
    told = {f"v{number}": device for number, device in enumerate(devices)}
    fields = {DEVICES: told, "volumes": [*told], "root_volume": "", **more}
    record = Record(type="server", id="s", name="web", fields=fields)
    assert bool([*device_losses(record)]) is is_lost


def test_a_root_disk_that_is_not_vda_is_named():
    name = "OS-EXT-SRV-ATTR:root_device_name"
    fields = {DEVICES: {}, "volumes": [], "root_volume": "", name: "/dev/sda"}
    record = Record(type="server", id="s", name="web", fields=fields)
    assert [loss.field for loss in device_losses(record)] == [name]
