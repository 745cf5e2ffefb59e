"""Starts, finds and stops the lab's processes.

Every process has its own session and is recorded in run/pids/<group>/<name> by its id and start
time; only recorded processes are ever killed. A group is a cloud's name or "infrastructure".
"""

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from lab.errors import LabError
from lab.places import log_directory, run_directory

PATIENCE = 12


def note(message: str) -> None:
    """Print a message with the time of day."""
    print(f"{time.strftime('%H:%M:%S')} {message}", flush=True)


def run(command: Sequence[str], *, cwd: Path | None = None) -> str:
    """Run a command and return its output, which is part of the error if it fails."""
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=cwd, check=False
    )
    if done.returncode:
        raise LabError(f"{command[0]} exited with {done.returncode}: {done.stdout[-4000:]}")
    return done.stdout


def clean_environment() -> dict[str, str]:
    """Return the environment without variables that affect a service's Python or login."""
    unwanted = ("PYTHON", "OS_", "VIRTUAL_ENV")
    return {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}


def start(group: str, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
    """Start a process of the lab."""
    log_directory(group).mkdir(parents=True, exist_ok=True)
    with (log_directory(group) / f"{name}.log").open("ab") as log:
        process = subprocess.Popen(
            command,
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            env=environment,
            cwd=run_directory(),
            start_new_session=True,
        )
    noted = _pid_directory(group) / name
    noted.parent.mkdir(parents=True, exist_ok=True)
    noted.write_text(f"{process.pid} {_start_time(process.pid)}")


def pids(group: str) -> dict[str, int]:
    """Return the ids of a group's recorded processes by name; 0 for a dead one."""
    directory = _pid_directory(group)
    found = sorted(directory.iterdir()) if directory.is_dir() else []
    return {path.name: _living(path.read_text()) for path in found}


def forget_dead(group: str) -> None:
    """Remove the records of dead processes."""
    for name, pid in pids(group).items():
        if not pid:
            (_pid_directory(group) / name).unlink()


def kill(group: str, names: Iterable[str], *, first: signal.Signals = signal.SIGTERM) -> None:
    """Stop processes and wait until they are gone; kill those that do not stop."""
    wanted = set(names) & set(pids(group))
    for sent, patience in ((first, PATIENCE), (signal.SIGKILL, 3)):
        for pid in _alive(group, wanted):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, sent)
        end = time.monotonic() + patience
        while time.monotonic() < end and _alive(group, wanted):
            time.sleep(0.2)
    for name in wanted:
        (_pid_directory(group) / name).unlink(missing_ok=True)


def wait_until(
    what: str, reached: Callable[[], object], *, group: str, seconds: int = 300, pause: float = 0.3
) -> None:
    """Wait for a condition; fail at once if a process of the group dies."""
    end, last = time.monotonic() + seconds, ""
    while time.monotonic() < end:
        try:
            if reached():
                return
        except (OSError, LabError, KeyError) as error:  # urllib's errors are OSErrors
            last = str(error)
        dead = [name for name, pid in pids(group).items() if not pid]
        if dead:
            raise LabError(f"died: {', '.join(dead)}; see {log_directory(group)}")
        time.sleep(pause)
    raise LabError(f"timed out after {seconds} s waiting for {what}. {last}")


def listens(port: int) -> bool:
    """Return whether something listens on a port of this machine."""
    with socket.socket() as connection:
        connection.settimeout(1)
        return connection.connect_ex(("127.0.0.1", port)) == 0


def refuse_taken(port: int, what: str) -> None:
    """Refuse a port that is in use, so that another lab's service is not taken for ours."""
    if listens(port):
        raise LabError(
            f"port {port} for {what} is in use; PUMPHOUSE_LAB_PORT_SHIFT shifts all ports"
        )


def _pid_directory(group: str) -> Path:
    return run_directory() / "pids" / group


def _alive(group: str, names: Iterable[str]) -> list[int]:
    known = pids(group)
    return [known[name] for name in names if known.get(name)]


def _living(noted: str) -> int:
    pid, started = noted.split()
    return int(pid) if _start_time(int(pid)) == started else 0


def _start_time(pid: int) -> str:
    """Return when a process started: distinguishes it from a later one with the same id."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return "gone"
    return "gone" if fields[0] == "Z" else fields[19]
