"""The image gets what is named by its hash, in versions that the project accepts."""

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from fuel_plugin.build import IN_IMAGE, ROOT

FILES = ("fuel_plugin/image-wheels.txt", "fuel_plugin/image-sources.txt")
EXTRAS = ("redis", "postgresql", "switch")


def entries() -> list[str]:
    """Return each requirement with its hashes, in a line."""
    text = "".join((ROOT / name).read_text() for name in FILES).replace("\\\n", "")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def wanted() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = [each for extra in EXTRAS for each in project["optional-dependencies"][extra]]
    return [Requirement(text) for text in [*project["dependencies"], *extras]]


def test_all_that_is_installed_is_named_by_its_hash():
    assert len(entries()) > 50
    without = [
        line for line in entries() if not re.search(r"==\S+ .*--hash=sha256:[0-9a-f]{64}", line)
    ]
    assert without == []


@pytest.mark.parametrize("requirement", wanted(), ids=lambda each: each.name)
def test_the_versions_are_those_that_the_project_accepts(requirement):
    versions = {}
    for line in entries():
        name, version = line.split()[0].split("==")
        versions[canonicalize_name(name)] = version
    found = versions[canonicalize_name(requirement.name)]
    assert requirement.specifier.contains(found), "Run: make lock"


def test_no_file_names_a_registry():
    assert not any("://" in (ROOT / name).read_text() for name in FILES)


def test_the_image_is_built_from_these_files_alone():
    steps = re.findall(r"\$install (.*?)(?: \\\n &&|$)", (ROOT / "Dockerfile").read_text(), re.S)
    named = [name for name in FILES if any(name in step for step in steps)]
    assert (named, set(FILES) <= set(IN_IMAGE)) == ([*FILES], True)
    assert all("--require-hashes" in step or "--no-index" in step for step in steps)


@pytest.mark.parametrize(("name", "version"), [("PyYAML", "6.0.3"), ("setuptools", "78.1.0")])
def test_versions_with_known_faults_are_not_accepted(name, version):
    (requirement,) = [each for each in wanted() if each.name == name]
    assert version not in requirement.specifier
