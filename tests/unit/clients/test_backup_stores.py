"""Stores of backups: what the configuration says of them, and what is read and written there."""

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from dashboard.clients.backup_stores.copying import (
    ObjectBytes,
    ObjectsOf,
    copy_objects,
    remove_objects,
)
from dashboard.clients.backup_stores.kinds.posix import PosixStore
from dashboard.clients.cloud_access import CloudAccess
from dashboard.clients.cloud_files import read_cloud
from dashboard.clients.openstack import CloudSession
from dashboard.errors import BadInput, Cancelled, NeedsOperator, Retryable

ID = "aa11bb22-0000-4000-8000-000000000001"
OF = ObjectsOf(container=f"aa/11/{ID}", prefix=f"volume_v_20260101000000_backup_{ID}")
NAMES = [f"{OF.prefix}{end}" for end in ("-00001", "_metadata", "_sha256file")]
LISTED = f'{{"objects": [{{"{NAMES[0]}": {{"offset": 0}}}}]}}'
OBJECTS = dict(zip(NAMES, (b"data", LISTED.encode(), b"{}"), strict=True))

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="Only root gives files to any group.")


@pytest.fixture
def stores(tmp_path: Path) -> tuple[PosixStore, PosixStore]:
    """Return a store with a backup, and one without."""
    found = []
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
        found.append(PosixStore(named(name), {"path": str(tmp_path / name)}))
    folder = tmp_path / "old" / OF.container
    folder.mkdir(parents=True)
    for name, data in OBJECTS.items():
        (folder / name).write_bytes(data)
    return found[0], found[1]


def named(name: str) -> CloudSession:
    auth = {"auth_url": "http://x/v3", "username": "a", "password": "b", "project_name": "a"}
    return CloudSession(CloudAccess(name=name, auth=auth))


def copied(source: PosixStore, destination: PosixStore, **options: Any) -> int:
    told: dict[str, Any] = {
        **{"theirs": [], "passing": lambda _: None, "progress": lambda *_: None},
        "check": lambda: None,
    }
    return copy_objects(source, destination, OF, **{**told, **options})


def content_of(store: PosixStore) -> dict[str, bytes]:
    files = (each for each in store.path.rglob("*") if each.is_file())
    return {each.name: each.read_bytes() for each in files}


def test_only_what_is_not_there_with_the_same_bytes_passes_and_is_metered(stores):
    source, destination = stores
    folder = destination.path / OF.container
    folder.mkdir(parents=True)
    (folder / NAMES[0]).write_bytes(b"data")
    (folder / NAMES[2]).write_bytes(b"[]")  # of the same size
    passed, progress = [], []
    done = copied(
        source, destination, passing=passed.append, progress=lambda *at: progress.append(at)
    )
    assert content_of(destination) == OBJECTS
    assert done == sum(passed) == len(OBJECTS[NAMES[1]]) + 2
    assert progress[-1] == (done, done, "bytes")


@as_root
def test_a_copy_is_as_cinder_makes_it_in_owner_and_mode(stores):
    source, destination = stores
    os.chown(destination.path, -1, 12345)
    copied(source, destination)
    folder = destination.path / OF.container
    assert {(each.stat().st_gid, each.stat().st_mode & 0o7777) for each in folder.iterdir()} == {
        (12345, 0o660)
    }
    made = [folder, *folder.parents[:2]]
    assert {(each.stat().st_gid, each.stat().st_mode & 0o7777) for each in made} == {(12345, 0o770)}


def test_an_object_of_others_is_neither_overwritten_nor_removed(stores):
    source, destination = stores
    folder = destination.path / OF.container
    folder.mkdir(parents=True)
    (folder / NAMES[0]).write_bytes(b"theirs")
    with pytest.raises(
        NeedsOperator, match=f"The store of backups of cloud new has another {NAMES[0]}"
    ):
        copied(source, destination, theirs=[NAMES[0]])
    copied(source, destination)
    (folder / NAMES[0]).write_bytes(b"theirs")
    remove_objects(destination, OF, theirs=[NAMES[0]])
    assert content_of(destination) == {NAMES[0]: b"theirs"}


