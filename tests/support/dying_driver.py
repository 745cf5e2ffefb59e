"""Drives a job until it kills itself: python -m tests.support.dying_driver MODULE JOB MOMENT."""

import os
import sys
from importlib import import_module

import django

if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "dashboard.settings"
    django.setup()
    from dashboard.jobs.runner import drive

    module, job, moment = sys.argv[1:]
    import_module(module).MOMENTS[moment]()
    drive(int(job))
