"""Run one job in a process of its own: python -m tests.support.rehearsal.run_alone JOB."""

import os
import sys

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.support.rehearsal.settings"
django.setup()

if __name__ == "__main__":
    from dashboard.jobs.runner import run_job

    run_job(int(sys.argv[1]))
