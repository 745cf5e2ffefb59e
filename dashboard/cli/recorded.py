"""Records each command that changes something, as pages and API record what they are sent."""

import getpass
import socket
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from dashboard.audit.models import Act
from dashboard.audit.options import safe_options
from dashboard.audit.recording import recording
from dashboard.errors import BadInput, Conflict, PumphouseError

_UNTOLD = frozenset({"command", "json", "config"})
_TARGETS = ("tenant", "campaign", "job", "step", "host", "cloud", "name", "plan")
_WRITES = ("INSERT", "UPDATE", "DELETE")


def run_recorded(options: Namespace, run: Callable[[], int]) -> int:
    """Run a command and record it, unless it only reads."""
    wrote: list[str] = []
    with recording(lambda act: _describe(act, options)) as made:
        try:
            with _noting_writes(wrote):
                code = run()
        except PumphouseError as error:
            refused = isinstance(error, BadInput | Conflict)
            if wrote or made.act.pk or refused:
                made.end(Act.Result.REFUSED if refused else Act.Result.FAILED, error.sentence)
            raise
        if wrote or made.act.pk:
            made.end(Act.Result.FAILED if code else Act.Result.DONE)
    return code


@contextmanager
def _noting_writes(wrote: list[str]) -> Iterator[None]:
    """Note whether a statement writes; the first one is enough."""

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not wrote and sql.startswith(_WRITES):
            wrote.append(sql[:6])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield


def _describe(act: Act, options: Namespace) -> None:
    given = {name: value for name, value in vars(options).items() if name not in _UNTOLD}
    act.who, act.origin = getpass.getuser()[:150], Act.Origin.CLI
    act.address = socket.gethostname()[:80]
    act.verb = options.command
    named = (f"{name} {given[name]}" for name in _TARGETS if given.get(name))
    act.target = next(named, "")[:250]
    act.options = safe_options(given)
