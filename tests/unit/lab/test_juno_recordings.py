"""The stand-in of 2014 against answers of a real cloud, by value, where recordings are at hand."""

import json
from collections.abc import Iterator

import pytest

from tests.support.juno.cloud import JunoCloud, running_juno
from tests.support.juno.recordings import (
    RECORDINGS,
    comparable,
    needs_recordings,
    recorded,
    replayed,
)
from tests.support.juno.reduce import RECORDINGS as KEPT
from tests.support.juno.reduce import reduced

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


@pytest.mark.parametrize("service", ["nova", "cinder", "glance"])
def test_the_answers_that_are_kept_are_those_that_were_recorded(service):
    text = (KEPT / f"{service}.jsonl").read_text(encoding="utf-8")
    assert [json.loads(line) for line in text.splitlines()] == [*reduced(RECORDINGS, service)]


@pytest.mark.parametrize("folder", ["10-read-keystone", "11-errors-keystone"])
def test_keystone_reads_and_refuses_as_recorded(cloud, folder):
    for recording in recorded(folder):
        if kept(recording["name"]):
            status, body = replayed(cloud, recording)
            assert (recording["name"], status) == (recording["name"], recording["status"])
            assert comparable(body) == comparable(recording["response"]), recording["name"]
