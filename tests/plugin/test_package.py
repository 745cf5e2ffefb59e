"""The plugin's package is valid for Fuel, and holds what it needs and nothing else."""

import re
import subprocess
import tarfile
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from dashboard.secrets import mask
from fuel_plugin.build import (
    IN_IMAGE,
    ROOT,
    CannotBuild,
    build,
    export,
    install_builder,
    require_tools,
    stage_plugin,
    version,
)

PLACE = "/var/www/nailgun/plugins/pumphouse-1.0/"
WHOLE = {
    "LICENSE",
    "checksums.sha1",
    "deployment_tasks.yaml",
    "environment_config.yaml",
    "image/pumphouse.tar.gz",
    "metadata.yaml",
    "post_install.sh",
    "repositories/ubuntu/Packages.gz",
    "repositories/ubuntu/Release",
    "uninstall.sh",
}
SCRIPT = re.compile(r"deployment_scripts/[a-z_/]+\.(sh|py|env|service|pp|yaml)")
JUNK = re.compile(r"(^|/)(tests?|\.git|\.venv|__pycache__|conftest\.py|test_\w+\.py)(/|$)|\.pyc$")


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the rpm, with a few bytes in place of the image."""
    try:
        require_tools()
    except CannotBuild as error:
        pytest.skip(str(error))
    directory = tmp_path_factory.mktemp("package")
    image = directory / "image.tar.gz"
    image.write_bytes(b"not really an image")
    return build(image=image, output=directory / "dist")


@pytest.fixture(scope="module")
def content(package: Path) -> dict[str, bytes]:
    """Return the package's files by their names below the plugin's folder."""
    subprocess.run(["rpm2archive", package], check=True, capture_output=True)
    with tarfile.open(f"{package}.tgz") as files:
        return dict(_files(files))


def _files(files: tarfile.TarFile) -> Iterator[tuple[str, bytes]]:
    for member in files:
        if member.isfile() and (opened := files.extractfile(member)):
            yield member.name.lstrip("./").removeprefix(PLACE.lstrip("/")), opened.read()


def scripts_of(package: Path) -> str:
    done = subprocess.run(
        ["rpm", "-qp", "--scripts", package], capture_output=True, text=True, check=True
    )
    return done.stdout


def test_the_builder_of_fuel_takes_a_package_of_it(package):
    assert package.name == f"pumphouse-1.0-{version()}-1.noarch.rpm"


def test_the_builder_would_say_what_is_wrong(tmp_path):
    stage = stage_plugin(tmp_path / "plugin")
    metadata = (stage / "metadata.yaml").read_text()
    (stage / "metadata.yaml").write_text(metadata.replace("title:", "tittle:"))
    with pytest.raises(CannotBuild, match="'title' is a required property"):
        install_builder(tmp_path).run("--check", str(stage))


def test_the_package_has_just_the_files_of_the_plugin(content):
    assert {name for name in content if not SCRIPT.fullmatch(name)} == WHOLE


def test_everything_is_below_the_folder_of_the_plugin(package):
    done = subprocess.run(["rpm", "-qpl", package], capture_output=True, text=True, check=True)
    assert all(line.startswith(PLACE.rstrip("/")) for line in done.stdout.splitlines())


def test_nothing_in_the_package_looks_like_a_secret(content):
    for name, data in content.items():
        if not name.endswith(".gz"):
            text = data.decode()
            assert mask(text) == text, name
            assert "PRIVATE KEY" not in text, name


def test_the_scripts_of_the_package_name_the_folder_that_it_installs(package):
    scripts = scripts_of(package)
    assert f'sh "{PLACE}deployment_scripts/master/install.sh"' in scripts
    assert f'sh "{PLACE}deployment_scripts/master/uninstall.sh"' in scripts


def test_the_rpm_of_centos_7_reads_the_package(package):
    query = "%{PAYLOADFORMAT} %{PAYLOADCOMPRESSOR}\n[%{REQUIRENAME} %{REQUIREVERSION}\n]"
    command = ["rpm", "-qp", "--queryformat", query, package]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    payload, *needs = done.stdout.splitlines()
    assert payload == "cpio gzip"
    versions = [need.split()[1].partition("-")[0] for need in needs if need.startswith("rpmlib(")]
    assert all(tuple(map(int, each.split("."))) <= (4, 11, 3) for each in versions)


def test_an_upgrade_does_not_uninstall(package):
    removal = scripts_of(package).partition("preuninstall")[2]
    assert removal.index("[ $1 -eq 0 ]") < removal.index("uninstall.sh")


def test_every_repository_of_a_release_is_in_the_package(content):
    assert content["repositories/ubuntu/Packages.gz"][:2] == b"\x1f\x8b"


def test_the_image_is_made_of_the_dashboard_alone(tmp_path):
    export(tmp_path / "tree", IN_IMAGE)
    names = [str(path.relative_to(tmp_path / "tree")) for path in (tmp_path / "tree").rglob("*")]
    assert "dashboard/urls.py" in names
    assert [name for name in names if JUNK.search(name)] == []
    tops = {name.partition("/")[0] for name in names}
    assert tops == {name.partition("/")[0] for name in IN_IMAGE}


def test_the_package_and_the_project_have_one_version():
    with (ROOT / "pyproject.toml").open("rb") as file:
        assert tomllib.load(file)["project"]["version"] == version()


def test_a_machine_without_tools_is_told_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CannotBuild, match=r"apt-get install .*rpm.*createrepo-c"):
        require_tools()


def test_masters_from_8_to_11_take_it() -> None:
    """Fuel 8.0 takes packages of the version 4.0.0 at most, and every master asks for its own."""
    metadata = yaml.safe_load((ROOT / "metadata.yaml").read_text())
    assert metadata["package_version"] == "4.0.0"
    assert {"8.0", "9.0", "10.0", "11.0"} <= set(metadata["fuel_version"])
    releases = {release["version"] for release in metadata["releases"]}
    assert releases == {"liberty-8.0", "mitaka-9.0", "newton-10.0", "ocata-11.0"}
