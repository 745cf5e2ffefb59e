"""nova-network of the stand-in answers as the real one did, in both modes."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.juno.cloud import JunoCloud, running_juno
from tests.support.juno.networks import in_vlan_mode
from tests.support.juno.recordings import comparable, needs_recordings, recorded, replayed

pytestmark = needs_recordings
PATHS = (
    *("os-networks", "os-tenant-networks", "os-fixed-ips", "os-floating-ip", "os-security-group"),
    *("os-virtual-interfaces", "os-interface"),
)
# what nothing asks for, and a state of before
NOT_KEPT = ("bulk-by-host", "floating-ip-dns", "networks-before")
# what was read after servers had been changed, in the folder's order
READS = ("12-read-nova-admin", "13-read-nova-tenant", "14-errors-nova")
SERVERS = Path(__file__).parents[2] / "support/juno/recorded/nova_network_flat.json"


@pytest.fixture(scope="module")
def flat() -> Iterator[JunoCloud]:
    with running_juno() as cloud:
        whole = json.loads(SERVERS.read_text())["/servers/detail?all_tenants=1"]["servers"]
        cloud.state.setdefault("nova", {"servers": whole})
        yield cloud


def asked(folder: str, method: str = "GET") -> list[dict[str, object]]:
    """Return the recordings of a folder that are of networks."""
    return [
        each
        for each in recorded(folder)
        if each["request"]["service"] == "nova"
        and each["request"]["method"] == method
        and any(path in each["request"]["path"] for path in PATHS)
        and not any(name in each["name"] for name in NOT_KEPT)
    ]


@pytest.mark.parametrize("folder", READS)
def test_reads_are_answered_as_recorded(flat, folder):
    wanted = asked(folder)
    assert len(wanted) > 3
    for recording in wanted:
        status, body = replayed(flat, recording)
        assert status == recording["status"], recording["name"]
        assert comparable(body) == comparable(recording["response"]), recording["name"]


def test_reads_of_vlan_mode_are_answered_as_recorded():
    with running_juno() as cloud:
        in_vlan_mode(cloud)
        for recording in asked("40-vlan"):
            status, body = replayed(cloud, recording)
            assert status == recording["status"], recording["name"]
            expected = comparable(recording["response"])
            assert comparable(body) == expected, recording["name"]


def test_addresses_are_led_away_and_back_as_recorded(flat):
    """By an administrator of another tenant too, who cannot add one."""
    names = ("FloatingIp", "floating-ips-after", "ips-removal", "os-floating-ips-4", "v2-id-os-fl")
    steps = [
        each
        for folder in ("20-writes-nova", "25-more-writes")
        for each in recorded(folder)
        if any(name in each["name"] for name in names)
    ]
    assert len(steps) == 10
    for recording in steps:
        status, body = replayed(flat, recording)
        assert status == recording["status"], recording["name"]
        assert comparable(body) == comparable(recording["response"]), recording["name"]
