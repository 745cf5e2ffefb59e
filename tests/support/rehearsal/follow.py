"""Run and show one job as a command does: python -m tests.support.rehearsal.follow JOB."""

import os
import signal
import sys
from argparse import Namespace

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.support.rehearsal.settings"
django.setup()

if __name__ == "__main__":
    # a shell that runs the tests in the background has it ignored
    signal.signal(signal.SIGINT, signal.default_int_handler)
    from dashboard.cli.console import Console
    from dashboard.cli.progress import follow_and_report
    from dashboard.jobs.models import Job

    sys.exit(follow_and_report(Job.objects.get(pk=sys.argv[1]), Namespace(), Console()))
