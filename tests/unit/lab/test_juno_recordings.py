"""The stand-in of 2014 against answers of a real cloud, by value, where recordings are at hand."""

from collections.abc import Iterator

import pytest

from tests.support.juno.cloud import JunoCloud, running_juno
from tests.support.juno.recordings import comparable, needs_recordings, recorded, replayed

pytestmark = needs_recordings
# what the stand-in does not have: extensions, signing, trusts, lists of services
ABSENT = (
    *("extensions", "certificates", "revoked", "endpoints", "services", "regions", "policies"),
    *("trusts", "roleRefs", "tokens-validate", "tokens-head"),
)
# made after the lists were recorded, told another way, or refused by the server in front
LATER = ("hashsample", "post-v3-auth-tokens", "tokens-by-token", "too-large")


@pytest.fixture
def cloud() -> Iterator[JunoCloud]:
    with running_juno() as cloud:
        yield cloud


def kept(name: str) -> bool:
    return not any(word in name for word in (*ABSENT, *LATER))


@pytest.mark.parametrize("folder", ["10-read-keystone", "11-errors-keystone"])
def test_keystone_reads_and_refuses_as_recorded(cloud, folder):
    for recording in recorded(folder):
        if kept(recording["name"]):
            status, body = replayed(cloud, recording)
            assert (recording["name"], status) == (recording["name"], recording["status"])
            assert comparable(body) == comparable(recording["response"]), recording["name"]
