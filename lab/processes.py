"""Start, find and stop the lab's processes.

Every process is a session of its own, noted in run/pids/<group>/<name> by its id and start time;
only what is noted there is ever killed. A group is a cloud's name or "infrastructure".
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
    """Return what has been reached, and when."""
    print(f"{time.strftime('%H:%M:%S')} {message}", flush=True)


def run(command: Sequence[str], *, cwd: Path | None = None) -> str:
    """Run a command to its end; its output is the answer, or part of the error."""
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=cwd, check=False
    )
    if done.returncode:
        raise LabError(f"{command[0]} exited with {done.returncode}: {done.stdout[-4000:]}")
    return done.stdout


def clean_environment() -> dict[str, str]:
    """The environment without what would change the meaning of a service's Python or login."""
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
    """The noted processes of a group: name and id, 0 for one that has died."""
    directory = _pid_directory(group)
    found = sorted(directory.iterdir()) if directory.is_dir() else []
    return {path.name: _living(path.read_text()) for path in found}


def forget_dead(group: str) -> None:
    """Forget the noted processes that no longer live."""
    for name, pid in pids(group).items():
        if not pid:
            (_pid_directory(group) / name).unlink()


def kill(group: str, names: Iterable[str], *, first: signal.Signals = signal.SIGTERM) -> None:
    """Stop processes and wait until they are gone; those that do not listen are killed."""
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
    """Wait for something to become true; give up at once when a process of the group dies."""
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
    raise LabError(f"waited {seconds} s in vain for {what}. {last}")


def listens(port: int) -> bool:
    """Whether something answers on a port of this machine."""
    with socket.socket() as connection:
        connection.settimeout(1)
        return connection.connect_ex(("127.0.0.1", port)) == 0


def refuse_taken(port: int, what: str) -> None:
    """Refuse to take another lab's service, or anything else, for our own."""
    if listens(port):
        raise LabError(
            f"port {port} for {what} is taken by something else; PUMPHOUSE_LAB_PORT_SHIFT moves all"
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
    """When a living process started: tells it from a later process of the same number."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return "gone"
    return "gone" if fields[0] == "Z" else fields[19]
