"""How commands show times."""

from datetime import datetime

from django.utils import timezone


def local_time(moment: datetime) -> str:
    """Return a time to the minute with its zone, which is this machine's."""
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M %Z}"
