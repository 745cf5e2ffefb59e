"""The cloud in memory answers what real services answer: fields, defaults, versions, errors."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dashboard.errors import NeedsOperator
from dashboard.migrations_app.resources.reader import TenantRef
from tests.support.cloud import releases
from tests.support.cloud.memory import MemoryCloud
from tests.support.cloud.releases.recording import record
from tests.support.cloud.releases.reduce import reduce_all, reduce_recordings
from tests.support.cloud.seeds.recorded import seed_recorded
from tests.support.cloud.sessions import operator_of
from tests.support.cloud.wire import connected

ABSENT = "absent"
# what depends on what was done on the recorded clouds, or on the drivers and zones that they had
OF_ITS_HISTORY = (
    *("/revision_number", "/provider:segmentation_id", "/size", "/virtual_size", "/running_vms"),
    *("/OS-EXT-SRV-ATTR:root_device_name", "/binding:vif_details/bound_drivers", "/zoneName"),
)
LEAST = {"answers": 20, "errors": 5}
RECORDED = ("queens", "2025.1")
BESIDE = Path(__file__).parents[3] / "shared" / "releases"
RECORDINGS = Path(os.environ.get("PUMPHOUSE_RELEASE_RECORDINGS") or BESIDE)


@pytest.fixture(params=RECORDED)
def cloud(request: pytest.FixtureRequest) -> Iterator[MemoryCloud]:
    """Serve a cloud of a release that was recorded."""
    cloud = MemoryCloud("old", release=request.param)
    with connected(cloud):
        yield cloud


def recorded(cloud: MemoryCloud) -> dict[str, Any]:
    path = Path(releases.__file__).with_name(f"{cloud.release.name}.json")
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", RECORDED)
def test_files_of_releases_are_what_their_recordings_say(name):
    if not (RECORDINGS / name).is_dir():
        pytest.skip(f"no recordings in {RECORDINGS}; PUMPHOUSE_RELEASE_RECORDINGS names them")
    path = Path(releases.__file__).with_name(f"{name}.json")
    assert json.loads(path.read_text(encoding="utf-8")) == reduce_recordings(RECORDINGS / name)


def differing(mine: Any, theirs: Any, path: str = "") -> Iterator[str]:
    """Return where two reduced answers differ."""
    if isinstance(mine, dict) and isinstance(theirs, dict):
        for name in sorted({*mine, *theirs}):
            yield from differing(mine.get(name, ABSENT), theirs.get(name, ABSENT), f"{path}/{name}")
    elif isinstance(mine, list) and isinstance(theirs, list) and mine and theirs:
        yield from differing(mine[0], theirs[0], f"{path}[]")
    elif mine != theirs and not is_of_kind(mine, theirs) and not path.endswith(OF_ITS_HISTORY):
        yield f"{path}: {mine!r}, recorded {theirs!r}"


def is_of_kind(value: Any, word: Any) -> bool:
    """Return whether a recorded word like <text> stands for a value."""
    kinds = {"<text>": str, "<number>": int, "<id>": str, "<time>": str}
    return isinstance(value, kinds.get(word, ())) if isinstance(word, str) else False


def test_answers_are_those_that_were_recorded(cloud):
    tenant_id = seed_recorded(cloud)
    session = operator_of(cloud)
    mine = reduce_all(record(session, TenantRef(tenant_id, "shop-proj")))
    known = recorded(cloud)
    for part in ("answers", "errors"):
        compared = sorted(mine[part].keys() & known[part].keys())
        assert len(compared) >= LEAST[part]
        lines = (differing(mine[part][name], known[part][name], name) for name in compared)
        assert [line for each in lines for line in each] == []


def test_an_answer_with_another_field_or_default_is_found_out():
    known = {"name": "<text>", "mtu": 1450}
    assert [*differing({"name": "net", "mtu": 1450}, known)] == []
    assert [*differing({"name": "net", "mtu": 1500}, known)] == ["/mtu: 1500, recorded 1450"]
    assert [*differing({"name": "net"}, known)] == ["/mtu: 'absent', recorded 1450"]
    assert [*differing({"name": 1, "mtu": 1450, "qos": 1}, known)] == [
        "/name: 1, recorded '<text>'",
        "/qos: 1, recorded 'absent'",
    ]


def test_the_client_finds_services_and_microversions(cloud):
    session = operator_of(cloud)
    newest = tuple(int(part) for part in recorded(cloud)["newest"]["compute"].split("."))
    assert session.newest_microversion("compute") == newest
    assert session.endpoint("network").startswith(f"{cloud.url}/network/v2.0")


def test_a_refusal_has_the_words_of_its_service(cloud):
    with pytest.raises(NeedsOperator, match=r"answered 404 .* Network nope could not be found\."):
        operator_of(cloud).get("network", "/networks/nope", "network")
