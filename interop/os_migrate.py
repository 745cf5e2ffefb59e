"""Lets os-migrate and Pumphouse read each other's files: interop/os_migrate.py --config FILE

Needs two clouds in a clouds.yaml under the names ``src`` and ``dst``, such as the lab's, and
Ansible Galaxy. A test tenant is exported, and what os-migrate only refers to is moved, such as
users. Then os-migrate's playbooks check the files and import networks, groups, routers and keys,
twice: the second time nothing may change. At last they export the tenant, and Pumphouse plans from
that: it must see no edit. The tenant is deleted from both clouds in the end.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any

import yaml

Json = dict[str, Any]
PUMPHOUSE = Path(sys.executable).with_name("pumphouse")
HOST = "migrator"
TYPES = (
    *("networks", "subnets", "security_groups", "security_group_rules"),
    *("routers", "router_interfaces", "keypairs"),
)
TOLD_BY_ONE = ("networks",)
"""Of the lab's clouds only the newer one tells whether networks are VLAN-transparent: os-migrate
then updates them at each import, those of its own files too."""
BOTH = ("--source", "src", "--destination", "dst")
NEEDED = ("user:*", "qos_policy:*", "subnet_pool:*")
"""What os-migrate only refers to, by name: it wants them on the destination."""
EVERYTHING = [{"regex": ".*"}]
ENTER = """
import sys, openstack
connection = openstack.connect(cloud=sys.argv[1])
identity = connection.identity
project = identity.find_project(sys.argv[2], ignore_missing=False)
role = identity.find_role("admin", ignore_missing=False)
identity.assign_project_role_to_user(project, connection.current_user_id, role)
"""


class Failure(Exception):
    """What went wrong, as a sentence."""


def main() -> int:
    """Run it all, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", required=True, type=Path, help="clouds.yaml with src and dst")
    config: Path = parser.parse_args().config
    try:
        with tempfile.TemporaryDirectory(prefix="pumphouse-interop-") as folder:
            _run(config, Path(folder))
    except Failure as failure:
        print(f"interop: {failure}", file=sys.stderr)
        return 1
    return 0


def _run(config: Path, folder: Path) -> None:
    ansible = Ansible(folder)
    version = ansible.install()
    pumphouse = Pumphouse(config, folder)
    with pumphouse.tenant() as name:
        exported, returned = folder / "ours", folder / "theirs"
        pumphouse.run("export", name, "--cloud", "src", "--to", exported, version=version)
        pumphouse.move(name, NEEDED)
        ansible.enter(name, config)
        ansible.play("validate_data_dir", exported)
        first, second = (
            {each: ansible.play(f"import_{each}", exported) for each in TYPES} for _ in range(2)
        )
        print(f"os-migrate {version} made changes: {first}, the second time: {second}")
        if not all(first.values()) or any(
            second[each] for each in TYPES if each not in TOLD_BY_ONE
        ):
            raise Failure(
                "The second import of the same files changed something, or the first nothing."
            )
        for each in TYPES:
            ansible.play(f"export_{each}", returned)
        pumphouse.expect_no_edit(name, returned)


