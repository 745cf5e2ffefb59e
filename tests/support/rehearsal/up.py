"""``pumphouse up`` with the rehearsal app, and with less patience than an operator has."""

import os
import sys
from datetime import timedelta

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.support.rehearsal.settings"
django.setup()

if __name__ == "__main__":
    from dashboard.cli.up import run_up
    from dashboard.jobs import queue, queue_watchdog

    queue.ENQUEUE_AGAIN_AFTER = timedelta(seconds=2)
    queue_watchdog.PING_SECONDS = queue_watchdog.HURRIED_PING_SECONDS = 1.0
    queue_watchdog.STUCK_SECONDS = float(sys.argv[2])
    sys.exit(run_up(bind=sys.argv[1], workers=1))
