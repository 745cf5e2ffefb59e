"""Start a job, wait for its end and print it as JSON: a client in a process of its own."""

import json
import os
import sys

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.support.rehearsal.settings"
django.setup()


def main(*, notes: str, steps: int, seconds: float) -> None:
    from dashboard.jobs.progress import job_progress
    from dashboard.jobs.waiting import wait_for_job
    from tests.support.rehearsal.jobs import rehearse, spec

    job = rehearse(
        *(
            spec(str(n), needs=[str(n - 5)] if n >= 5 else [], params={"notes": notes})
            for n in range(steps)
        ),
        spec("stumbles", "stumble", params={"until_attempt": 2, "retry_after": 0.1}),
        spec("copies", "copy", params={"size": 2**33}),
        spec("refused", "refuse", params={"sentence": "No: it costs €5 🚫"}),
        subject=f"process {os.getpid()}",
    )
    ended = wait_for_job(job, seconds=seconds)
    progress = job_progress(ended)
    print(
        json.dumps(
            {
                "state": ended.state,
                "explanation": ended.explanation,
                "done": progress.done,
                "bytes_done": progress.bytes_done,
            }
        )
    )


if __name__ == "__main__":
    main(notes=sys.argv[1], steps=int(sys.argv[2]), seconds=float(sys.argv[3]))