class Ansible:
    """Ansible in an environment of its own, with the collection of os-migrate."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.clouds = folder, folder / "clouds.yaml"
        self.bin, self.collections = folder / "venv" / "bin", folder / "collections"

    def install(self) -> str:
        """Install Ansible and os-migrate, and return the version of the latter."""
        venv.create(self.folder / "venv", with_pip=True)
        packages = ("ansible-core", "openstacksdk", "jmespath")
        _call(self.bin / "pip", "install", "--quiet", *packages)
        try:
            where = ("--collections-path", self.collections)
            name = "os_migrate.os_migrate"
            _call(self.bin / "ansible-galaxy", "collection", "install", name, *where)
        except Failure:
            raise Failure(
                "os-migrate is missing: it comes from https://galaxy.ansible.com alone, which gave "
                "nothing. Try: ansible-galaxy collection install os_migrate.os_migrate"
            ) from None
        manifest = self._collection() / "MANIFEST.json"
        return str(json.loads(manifest.read_text())["collection_info"]["version"])

    def enter(self, project: str, config: Path) -> None:
        """Have the playbooks work in a project, by administrators who get the role admin there."""
        clouds = yaml.safe_load(config.read_text())["clouds"]
        for name in ("src", "dst"):
            call = (self.bin / "python", "-c", ENTER, name, project)
            _call(*call, OS_CLIENT_CONFIG_FILE=str(config))
            clouds[name]["auth"]["project_name"] = project
        self.clouds.touch(mode=0o600)
        self.clouds.write_text(yaml.safe_dump({"clouds": clouds}))

    def play(self, playbook: str, data: Path) -> int:
        """Run a playbook of os-migrate over a folder, and return how many things it changed."""
        data.mkdir(exist_ok=True)
        variables: Json = {
            "ansible_connection": "local",
            "ansible_python_interpreter": str(self.bin / "python"),
            "os_migrate_data_dir": str(data),
            "os_migrate_clouds_path": str(self.clouds),
            "os_migrate_src_filters": {},
            "os_migrate_dst_filters": {},
            **{f"os_migrate_{each}_filter": EVERYTHING for each in TYPES},
        }
        told = _call(
            *(self.bin / "ansible-playbook", self._collection() / "playbooks" / f"{playbook}.yml"),
            *("--inventory", f"{HOST},", "--extra-vars", json.dumps(variables)),
            ANSIBLE_COLLECTIONS_PATH=str(self.collections),
        )
        changed = re.search(rf"^{HOST}\s.*\bchanged=(\d+)", told, re.MULTILINE)
        return int(changed[1]) if changed else 0

    def _collection(self) -> Path:
        return self.collections / "ansible_collections" / "os_migrate" / "os_migrate"


class Pumphouse:
    """Pumphouse with a database of its own."""

    def __init__(self, config: Path, folder: Path) -> None:
        self.environment = {
            "PUMPHOUSE_HOME": str(folder / "home"),
            "PUMPHOUSE_CONFIG": str(config.absolute()),
        }

    def run(self, command: str, *arguments: str | Path, version: str = "") -> Json:
        """Run a command and return what it prints with ``--json``."""
        more = ("--format-version", version) if version else ()
        told: Json = json.loads(
            _call(PUMPHOUSE, command, *arguments, *more, "--json", **self.environment)
        )
        return told

    def move(self, tenant: str, only: Sequence[str]) -> None:
        """Move these objects of a tenant."""
        chosen = chain.from_iterable(("--only", each) for each in only)
        self.run("plan", tenant, *chosen, *BOTH)
        self.run("execute", tenant)

    @contextmanager
    def tenant(self) -> Iterator[str]:
        """Yield the name of a new test tenant, which is deleted afterwards."""
        made = self.run("setup", "src", "--num-servers", "1")["tenants"][0]["name"]
        try:
            yield made
        finally:
            for cloud in ("dst", "src"):
                self.run("cleanup", cloud, "--tenant", made, "--confirm", made)

    def expect_no_edit(self, tenant: str, folder: Path) -> None:
        """Plan from files of os-migrate. Raises ``Failure`` if an edit is seen that nobody made."""
        plan = self.run("plan", tenant, "--from", folder, *BOTH)["plan"]
        if plan["edits"]:
            raise Failure(f"Edits are seen that nobody made: {json.dumps(plan['edits'])}")
        print(f"Planned from what os-migrate exported: {plan['state']}, no edit is seen.")


def _call(*command: str | Path, **environment: str) -> str:
    """Run a program and return what it printed. Raises ``Failure`` with its last lines."""
    arguments = [str(each) for each in command]
    done = subprocess.run(
        arguments, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        last = (done.stdout + done.stderr).strip().splitlines()[-8:]
        name = Path(arguments[0]).name
        raise Failure(f"{name} ended with {done.returncode}: {' '.join(last)}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
