"""Drive and show one job as a command does: python -m tests.support.rehearsal.follow JOB."""

import os
import sys
from argparse import Namespace

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.support.rehearsal.settings"
django.setup()

if __name__ == "__main__":
    from dashboard.cli.console import Screen
    from dashboard.cli.progress import follow_and_tell
    from dashboard.jobs.models import Job

    sys.exit(follow_and_tell(Job.objects.get(pk=sys.argv[1]), Namespace(), Screen()))
