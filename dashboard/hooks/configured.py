"""The hooks of the configuration. They are read when they are needed: a changed file holds."""

from pathlib import Path

from django.conf import settings

from dashboard.clients.hooks.base import Hook
from dashboard.errors import NeedsOperator


def configured_hooks() -> list[Hook]:
    """Return all hooks of the file that PUMPHOUSE_CONFIG names, none without one.

    Raises ``BadInput`` with file, key and line for an error in them.
    """
    if not settings.PUMPHOUSE_CONFIG:
        return []
    from dashboard.clients.hooks.reading import read_hooks

    return read_hooks(Path(settings.PUMPHOUSE_CONFIG))


def hook_named(name: str) -> Hook:
    """Return a hook. Raises ``NeedsOperator`` if the configuration has it no more."""
    for hook in configured_hooks():
        if hook.name == name:
            return hook
    raise NeedsOperator(
        f"The configuration has no hook “{name}” any more.",
        fix="Write it there again and retry, or skip the step.",
    )
