"""Moves a tenant between the lab's two clouds as a demo: python -m lab.demo

Starts the lab and Pumphouse, fills a source tenant, writes to its disks as its guests, moves it,
and compares both sides. All of it uses Pumphouse's own command line and API; only the bytes are
read directly from the clouds' files. Runs until Ctrl-C; with PUMPHOUSE_DEMO_EXIT=1 it exits after
the report. The exit code is 1 if a result is not as expected.
"""

import hashlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab import disk_path, volume_path
from lab.clouds import CLOUDS, Cloud
from lab.connection_files import ROLES, config_yaml_path
from lab.places import REPOSITORY, run_directory

Json = dict[str, Any]

SOURCE, DESTINATION = (CLOUDS[ROLES[role]] for role in ("source", "destination"))
PORT = 5000
LOGIN = "admin"
MEBIBYTE = 1024 * 1024
READY_SECONDS = 60
STOP_SECONDS = 30
Digests = dict[str, str]
"""The id of a server or a volume on the source -> the sha256 of its bytes."""


@dataclass(frozen=True, kw_only=True)
class Moved:
    """A moved server or volume, and the file of its bytes on the destination."""

    name: str
    source_id: str
    file: Path


def main() -> int:
    """Run the whole demo and return its exit code."""
    # Whatever signal ends it, everything is stopped on the way out.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    began = time.monotonic()
    with lab_running(), Dashboard().running() as dashboard:
        say("Create a tenant in the source cloud")
        tenant = dashboard.fresh_tenant()
        before = written_by_guests(tenant)
        say(f"Move tenant {tenant['name']}")
        dashboard.pumphouse("plan", tenant["name"])
        dashboard.pumphouse("execute", tenant["name"])
        say("Compare both sides")
        clean = dashboard.pumphouse("verify", tenant["name"], check=False)
        well = all((clean, same_bytes(before, dashboard.moved(tenant)), old_password_works(tenant)))
        say(f"{'Done' if well else 'SOMETHING WENT WRONG'}, {time.monotonic() - began:.0f} s")
        print(f"\n  {dashboard.address}  user {LOGIN}, password {dashboard.password}\n", flush=True)
        if not os.environ.get("PUMPHOUSE_DEMO_EXIT"):
            wait_for_interrupt()
    return 0 if well else 1


def say(sentence: str) -> None:
    """Print a heading."""
    print(f"\n=== {sentence}", flush=True)


def wait_for_interrupt() -> None:
    """Wait for Ctrl-C or SIGTERM."""
    print("Press Ctrl-C to stop everything.", flush=True)
    with suppress(KeyboardInterrupt):
        signal.pause()


@contextmanager
def lab_running() -> Iterator[None]:
    """Keep both clouds up inside the context; a lab that was already up stays up."""
    was_up = lab("status", quiet=True) == 0
    try:
        if not was_up:
            say("Start two OpenStack clouds")
            if lab("up"):
                raise SystemExit("The lab did not start; its logs are in log/ below its directory.")
        yield
    finally:
        if not was_up:
            lab("down")


def lab(action: str, *, quiet: bool = False) -> int:
    """Run one command of the lab and return its exit code."""
    output = subprocess.DEVNULL if quiet else None
    command = [sys.executable, "-m", "lab", action]
    return subprocess.run(
        command, cwd=REPOSITORY, check=False, stdout=output, stderr=output
    ).returncode


