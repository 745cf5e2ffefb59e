"""Shows the running processes and their memory."""

import contextlib
from pathlib import Path

from lab import ceph, infrastructure
from lab.clouds import Cloud
from lab.lifecycle import commands
from lab.processes import pids


def report(clouds: list[Cloud]) -> bool:
    """Print each process with its memory. Return False if one is missing."""
    wanted = {infrastructure.GROUP: list(infrastructure.PROCESSES)}
    if ceph.is_chosen():
        wanted[ceph.GROUP] = list(ceph.PROCESSES)
    wanted |= {cloud.name: list(commands(cloud)) for cloud in clouds}
    memory = memory_of_sessions()
    complete, total = True, 0.0
    for group, names in wanted.items():
        running = pids(group)
        used = {name: memory.get(running.get(name) or -1, 0.0) for name in names}
        for name in names:
            _print_process(name, running.get(name, 0), used[name])
        print(f"{group}: {sum(used.values()):.0f} MiB")
        complete = complete and all(running.get(name) for name in names)
        total += sum(used.values())
    print(f"total: {total:.0f} MiB")
    return complete


def memory_of_sessions() -> dict[int, float]:
    """Return the MiB of each session, which a lab process leads; shared pages count once (PSS)."""
    sessions: dict[int, float] = {}
    for directory in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, IndexError, StopIteration):
            session = int((directory / "stat").read_text().rsplit(")", 1)[1].split()[3])
            lines = (directory / "smaps_rollup").read_text().splitlines()
            kibibytes = next(line.split()[1] for line in lines if line.startswith("Pss:"))
            sessions[session] = sessions.get(session, 0.0) + int(kibibytes) / 1024
    return sessions


def _print_process(name: str, pid: int, memory: float) -> None:
    print(f"  {name:<24} {'up' if pid else 'DOWN':<5} {pid:>8} {memory:6.0f} MiB")
