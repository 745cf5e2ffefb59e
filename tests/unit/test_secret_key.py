"""The installation's key is made once, whole, and the same for whoever asks."""

import os
import stat
from multiprocessing import get_context
from pathlib import Path

import pytest

from dashboard.errors import BadInput
from dashboard.secret_key import NAME, kept_secret_key

STARTS = 24


def ask(home: Path, gate, answers) -> None:
    gate.wait()
    answers.put(kept_secret_key(home))


@pytest.mark.parametrize("before", [None, "", "\n"])
def test_all_who_start_at_once_have_the_same_key(tmp_path: Path, before: str | None) -> None:
    if before is not None:
        (tmp_path / NAME).write_text(before)
    fork = get_context("fork")
    gate, answers = fork.Barrier(STARTS), fork.SimpleQueue()
    asking = [fork.Process(target=ask, args=(tmp_path, gate, answers)) for _ in range(STARTS)]
    for each in asking:
        each.start()
    keys = {answers.get() for _ in asking}
    for each in asking:
        each.join()
    assert keys == {(tmp_path / NAME).read_text()}
    assert len(keys.pop()) == 64
    assert stat.S_IMODE((tmp_path / NAME).stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


def test_a_full_disk_leaves_no_key_and_is_said(tmp_path, monkeypatch) -> None:
    real = os.fsync

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(BadInput, match=r"cannot be read or made: No space left on device\."):
        kept_secret_key(tmp_path)
    assert not [*tmp_path.iterdir()]
    monkeypatch.setattr(os, "fsync", real)
    assert kept_secret_key(tmp_path) == kept_secret_key(tmp_path) != ""


def test_what_a_start_that_was_killed_left_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "secret_key.new").write_text("half of")
    assert kept_secret_key(tmp_path) == (tmp_path / NAME).read_text() != "half of"


def test_a_key_that_is_there_is_kept_as_it_is(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text("a-key-from-before\n")
    assert kept_secret_key(tmp_path) == "a-key-from-before\n"


@pytest.mark.parametrize("kind", ["a folder", "not ASCII"])
def test_what_cannot_be_read_is_refused_in_a_sentence(tmp_path: Path, kind: str) -> None:
    if kind == "a folder":
        (tmp_path / NAME).mkdir()
    else:
        (tmp_path / NAME).write_bytes(b"\xff\xfe")
    with pytest.raises(BadInput, match=r"The secret key .* cannot be read or made"):
        kept_secret_key(tmp_path)
