"""Archives of os-migrate's files: bounded, and safe against what is hidden in them."""

import gzip
import io
import stat
import tarfile
import zipfile

import pytest

from dashboard.errors import BadInput
from dashboard.migrations_app.planning.os_migrate import archives
from dashboard.migrations_app.planning.os_migrate.archives import archive_of, texts_of
from dashboard.migrations_app.planning.os_migrate.reading import without_user_data

FILES = {"networks.yml": "resources: []\n", "subnets.yml": "résources: []\n"}


def zipped(*entries: tuple[str, bytes], mode: int = 0) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in entries:
            entry = zipfile.ZipInfo(name)
            entry.external_attr = mode << 16
            archive.writestr(entry, content)
    return target.getvalue()


def tarred(*entries: tuple[str, bytes], kind: bytes = tarfile.REGTYPE) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        for name, content in entries:
            entry = tarfile.TarInfo(name)
            entry.type, entry.size, entry.linkname = kind, len(content), "/etc/passwd"
            archive.addfile(entry, io.BytesIO(content))
    return target.getvalue()


def refusal(content: bytes) -> str:
    with pytest.raises(BadInput) as caught:
        texts_of(content, name="shop.zip")
    return caught.value.sentence


def test_what_was_packed_is_read_and_packed_alike():
    packed = archive_of(FILES)
    assert texts_of(packed, name="shop.zip") == FILES
    assert archive_of(dict(reversed(FILES.items()))) == packed


@pytest.mark.parametrize("pack", [zipped, tarred, lambda *each: gzip.compress(tarred(*each))])
def test_a_packed_folder_is_read_without_what_a_desktop_adds(pack):
    content = pack(
        ("data/networks.yml", b"resources: []\n"),
        ("data/._networks.yml", b"\0"),
        ("data/.DS_Store", b"\0"),
        ("data/README", b"\0"),
    )
    assert texts_of(content, name="shop") == {"networks.yml": "resources: []\n"}


@pytest.mark.parametrize("pack", [zipped, tarred])
@pytest.mark.parametrize("path", ["../networks.yml", "/etc/networks.yml", "a/../../networks.yml"])
def test_a_path_that_leaves_the_archive_is_refused(pack, path):
    assert "leads out of the archive" in refusal(pack((path, b"")))


def test_a_path_of_another_system_is_refused():
    assert "leads out of the archive" in refusal(tarred(("..\\networks.yml", b"")))
    assert "leads out of the archive" in refusal(tarred(("c:networks.yml", b"")))


def test_a_link_is_refused():
    link = zipped(("networks.yml", b"/etc/passwd"), mode=stat.S_IFLNK | 0o777)
    assert refusal(link) == "shop.zip: networks.yml is a link, and no file."
    for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE):
        assert "is a link, and no file" in refusal(tarred(("networks.yml", b""), kind=kind))


def test_two_files_of_one_name_are_refused():
    assert "two files n.yml" in refusal(zipped(("a/n.yml", b""), ("b/n.yml", b"")))


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\3\4broken", b"\x1f\x8bbroken"])
def test_what_is_no_archive_is_refused(content):
    assert refusal(content) == "shop.zip is no zip or tar archive."


def test_a_broken_archive_is_refused():
    content = bytearray(archive_of({"n.yml": "resources: []\n" * 50}))
    content[40:50] = b"\0" * 10
    assert refusal(bytes(content)) == "shop.zip is no zip or tar archive."


def test_an_archive_without_yaml_is_refused():
    assert refusal(zipped(("README", b"hello"))) == "shop.zip has no YAML files."


def test_text_of_another_encoding_is_refused():
    assert refusal(zipped(("n.yml", b"\xff"))) == "shop.zip: n.yml is not UTF-8 text."


def test_sizes_are_bounded_while_an_archive_is_read(monkeypatch):
    monkeypatch.setattr(archives, "MOST_BYTES", 1000)
    bomb = archive_of({"a.yml": " " * 100_000})
    assert len(bomb) < 1000
    assert "have more than" in refusal(bomb)
    assert "have more than" in refusal(gzip.compress(tarred(("a.txt", b" " * 100_000))))
    monkeypatch.setattr(archives, "MOST_FILES", 1)
    assert "more than 1 files" in refusal(zipped(("a.yml", b""), ("b.yml", b"")))
    monkeypatch.setattr(archives, "LONGEST", 10)
    assert "is larger than" in refusal(bomb)


WORKLOADS = """\
os_migrate_version: 1.0.5
resources:
- type: openstack.compute.Server
  params:
    name: web
    user_data: {user_data}
    tags: []
  _info: {{id: 1b2c}}
  _migration_params: {{}}
"""


@pytest.mark.parametrize(
    "written", ["c2VjcmV0", '"c2Vj\n      cmV0"', "|\n      c2Vj\n      cmV0", "&x c2VjcmV0"]
)
def test_user_data_is_not_kept_and_lines_stay_where_they_were(written):
    text = WORKLOADS.replace("{user_data}", written).replace("{{", "{").replace("}}", "}")
    found = without_user_data({"workloads.yml": text})["workloads.yml"]
    assert "c2Vj" not in found and "cmV0" not in found
    lines, before = found.splitlines(), text.splitlines()
    assert lines.index("    tags: []") == before.index("    tags: []")
    assert "    user_data: " in found
