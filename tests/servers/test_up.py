"""The parent of ``pumphouse up`` keeps its children alive, and takes them with it."""

import os
import signal
import urllib.error
import urllib.request
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from django_q.models import OrmQ

from dashboard.jobs.models import Job
from dashboard.jobs.states import JobState
from tests.support.awaiting import await_that
from tests.support.rehearsal.jobs import lines, process, rehearse, spec
from tests.support.servers import free_port

PATIENCE = "8"
KILLS = 5


def members(group: int) -> set[int]:
    """Return the living processes of a process group."""
    return {pid for pid, (parent, its_group) in table().items() if its_group == group}


def children(parent: int) -> list[int]:
    return sorted(pid for pid, (its_parent, _) in table().items() if its_parent == parent)


def table() -> dict[int, tuple[int, int]]:
    """Return parent and group of each process that is not a zombie."""
    found: dict[int, tuple[int, int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent, group = path.read_text().rpartition(")")[2].split()[:3]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if state != "Z":
            found[int(path.parent.name)] = (int(parent), int(group))
    return found


def serves(bind: str) -> bool:
    try:
        urllib.request.urlopen(f"http://{bind}/admin/login/", timeout=5).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


@contextmanager
def up(home: Path, *, patience: str = "60"):
    bind = f"127.0.0.1:{free_port()}"
    with process("tests.support.rehearsal.up", bind, patience, home=home) as parent:
        groups: set[int] = set()
        try:
            await_that(lambda: serves(bind) and len(children(parent.pid)) == 2)
            groups.update(children(parent.pid))
            yield parent, groups
        finally:
            for group in groups | set(children(parent.pid)):
                with suppress(ProcessLookupError):
                    os.killpg(group, signal.SIGKILL)


def run_noted(notes: Path) -> int:
    """Run one job on the workers and return the process that did it."""
    job = rehearse(spec("a", params={"notes": str(notes)}))
    await_that(lambda: Job.objects.get(pk=job.pk).state == JobState.DONE, seconds=150)
    return int(lines(notes)[-1].split()[-2])


def successor_of_killed(notes: Path) -> int:
    """Kill the worker that did a job while it is idle and give the one that does the next."""
    worker = run_noted(notes)
    await_that(lambda: not OrmQ.objects.exists())
    os.kill(worker, signal.SIGKILL)
    return run_noted(notes)


@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(500)
def test_it_serves_runs_jobs_and_leaves_no_process_behind(tmp_path, pumphouse_home):
    with up(pumphouse_home) as (parent, groups):
        worker = run_noted(tmp_path / "notes")
        assert os.getpgid(worker) in groups
        never = {"file": str(tmp_path / "never")}
        job = rehearse(spec("a", "wait_for_file", params=never))
        await_that(lambda: job.steps.get().state == "running")
        parent.send_signal(signal.SIGTERM)
        assert parent.wait(40) == 0
        assert not any(members(group) for group in groups)
        assert job.steps.get().state == "pending"


@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(500)
def test_it_restarts_what_dies(tmp_path, pumphouse_home):
    with up(pumphouse_home) as (_parent, groups):
        first = run_noted(tmp_path / "notes")
        os.kill(os.getpgid(first), signal.SIGKILL)
        # the orphan is ended by the kernel, in its own time, and could take the next job before
        await_that(lambda: first not in table())
        second = run_noted(tmp_path / "notes")
        assert os.getpgid(second) not in groups


@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(500)
def test_its_children_die_with_it(tmp_path, pumphouse_home):
    with up(pumphouse_home) as (parent, groups):
        run_noted(tmp_path / "notes")
        parent.kill()
        assert await_that(lambda: not any(members(group) for group in groups))


@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(500)
def test_a_cluster_whose_idle_worker_was_killed_is_noticed_and_replaced(tmp_path, pumphouse_home):
    """The only worker of a cluster always holds the queue's lock while it is idle: killed, it
    leaves a cluster that looks alive and would take no task ever again."""
    with up(pumphouse_home, patience=PATIENCE) as (_parent, groups):
        successors = (successor_of_killed(tmp_path / "notes") for _ in range(KILLS))
        replaced = any(os.getpgid(successor) not in groups for successor in successors)
    assert replaced, f"{KILLS} workers were killed and none held the lock"
