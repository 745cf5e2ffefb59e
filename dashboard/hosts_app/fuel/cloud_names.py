"""Names for the clouds that Fuel has, beside those that an operator has chosen."""

from collections.abc import Iterator
from itertools import count

from dashboard.hosts_app.models import Cloud


def free_name(wanted: str) -> str:
    """Return that name for a cloud in Fuel or, when another cloud has it, one with a suffix."""
    taken = set(Cloud.objects.values_list("name", flat=True))
    return next(name for name in _names_like(wanted) if name not in taken)


def _names_like(wanted: str) -> Iterator[str]:
    yield from (wanted, f"{wanted}-fuel")
    yield from (f"{wanted}-fuel-{number}" for number in count(2))
