"""What was sent with an act, as a row may have it: short, and without secrets."""

from collections.abc import Iterable, Mapping
from typing import Any

from dashboard import secrets

LONGEST = 300
MOST = 40
_DROPPED = frozenset({"csrfmiddlewaretoken", "time_zone", "next"})


def safe_options(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that say something: masked, and cut where they are long."""
    named = ((str(name), value) for name, value in given.items())
    told = [(name, value) for name, value in named if name not in _DROPPED and _says(value)]
    safe = {name[:80]: _safe(name, value) for name, value in told[:MOST]}
    if len(told) > MOST:
        safe["and more"] = len(told) - MOST
    return safe


def form_values(form: Mapping[str, Any], files: Iterable[Any] = ()) -> dict[str, Any]:
    """Return what a form was filled in with; of its files, their names and sizes."""
    lists = getattr(form, "lists", form.items)()
    values = {name: values[0] if len(values) == 1 else values for name, values in lists}
    return {**values, **{name: f"{file.name} ({file.size} bytes)" for name, file in files}}


def _says(value: Any) -> bool:
    return value not in (None, "", False, [], {})


def _safe(name: str, value: Any) -> Any:
    if secrets.names_a_secret(name):
        return secrets.MASK
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return safe_options(value)
    if isinstance(value, list | tuple):
        shown = [_safe(name, each) for each in value[:MOST]]
        return [*shown, f"and {len(value) - MOST} more"] if len(value) > MOST else shown
    text = secrets.mask(str(value))
    return f"{text[:LONGEST]}…" if len(text) > LONGEST else text