class Dashboard:
    """A separate Pumphouse: a fresh home, a free port, one login."""

    def __init__(self) -> None:
        self.home = run_directory() / "demo"
        self.bind = f"127.0.0.1:{free_port(PORT)}"
        self.address = f"http://{self.bind}/"
        self.password = secrets.token_urlsafe(12)
        self._token = ""

    @contextmanager
    def running(self) -> Iterator["Dashboard"]:
        """Serve the pages and the API and run jobs inside the context."""
        shutil.rmtree(self.home, ignore_errors=True)
        self.home.mkdir(parents=True, mode=0o700)
        add = ("user", "add", LOGIN, "--role", "admin", "--password-stdin")
        self.pumphouse(*add, given=self.password)
        command = self._command("up", "--bind", self.bind)
        child = subprocess.Popen(command, env=self._environment(), start_new_session=True)
        try:
            self._wait_until_ready(child)
            yield self
        finally:
            stop(child)

    def pumphouse(self, *arguments: str, given: str = "", check: bool = True) -> bool:
        """Run one command as an operator would. Return whether it succeeded."""
        command = self._command(*arguments)
        done = subprocess.run(
            command, env=self._environment(), input=given or None, text=True, check=False
        )
        if check and done.returncode:
            raise SystemExit(f"pumphouse {arguments[0]} ended with {done.returncode}.")
        return done.returncode == 0

    def document(self, *arguments: str) -> Json:
        """Run one command and return its JSON."""
        command = self._command(*arguments, "--json")
        done = subprocess.run(
            command, env=self._environment(), stdout=subprocess.PIPE, text=True, check=True
        )
        answer: Json = json.loads(done.stdout)
        return answer

    def fresh_tenant(self) -> Json:
        """Delete the tenants of earlier demos from both clouds and create a new one."""
        for role in ROLES:
            self.pumphouse("cleanup", role, "--confirm", role)
        tenant: Json = self.document("setup")["tenants"][0]
        return tenant

    def moved(self, tenant: Json) -> list[Moved]:
        """Return the disks and volumes on the destination according to Pumphouse's ledger."""
        plan = self._get(f"plans/?tenant_id={tenant['id']}")["results"][0]["id"]
        return [
            Moved(
                name=f"{kind} {link['name']}",
                source_id=link["source_id"],
                file=file(DESTINATION.name, link["destination_id"]),
            )
            for kind, file in (("server", disk_path), ("volume", volume_path))
            for link in self._get(f"plans/{plan}/ledger/?type={kind}")["results"]
        ]

    def _get(self, path: str) -> Json:
        if not self._token:
            login = {"username": LOGIN, "password": self.password}
            self._token = ask(f"{self.address}api/token/", body=login)["token"]
        return ask(f"{self.address}api/{path}", token=self._token)

    def _command(self, *arguments: str) -> list[str]:
        return [
            str(Path(sys.executable).with_name("pumphouse")),
            str(config_yaml_path()),
            *arguments,
        ]

    def _environment(self) -> dict[str, str]:
        return os.environ | {"PUMPHOUSE_HOME": str(self.home)}

    def _wait_until_ready(self, child: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline and child.poll() is None:
            try:
                urllib.request.urlopen(f"{self.address}login/", timeout=5).close()
            except OSError:
                time.sleep(0.3)
            else:
                return
        raise SystemExit(f"The dashboard does not answer at {self.address}.")


def free_port(wanted: int) -> int:
    """Return the wanted port on loopback, or any free port if it is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def stop(child: subprocess.Popen[bytes]) -> None:
    """Stop the dashboard with its web server and workers."""
    child.terminate()
    try:
        child.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def ask(url: str, *, body: Json | None = None, token: str = "") -> Json:
    """Send one request to an HTTP API and return its JSON."""
    request = urllib.request.Request(url, json.dumps(body).encode() if body else None)
    request.add_header("Content-Type", "application/json")
    if token:
        request.add_header("Authorization", f"Token {token}")
    with urllib.request.urlopen(request, timeout=30) as answer:
        content: Json = json.load(answer)
    return content


def written_by_guests(tenant: Json) -> Digests:
    """Write to every disk as its guest would. Return the digests by id."""
    files = {server: disk_path(SOURCE.name, server) for server in tenant["servers"]}
    files |= {volume: volume_path(SOURCE.name, volume) for volume in tenant["volumes"]}
    for file in files.values():
        write_as_guest(file)
    return {id_: sha256(file) for id_, file in files.items()}


def write_as_guest(path: Path) -> None:
    """Write known and random bytes to the middle of a disk."""
    with path.open("r+b") as disk:
        disk.seek(path.stat().st_size // 2)
        disk.write(b"Written by the guest. ")
        disk.write(secrets.token_bytes(MEBIBYTE))


def same_bytes(before: Digests, moved: list[Moved]) -> bool:
    """Print the sha256 of each disk and volume on both sides. Return whether all are equal."""
    after = {thing.source_id: sha256(thing.file) for thing in moved}
    for thing in moved:
        print(f"  {thing.name}")
        print(f"    source       {before.get(thing.source_id)}")
        print(f"    destination  {after[thing.source_id]}", flush=True)
    return before == after


def sha256(path: Path) -> str:
    """Return the digest of a file, or a note that there is none."""
    if not path.exists():
        return "missing"
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def old_password_works(tenant: Json) -> bool:
    """Return whether each migrated user can log in to the destination with the old password."""
    logins: Json = json.loads(Path(tenant["secrets_file"]).read_text())
    works = True
    for name, login in logins.items():
        accepted = logs_in(DESTINATION, name, login["password"])
        works &= accepted
        print(f"  {name} {'logs in' if accepted else 'CANNOT LOG IN'} with the old password")
    return works


def logs_in(cloud: Cloud, name: str, password: str) -> bool:
    """Return whether a user can log in to a cloud."""
    user = {"name": name, "password": password, "domain": {"name": "Default"}}
    identity = {"methods": ["password"], "password": {"user": user}}
    try:
        ask(f"{cloud.identity_url}/auth/tokens", body={"auth": {"identity": identity}})
    except urllib.error.HTTPError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
