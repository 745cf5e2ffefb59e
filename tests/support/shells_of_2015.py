"""An installation as in 2015: a config.yaml, commands in a shell, and curl at ``pumphouse-api``."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.support.awaiting import await_that
from tests.support.cloud.identity import PASSWORD
from tests.support.cloud.memory import MemoryCloud
from tests.support.rehearsal.jobs import ROOT, kill_group
from tests.support.servers import free_port

PROGRAMS = {
    "pumphouse": "dashboard.cli.main",
    "pumphouse-api": "dashboard.cli.serve",
    "pumphouse-bm": "dashboard.cli.bare_metal",
}
_LOGIN = "correct horse 42 battery"


@dataclass
class Installation:
    """A directory with a config.yaml, in which commands are run as by a person."""

    home: Path
    port: int
    tokens: dict[str, str] = field(default_factory=dict)

    def shell(self, line: str, *, typed: str = "") -> tuple[int, str]:
        """Run a line as ``pumphouse evacuate HOST``; return its exit code and all that it said."""
        program, *words = line.split()
        done = subprocess.run(
            self._command(program, *words),
            cwd=ROOT,
            env=self._environment,
            input=typed,
            capture_output=True,
            text=True,
            timeout=300,
        )
        return done.returncode, done.stdout + done.stderr

    def curl(
        self, method: str, path: str, *options: str, user: str = "", seconds: int = 60
    ) -> tuple[int, str]:
        """Send a request, with the user's token if one is named; return status and body."""
        token = ["-H", f"Authorization: Token {self.tokens.get(user, user)}"] if user else []
        url = f"http://127.0.0.1:{self.port}{path}"
        how = ["-s", "-m", str(seconds), "-w", "\n%{http_code}", "-X", method]
        done = subprocess.run(
            ["curl", *how, *token, *options, url], capture_output=True, text=True, check=False
        )
        body, _, status = done.stdout.rpartition("\n")
        return int(status), body

    def ended(self, answer: str) -> dict[str, Any]:
        """Return the job of an answer, once it has ended."""

        def job() -> dict[str, Any] | None:
            found: dict[str, Any] = json.loads(self.curl("GET", address, user="ann")[1])
            return None if found["state"] in ("queued", "running") else found

        address = json.loads(answer)["address"]
        found: dict[str, Any] = await_that(job, seconds=300)
        return found

    def last_line(self, job: dict[str, Any]) -> str:
        """Return the last line of a job's log."""
        log = json.loads(self.curl("GET", f"/api/jobs/{job['id']}/log/", user="ann")[1])
        return str((log.get("lines") or log.get("results"))[-1]["message"])

    @contextmanager
    def events(self) -> Iterator[Path]:
        """Listen to the events by curl while inside; yields the file that gets them."""
        heard = self.home / "events"
        token = f"Authorization: Token {self.tokens['ann']}"
        url = f"http://127.0.0.1:{self.port}/events"
        with heard.open("wb") as file:
            listener = subprocess.Popen(["curl", "-sN", "-H", token, url], stdout=file)
            try:
                await_that(lambda: heard.stat().st_size)
                yield heard
            finally:
                listener.kill()
                listener.wait()

    @contextmanager
    def api(self) -> Iterator[None]:
        """Serve by ``pumphouse-api config.yaml`` while inside, with an admin and a viewer."""
        for name, role in (("ann", "admin"), ("vic", "viewer")):
            told = self.shell(
                f"pumphouse user add {name} --role {role} --password-stdin", typed=_LOGIN
            )
            assert told[0] == 0, told
        child = subprocess.Popen(
            self._command("pumphouse-api"), cwd=ROOT, env=self._environment, start_new_session=True
        )
        try:
            await_that(self._serves)
            for name in ("ann", "vic"):
                self.tokens[name] = self._token(name)
            yield
        finally:
            child.terminate()
            child.wait(60)
            kill_group(child)

    def _token(self, name: str) -> str:
        login = json.dumps({"username": name, "password": _LOGIN})
        sent = ("-H", "Content-Type: application/json", "-d", login)
        return str(json.loads(self.curl("POST", "/api/token/", *sent)[1])["token"])

    def _serves(self) -> bool:
        return self.curl("GET", "/resources")[0] == 401

    def _command(self, program: str, *words: str) -> list[str]:
        return [sys.executable, "-m", PROGRAMS[program], str(self.home / "config.yaml"), *words]

    @property
    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        return {**kept, "PUMPHOUSE_HOME": str(self.home), "PUMPHOUSE_CONFIG": ""}


def installation(
    home: Path, *, source: str, password: str, destination: MemoryCloud
) -> Installation:
    """Return an installation whose config.yaml names both clouds by their Keystones."""
    made = Installation(home, free_port())
    config = {
        "BIND_HOST": f"127.0.0.1:{made.port}",
        "CLOUDS_RESET": True,
        "CLOUDS": {
            "source": {
                "endpoint": _endpoint(source, password),
                "populate": {"num_tenants": 1, "num_servers": 1, "num_volumes": 0},
                "urls": {"horizon": "http://127.0.0.1/"},
            },
            "destination": {"endpoint": _endpoint(f"{destination.url}/identity/v3", PASSWORD)},
        },
    }
    path = home / "config.yaml"
    path.write_text(yaml.safe_dump(config))
    path.chmod(0o600)
    return made


def _endpoint(auth_url: str, password: str) -> dict[str, str]:
    login = {"username": "admin", "password": password, "tenant_name": "admin"}
    return {"auth_url": auth_url, **login}
