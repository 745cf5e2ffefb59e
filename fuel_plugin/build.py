"""Builds the plugin's rpm from the files of the last commit, the image and the files for Fuel.

    python3 -m fuel_plugin.build [--image ARCHIVE] [--output DIRECTORY]

Without ``--image`` the image is built first, which takes some minutes; see ``build_image.sh``.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OURS = ROOT / "fuel_plugin"
IN_IMAGE = (
    *("Dockerfile", "pyproject.toml", "README.md", "LICENSE", "fuel_plugin/healthcheck.py"),
    *("fuel_plugin/image-wheels.txt", "fuel_plugin/image-sources.txt"),
    *("dashboard", "templates", "static"),
)
IN_RPM = ("metadata.yaml", "LICENSE", "deployment_scripts")
# plain Python of Pumphouse that also runs on controllers, and its target directory
SHARED = {"dashboard/clients/policy_overrides.py": "deployment_scripts/controller"}
FOR_FUEL = ("environment_config.yaml", "deployment_tasks.yaml", "post_install.sh", "uninstall.sh")
TOOLS = {"rpmbuild": "rpm", "dpkg-scanpackages": "dpkg-dev", "git": "git"}
INDEXERS = ("createrepo", "createrepo_c")


class CannotBuild(Exception):
    """The plugin cannot be built here. The message says what to do."""


def main(arguments: Iterable[str] | None = None) -> int:
    """Build the package and print its path. Return 2 if this machine lacks something."""
    parser = argparse.ArgumentParser(description="Build Pumphouse's Fuel plugin.")
    parser.add_argument("--image", type=Path, help="an existing archive of the image")
    parser.add_argument("--output", type=Path, default=ROOT / "dist")
    options = parser.parse_args(None if arguments is None else list(arguments))
    try:
        print(build(image=options.image, output=options.output))
    except CannotBuild as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def build(*, image: Path | None, output: Path) -> Path:
    """Build the rpm in ``output`` and return its path. Raises CannotBuild."""
    require_tools()
    with tempfile.TemporaryDirectory(prefix="pumphouse-plugin-") as directory:
        work = Path(directory)
        stage = stage_plugin(work / "plugin")
        bundle_image(image or build_image(work), stage)
        builder = install_builder(work)
        builder.run("--check", str(stage))
        builder.run("--build", str(stage))
        output.mkdir(parents=True, exist_ok=True)
        (package,) = stage.glob("*.noarch.rpm")
        return Path(shutil.copy(package, output))


def require_tools() -> None:
    """Raise CannotBuild with the Debian packages to install, if tools are missing."""
    missing = [package for tool, package in TOOLS.items() if not shutil.which(tool)]
    if not any(shutil.which(tool) for tool in INDEXERS):
        missing.append("createrepo-c")
    if missing:
        raise CannotBuild(f"Tools are missing. Run: apt-get install {' '.join(missing)}")


def stage_plugin(stage: Path) -> Path:
    """Create fuel-plugin-builder's directory layout from the last commit, without the image."""
    export(stage, (*IN_RPM, *SHARED, *(f"fuel_plugin/{name}" for name in FOR_FUEL)))
    for name, folder in SHARED.items():
        shutil.move(stage / name, stage / folder)
    shutil.rmtree(stage / "dashboard")
    for name in FOR_FUEL:
        (stage / "fuel_plugin" / name).rename(stage / name)
    (stage / "fuel_plugin").rmdir()
    (stage / "repositories" / "ubuntu").mkdir(parents=True)
    return stage


def export(directory: Path, paths: Iterable[str]) -> None:
    """Write files of the last commit to a new directory."""
    command = ["git", "-C", str(ROOT), "archive", "--format=tar", "HEAD", *paths]
    archive = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    directory.mkdir()
    subprocess.run(["tar", "-x", "-C", str(directory)], check=True, input=archive)


def build_image(work: Path) -> Path:
    """Build the image from the last commit. Raises CannotBuild if no builder is installed."""
    export(work / "image", IN_IMAGE)
    archive = work / "image.tar.gz"
    built = subprocess.run(
        [OURS / "build_image.sh", work / "image", f"pumphouse:{version()}", archive],
        stdout=sys.stderr,
        check=False,
    )
    if built.returncode:
        raise CannotBuild("The image was not built; the lines above say why.")
    return archive


def version() -> str:
    """Return the plugin's version from its metadata."""
    lines = (ROOT / "metadata.yaml").read_text(encoding="utf-8").splitlines()
    return next(line.split("'")[1] for line in lines if line.startswith("version:"))


def bundle_image(image: Path, stage: Path) -> None:
    """Put the image outside ``deployment_scripts``, which Fuel copies to every node."""
    (stage / "image").mkdir()
    shutil.copy(image, stage / "image" / "pumphouse.tar.gz")


class Builder:
    """fuel-plugin-builder in its own virtual environment."""

    def __init__(self, python: Path, *, tools: Path) -> None:
        self._python = python
        self._environment = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"}

    def run(self, *arguments: str) -> None:
        """Run it. Raises CannotBuild with its error output."""
        done = subprocess.run(
            [self._python, OURS / "run_builder.py", *arguments],
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise CannotBuild(f"fuel-plugin-builder {arguments[0]} failed:\n{done.stderr.strip()}")


def install_builder(work: Path) -> Builder:
    """Install fuel-plugin-builder below ``work`` and return it."""
    environment, tools = work / "builder", work / "tools"
    venv.create(environment, with_pip=True)
    python = environment / "bin" / "python"
    requirements = OURS / "builder-requirements.txt"
    subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--no-deps", "--requirement", requirements],
        check=True,
        stdout=sys.stderr,
    )
    tools.mkdir()
    if not shutil.which("createrepo"):
        # The C program has replaced the Python one and has the same options.
        (tools / "createrepo").symlink_to(str(shutil.which("createrepo_c")))
    return Builder(python, tools=tools)


if __name__ == "__main__":
    sys.exit(main())
