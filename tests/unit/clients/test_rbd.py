"""Copies between images of Ceph by the tool ``rbd``, which a script stands for here."""

import json
import stat
from hashlib import sha256
from pathlib import Path

import pytest

from dashboard.clients import rbd
from dashboard.clients.rbd import CephPool
from dashboard.errors import NeedsOperator, Retryable

SCRIPT = """#!/bin/sh
echo "$*" >> {folder}/calls
case "$*" in
  *export-diff*) head -c 3000000 /dev/zero; test ! -e {folder}/reader-fails || exit 1 ;;
  *'export --no-progress one/volume-1@b -') printf 'all bytes' ;;
  *'export --no-progress'*) printf 'all by'; exit 1 ;;
  *import-diff*)
    test ! -e {folder}/writer-fails || {{ echo 'rbd: no room' >&2; exit 1; }}
    cat > {folder}/got ;;
  *'snap create'*) echo 'rbd: failed to create snapshot: (17) File exists' >&2; exit 17 ;;
  *' info '*) cat {folder}/info ;;
  *' du '*) cat {folder}/du ;;
  *'snap ls'*) echo '[{{"name": "one"}}]' ;;
  *'ls --format json one') echo 'rbd: error connecting: (13) Permission denied' >&2; exit 1 ;;
esac
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a script rbd, which is the first that is found."""
    script = tmp_path / "rbd"
    script.write_text(SCRIPT.format(folder=tmp_path))
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return tmp_path


def pool(name: str) -> CephPool:
    return CephPool(pool=name, conf="/c/ceph.conf", keyring="/c/key", user="pumphouse")


def copy(passed: list[int]) -> int:
    one, other = pool("one"), pool("other")
    names = {"since": "a", "until": "b"}
    return rbd.copy_changes(one, "volume-1", other, "volume-2", **names, passing=passed.append)


def test_bytes_pass_in_pieces_and_the_files_of_the_key_are_named(folder):
    passed: list[int] = []
    assert copy(passed) == 3_000_000 == (folder / "got").stat().st_size
    assert passed == [1048576, 1048576, 902848]
    login = "--conf /c/ceph.conf --keyring /c/key --id pumphouse"
    calls = {*(folder / "calls").read_text().splitlines()}
    assert calls == {
        f"{login} export-diff --no-progress --from-snap a one/volume-1@b -",
        f"{login} import-diff --no-progress - other/volume-2",
    }


def test_each_side_has_the_files_of_its_own_cluster(folder):
    old = CephPool(pool="one", conf="/old/ceph.conf", keyring="/old/key", user="reader")
    new = CephPool(pool="one", conf="/new/ceph.conf", keyring="/new/key", user="writer")
    passing = {"since": "", "until": "b", "passing": lambda _count: None}
    rbd.copy_changes(old, "volume-1", new, "volume-2", **passing)
    calls = {*(folder / "calls").read_text().splitlines()}
    assert calls == {
        "--conf /old/ceph.conf --keyring /old/key --id reader "
        "export-diff --no-progress one/volume-1@b -",
        "--conf /new/ceph.conf --keyring /new/key --id writer "
        "import-diff --no-progress - one/volume-2",
    }


def test_a_snapshot_that_there_is_stays(folder):
    rbd.add_snapshot(pool("one"), "volume-1", "a")
    assert "snap create --no-progress one/volume-1@a" in (folder / "calls").read_text()


@pytest.mark.parametrize(
    ("told", "used", "is_untouched"),
    [
        ({}, 0, True),
        ({}, 4194304, False),
        ({"features": ["layering"]}, 0, False),
        ({"flags": ["fast diff invalid"]}, 0, False),
        ({"parent": None}, 0, False),
        ({"parent": {"pool": "one", "image": "a", "snapshot": "c", "overlap": 8}}, 0, False),
        ({"size": 16}, 0, False),
    ],
)
def test_a_clone_is_untouched_if_its_map_says_that_it_has_nothing_of_its_own(
    folder, told, used, is_untouched
):
    parent = {"pool": "one", "image": "a", "snapshot": "b", "overlap": 8}
    info = {"size": 8, "features": ["fast-diff"], "flags": [], "parent": parent}
    (folder / "info").write_text(json.dumps({**info, **told}))
    (folder / "du").write_text(json.dumps({"images": [{"used_size": used}]}))
    assert rbd.is_untouched_clone(pool("one"), "volume-2", "one/a@b") is is_untouched


@pytest.mark.parametrize("side", ["reader", "writer"])
def test_a_side_that_breaks_off_is_named(folder, side):
    (folder / f"{side}-fails").touch()
    with pytest.raises(Retryable, match="broke off") as caught:
        copy([])
    where = {"reader": "changes of one/volume-1", "writer": "changes into other/volume-2"}
    assert where[side] in caught.value.sentence


def test_the_digest_is_that_of_all_bytes(folder):
    passed: list[int] = []
    found = rbd.digest_of(pool("one"), "volume-1", "b", passing=passed.append)
    assert found == sha256(b"all bytes").hexdigest()
    assert passed == [9]
    with pytest.raises(Retryable, match="Reading one/volume-1@c broke off"):
        rbd.digest_of(pool("one"), "volume-1", "c", passing=passed.append)


def test_a_cancel_ends_both_sides(folder):
    def cancelled(_count: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rbd.copy_changes(
            *(pool("one"), "volume-1", pool("other"), "volume-2"),
            since="",
            until="b",
            passing=cancelled,
        )


def test_a_key_without_rights_is_named_with_what_to_do(folder):
    with pytest.raises(NeedsOperator, match=r"Permission denied\.") as caught:
        rbd.images_of(pool("one"))
    assert "rights of their key" in caught.value.fix


def test_a_machine_without_the_tool_is_named(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(NeedsOperator, match="There is no rbd on this machine"):
        rbd.snapshots_of(pool("one"), "volume-1")


def test_a_snapshot_that_is_gone_is_not_removed_again(folder):
    rbd.remove_snapshot(pool("one"), "volume-1", "another")
    assert "snap rm" not in (folder / "calls").read_text()
    rbd.remove_snapshot(pool("one"), "volume-1", "one")
    assert "snap rm --no-progress one/volume-1@one" in (folder / "calls").read_text()
