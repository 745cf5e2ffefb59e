"""Nova, Cinder and Glance of the stand-in against answers of a real cloud, by value."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.support.juno.cloud import JunoCloud, running_juno
from tests.support.juno.recorded_answers import Recording, recordings
from tests.support.juno.recordings import comparable
from tests.support.juno.reduce import without_links

# hashes are those of bytes of ours, services report all the time, and the order of a page's
# parameters means nothing
OURS = {"checksum", "updated_at", "first"}
BOOTS = ("POST", "/servers")
"""What nobody does to a source."""
WHILE_CHANGING = 20
"""The first folder of recordings that were made while things changed."""


@pytest.fixture(scope="module")
def cloud() -> Iterator[JunoCloud]:
    with running_juno() as cloud:
        yield cloud


def asked(cloud: JunoCloud, service: str, each: Recording) -> requests.Response:
    headers = {"Accept": "application/json"}
    if each.user != "nobody":
        headers["X-Auth-Token"] = f"TOKEN-{each.user.replace('@', '-')}"
    address = cloud.url(service) + each.path
    return requests.request(
        each.method, address, params=each.query, headers=headers, json=each.body, timeout=10
    )


def told(body: Any) -> Any:
    """Return a body without links and without what is ours, in a form that can be compared."""

    def without(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: without(each) for name, each in value.items() if name not in OURS}
        return [without(each) for each in value] if isinstance(value, list) else value

    return comparable(without(without_links(body)))


def body_of(response: requests.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return response.text or None


@pytest.mark.parametrize("service", ["nova", "cinder", "glance"])
def test_what_is_read_and_refused_is_answered_as_recorded(cloud, service):
    held = [each for each in recordings(service) if each.folder < WHILE_CHANGING]
    held = [each for each in held if (each.method, each.below) != BOOTS]
    assert len(held) > 25
    for each in held:
        answer = asked(cloud, service, each)
        what = (each.method, each.path, each.query, each.body)
        assert (*what, answer.status_code) == (*what, each.status), answer.text[-300:]
        assert told(cloud.as_recorded(body_of(answer))) == told(each.response), what


def test_headers_of_images_are_as_recorded(cloud):
    for each in recordings("glance"):
        if each.method == "HEAD":
            headers = {n.lower(): v for n, v in asked(cloud, "glance", each).headers.items()}
            for name, value in each.headers.items():
                if name.startswith("x-image-meta-") and name.rpartition("-")[2] not in OURS:
                    assert headers[name] == value, (each.path, name)
