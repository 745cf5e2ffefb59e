"""The cloud in memory answers what real services answer: fields, defaults, versions, errors."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dashboard.errors import NeedsOperator
from tests.support.cloud import releases
from tests.support.cloud.memory import MemoryCloud
from tests.support.cloud.releases.reduce import reduce_recordings
from tests.support.cloud.sessions import operator_of
from tests.support.cloud.wire import connected

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


def test_the_client_finds_services_and_microversions(cloud):
    session = operator_of(cloud)
    newest = tuple(int(part) for part in recorded(cloud)["newest"]["compute"].split("."))
    assert session.newest_microversion("compute") == newest
    assert session.endpoint("network").startswith(f"{cloud.url}/network/v2.0")


def test_a_refusal_has_the_words_of_its_service(cloud):
    with pytest.raises(NeedsOperator, match=r"answered 404 .* Network nope could not be found\."):
        operator_of(cloud).get("network", "/networks/nope", "network")