def test_a_copy_that_is_broken_off_leaves_nothing_that_a_restore_would_see(stores):
    source, destination = stores

    def cancelled(_count: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        copied(source, destination, passing=cancelled)
    assert destination.objects(OF.container, OF.prefix) == {}
    assert not any(each.startswith(OF.prefix) for each in content_of(destination))
    remove_objects(destination, OF, theirs=[])
    assert not content_of(destination) and not (destination.path / OF.container).exists()


def test_an_object_that_changes_its_size_meanwhile_is_refused(stores):
    _, destination = stores
    content = ObjectBytes(iter([b"dat"]), size=4, progress=lambda *_: None, check=lambda: None)
    with pytest.raises(Retryable, match="ended after 3 of 4"):
        destination.write(OF.container, NAMES[0], content)


@pytest.mark.parametrize("missing", [0, 2])
def test_a_backup_that_is_not_whole_is_not_copied(stores, missing):
    source, destination = stores
    (source.path / OF.container / NAMES[missing]).unlink()
    with pytest.raises(NeedsOperator, match="cloud old lacks 1 objects of a backup, volume_v_"):
        copied(source, destination)
    assert content_of(destination) == {}


@pytest.mark.parametrize(
    ("container", "name"), [("../other", "x"), ("/etc", "x"), (".", "x"), ("a", "../x")]
)
def test_nothing_outside_of_the_store_is_read_or_written(stores, container, name):
    store = stores[0]
    with pytest.raises(NeedsOperator, match=r"outside of|cannot have an object"):
        [*store.pieces(container, name)]


@pytest.mark.parametrize(
    ("number", "error", "said"),
    [
        (errno.EACCES, NeedsOperator, "Permission denied. Mount it where the workers run"),
        (errno.ENOSPC, NeedsOperator, "No space left on device. Make room there"),
        (errno.ESTALE, Retryable, "Stale file handle"),
    ],
)
def test_what_the_file_system_says_is_one_sentence(stores, monkeypatch, number, error, said):
    def failing(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(Path, "open", failing)
    with pytest.raises(error, match=f"/old of cloud old failed: {said}"):
        [*stores[0].pieces(OF.container, NAMES[0])]


def test_a_store_that_cannot_be_written_is_named(stores, monkeypatch):
    monkeypatch.setattr(os, "access", lambda _path, mode: not mode & os.W_OK)
    stores[0].require_readable()
    with pytest.raises(NeedsOperator, match="of cloud new cannot be written from here"):
        stores[1].require_writable()


@as_root
def test_a_store_of_a_group_without_the_workers_is_named(stores, monkeypatch):
    os.chown(stores[1].path, -1, 12345)
    monkeypatch.setattr(os, "geteuid", lambda: 42480)
    with pytest.raises(NeedsOperator, match="belongs to group 12345, in which the workers are not"):
        stores[1].require_writable()


@pytest.mark.parametrize(
    ("store", "said"),
    [
        ("{kind: s3}", "backup_store.kind): Pumphouse has no client for S3. Known: nfs, posix, s"),
        ("{kind: tape}", "backup_store.kind): Pumphouse knows no such store of backups. Known: n"),
        ("{path: /x}", "backup_store): The key kind is missing"),
        ("{kind: posix}", "backup_store): The key path is missing"),
        ("{kind: posix, account: x}", "backup_store.account): The key account is not known here"),
        ("{kind: swift, path: /x}", "backup_store.path): The key path is not known here"),
        ("[a]", "backup_store): Expected a single value, found a list"),
    ],
)
def test_what_is_wrong_in_the_configuration_is_one_sentence(tmp_path, store, said):
    with pytest.raises(BadInput) as raised:
        read_cloud(configured(tmp_path, store), "old")
    assert f"clouds.old.pumphouse.{said}" in str(raised.value)


def test_a_relative_path_counts_from_the_folder_of_the_configuration(tmp_path):
    found = read_cloud(configured(tmp_path, "{kind: nfs, path: backups}"), "old").backup_store
    assert (found.kind, found.options) == ("nfs", {"path": str(tmp_path / "backups")})
    assert read_cloud(configured(tmp_path, "rack"), "old").backup_store == "rack"


def configured(folder: Path, store: str) -> Path:
    path = folder / "clouds.yaml"
    path.write_text(
        "clouds: {old: {auth: {auth_url: 'http://x/v3', username: a, password: secret, "
        f"project_name: a}}, pumphouse: {{backup_store: {store}}}}}}}"
    )
    return path
