"""Which host names a cloud's Nova takes in a request to boot.

It takes one from 2.90 on, without dots, and from 2.94 on with dots. Older releases derived it from
the server's name and kept what is refused now: dots, or a single letter (LP#1581977).
"""

import re
from collections.abc import Iterable

from dashboard.clients.openstack import CloudSession
from dashboard.migrations_app.resources.compute.server.fields import ATTR
from dashboard.migrations_app.resources.records import Loss, Record

HOST_NAME = f"{ATTR}hostname"
HOST_NAMES_SINCE, DOTS_SINCE = "2.90", "2.94"

_label = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9-]{0,61}[a-zA-Z0-9]")
_dotted = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9.-]{0,253}[a-zA-Z0-9]")


def host_name_for(record: Record, cloud: CloudSession) -> str:
    """Return the server's host name where the cloud takes it, "" where Nova is to derive one."""
    name = str(record.fields.get(HOST_NAME) or "")
    if not cloud.supports("compute", HOST_NAMES_SINCE):
        return ""
    allowed = _dotted if cloud.supports("compute", DOTS_SINCE) else _label
    return name if allowed.fullmatch(name) else ""


def host_name_losses(record: Record, cloud: CloudSession) -> Iterable[Loss]:
    """Return the loss of a host name that the cloud takes from nobody."""
    name = record.fields.get(HOST_NAME)
    if not name or host_name_for(record, cloud):
        return
    if cloud.supports("compute", HOST_NAMES_SINCE) or name != _derived(record.name):
        reason = f"Nova of cloud {cloud.name} does not accept it and derives one from the name."
        yield Loss(field=HOST_NAME, value=name, reason=reason)


def _derived(server_name: str) -> str:
    """Return the host name that every Nova makes of a server's name."""
    latin = server_name.encode("latin-1", "ignore").decode("latin-1")[:63]
    return re.sub(r"[^\w.-]+", "", re.sub(r"[ _.]", "-", latin)).lower().strip(".-")
