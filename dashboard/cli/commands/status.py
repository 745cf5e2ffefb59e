"""``pumphouse status``."""

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence

from typing_extensions import override

from dashboard.cli.arguments import chosen_job
from dashboard.cli.command import FAILED, OK, Command
from dashboard.cli.console import Console
from dashboard.cli.outages import print_outages
from dashboard.cli.outcome import describe, has_failed, print_outcome
from dashboard.cli.serializers import Json, serialize_job, serialize_outage
from dashboard.cli.times import local_time
from dashboard.jobs.models import Job
from dashboard.jobs.pacing import words_at_once
from dashboard.jobs.progress import job_progress
from dashboard.migrations_app.execution.outages import Outage, current_outages, outages_of

NEWEST = 20


class StatusCommand(Command):
    """Show a job, or the newest jobs, and which servers moves keep down."""

    name = "status"
    uses_clouds = False

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("job", nargs="?", type=int, metavar="JOB", help="the job's number")
        parser.add_argument("-f", "--follow", action="store_true", help="follow it until it ends")

    @override
    def run(self, options: Namespace, console: Console) -> int:
        if options.job is None:
            return _show_newest(console)
        job = chosen_job(options.job)
        if options.follow:
            from dashboard.cli.progress import follow

            job = follow(job, console, run=False)
        console.print(f"{job}: {describe(job_progress(job))}")
        if job.chains_at_once and job.is_active:
            console.print(f"{words_at_once(job)}.")
        print_outcome(job, console)
        outages = _shown(outages_of(job.subject), console)
        console.print_json({"job": serialize_job(job), "outages": outages})
        return FAILED if has_failed(job) else OK


def _show_newest(console: Console) -> int:
    jobs = list(Job.objects.all()[:NEWEST])
    rows = [(job.pk, job.state, job.title, _when(job)) for job in jobs]
    console.print_table("Job", "State", "Title", "Since", rows=rows)
    outages = _shown(current_outages(), console)
    console.print_json({"jobs": [serialize_job(job) for job in jobs], "outages": outages})
    return OK


def _shown(outages: Sequence[Outage], console: Console) -> list[Json]:
    """Print the outages, and return them for the document."""
    print_outages(outages, console)
    return [serialize_outage(each) for each in outages]


def _when(job: Job) -> str:
    moment = job.finished_at or job.started_at or job.created_at
    return local_time(moment)
