"""The queue's workers as ``pumphouse up`` starts them: django-q's cluster, whose processes all end
when their parent does."""

import os
import signal

import django
from django.core.management import call_command

from dashboard.cli.supervised import die_with_parent


def main() -> None:
    """Run the cluster until SIGTERM, upon which runners put their steps back.

    django-q's processes do not notice that the one above them was killed, and would go on taking
    work for ever; the kernel tells them.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
    os.register_at_fork(after_in_child=lambda: die_with_parent(signal.SIGTERM))
    django.setup()
    call_command("qcluster")  # comes back once the cluster runs; its end is waited for at exit
    # The handler of django-q waits for the process below to take note: for ever, if the signal went
    # to the whole group and has ended that one already.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


if __name__ == "__main__":
    main()
