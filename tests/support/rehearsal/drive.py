"""Drive one job in a process of its own: python -m tests.support.rehearsal.drive JOB."""

import os
import sys

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.support.rehearsal.settings"
django.setup()

if __name__ == "__main__":
    from dashboard.jobs.runner import drive

    drive(int(sys.argv[1]))
