"""Several runners in processes of their own at one densely connected job; prints its end."""

import json
import os
import subprocess
import sys

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.support.rehearsal.settings"
django.setup()

WIDTH = 30


def main(*, notes: str, runners: int, steps: int) -> None:
    from dashboard.jobs.models import Job
    from dashboard.jobs.progress import job_progress
    from dashboard.jobs.runner import run_job
    from tests.support.rehearsal.jobs import rehearse, spec

    def needs(number: int) -> list[str]:
        above = (number // WIDTH - 1) * WIDTH
        return [str(above + (number * 7 + n * n) % WIDTH) for n in range(5)] if above >= 0 else []

    job = rehearse(
        *(spec(str(n), needs=sorted(set(needs(n))), params={"notes": notes}) for n in range(steps)),
        subject=f"rivals {os.getpid()}",
    )
    command = [sys.executable, "-m", "tests.support.rehearsal.run_alone", str(job.pk)]
    rivals = [subprocess.Popen(command) for _ in range(runners)]
    assert [rival.wait() for rival in rivals] == [0] * runners
    run_job(job.pk)
    state = Job.objects.get(pk=job.pk).state
    print(json.dumps({"state": state, "done": job_progress(job).done}))


if __name__ == "__main__":
    main(notes=sys.argv[1], runners=int(sys.argv[2]), steps=int(sys.argv[3]))
