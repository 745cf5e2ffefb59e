"""Runs a job until it kills itself: python -m tests.support.dying_runner MODULE JOB MOMENT."""

import os
import sys
from importlib import import_module

import django

if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "dashboard.settings"
    django.setup()
    from dashboard.jobs.runner import run_job

    module, job, moment = sys.argv[1:]
    import_module(module).MOMENTS[moment]()
    run_job(int(job))
