"""Runs a job by workers that die after each of its writes: python -m … JOB FILE.

A worker kills itself once a cloud has answered a write, before it can store the answer. The next
one takes over, and dies at the next write that is new. FILE gets a line for each death.
"""

import json
import os
import sys
import threading
from pathlib import Path
from typing import Any

import django

_MOST_DEATHS = 100


def _die_after_new_writes(deaths: Path) -> None:
    from dashboard.clients.openstack import CloudSession
    from tests.support.dying import die

    call, one_write = CloudSession.call, threading.Lock()

    def dying(session: CloudSession, method: str, service: str, path: str, **options: Any) -> Any:
        if method == "GET":
            return call(session, method, service, path, **options)
        # one at a time: who dies beside another's death would not be counted
        with one_write:
            answer = call(session, method, service, path, **options)
            text = json.dumps([session.name, method, path, options.get("body")], sort_keys=True)
            if text not in deaths.read_text().splitlines():
                with deaths.open("a") as file:
                    file.write(f"{text}\n")
                die()
            return answer

    CloudSession.call = dying  # type: ignore[method-assign]


def _run_by_mortals(job_id: int) -> None:
    from django.db import connections

    from dashboard.jobs.kinds import job_kind
    from dashboard.jobs.models import Job
    from dashboard.jobs.runner import run_job
    from tests.support.rehearsal.jobs import expire_leases

    job = Job.objects.get(pk=job_id)
    job_kind(job.kind)  # imported once, for all workers
    for _ in range(_MOST_DEATHS):
        connections.close_all()
        if not (worker := os.fork()):
            run_job(job_id)
            os._exit(0)
        if not os.WIFSIGNALED(os.waitpid(worker, 0)[1]):
            return
        expire_leases(job)


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "dashboard.settings"
    django.setup()
    _die_after_new_writes(Path(sys.argv[2]))
    _run_by_mortals(int(sys.argv[1]))
