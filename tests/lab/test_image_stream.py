"""Images are streamed from one real Glance to the other, whole or not at all."""

import hashlib
import os
from uuid import uuid4

import pytest

from dashboard.clients.image_stream import CHUNK, ImageBytes, copy_image
from dashboard.errors import Cancelled, Retryable
from tests.lab.unusual_data import BARE, make_image

CONTENT = os.urandom(5 * CHUNK + 3)


@pytest.fixture
def image(source):
    image_id = make_image(source, CONTENT, name="streamed")
    yield source.get("image", f"/images/{image_id}")
    source.delete("image", f"/images/{image_id}")


@pytest.fixture
def copy(source, destination, image):
    """Return a function that copies the image, and one that lists what is there of its copies."""
    name = f"copy-{uuid4().hex}"
    listed = lambda: [*destination.list("image", "/images", "images", name=name)]  # noqa: E731

    def copy_it(*, check=lambda: None, progress=lambda *_: None, source_image=image):
        return copy_image(
            source,
            source_image,
            destination,
            {**BARE, "name": name},
            progress=progress,
            check=check,
        )

    yield copy_it, listed
    for left in listed():
        destination.delete("image", f"/images/{left['id']}")


def test_the_bytes_arrive_and_their_hash_is_told(copy, destination):
    steps = []
    image_id, digest = copy[0](progress=lambda *step: steps.append(step))
    with destination.stream(f"/images/{image_id}/file") as answer:
        assert answer.content == CONTENT
    assert digest.value == hashlib.new(digest.algorithm, CONTENT).hexdigest()
    assert digest.size == len(CONTENT)
    assert steps[-1] == (len(CONTENT), len(CONTENT), "bytes")
    assert len(steps) >= len(CONTENT) / CHUNK


def test_a_broken_stream_can_be_tried_again_and_leaves_nothing(copy, monkeypatch):
    chunks = ImageBytes._chunks

    def breaking(self):
        yield next(chunks(self))
        raise Retryable("The source broke off.")

    monkeypatch.setattr(ImageBytes, "_chunks", breaking)
    with pytest.raises(Retryable, match="broke off"):
        copy[0]()
    assert copy[1]() == []


def test_a_stream_that_ends_early_leaves_nothing(copy, monkeypatch):
    chunks = ImageBytes._chunks
    monkeypatch.setattr(ImageBytes, "_chunks", lambda self: [next(chunks(self))])
    with pytest.raises(Retryable, match="ended after"):
        copy[0]()
    assert copy[1]() == []


def test_a_cancelled_stream_leaves_nothing(copy):
    def check():
        raise Cancelled

    with pytest.raises(Cancelled):
        copy[0](check=check)
    assert copy[1]() == []


def test_bytes_that_changed_on_the_way_are_refused_and_removed(copy, monkeypatch):
    chunks = ImageBytes._chunks
    monkeypatch.setattr(ImageBytes, "_chunks", lambda self: (chunk[::-1] for chunk in chunks(self)))
    with pytest.raises(Retryable, match="but the bytes that passed had"):
        copy[0]()
    assert copy[1]() == []


def test_an_image_that_only_has_a_checksum_is_compared_by_it(copy, image):
    old = {name: value for name, value in image.items() if not name.startswith("os_hash")}
    _, digest = copy[0](source_image=old)
    assert str(digest) == f"md5:{hashlib.md5(CONTENT).hexdigest()}"
