"""Records the roles that accounts of old clouds lend themselves, so that none is left behind."""

import os
import socket
from collections.abc import Iterable
from datetime import timedelta

from django.utils import timezone

from dashboard.hosts_app.models import LentRole

# longer than any request that is made with a lent role
_LONGEST = timedelta(minutes=10)


class LentRoleRows:
    """Rows of roles that are lent: one that is granted has a row."""

    def lend(self, cloud: str, path: str) -> None:
        """Record a role before it is granted."""
        LentRole.objects.update_or_create(
            cloud_name=cloud,
            path=path,
            defaults={
                "host": socket.gethostname(),
                "process": os.getpid(),
                "lent_at": timezone.now(),
            },
        )

    def forget(self, cloud: str, path: str) -> None:
        """Forget one that was taken away."""
        LentRole.objects.filter(cloud_name=cloud, path=path).delete()

    def left(self, cloud: str) -> Iterable[str]:
        """Return the paths of grants whose processes are gone, or were made too long ago.

        The caller lends none now, so that those of its own process are left as well.
        """
        rows = LentRole.objects.filter(cloud_name=cloud)
        return [row.path for row in rows if _is_left(row)]


def _is_left(row: LentRole) -> bool:
    if row.lent_at < timezone.now() - _LONGEST:
        return True
    is_mine = row.process == os.getpid()
    return row.host == socket.gethostname() and (is_mine or not _lives(row.process))


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
