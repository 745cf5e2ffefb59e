"""Names for the clouds that come from Fuel, next to those that an operator has chosen."""

from collections.abc import Iterator
from itertools import count

from dashboard.hosts_app.models import Cloud


def free_name(wanted: str) -> str:
    """Return the wanted name for a cloud of Fuel, with a suffix if another cloud has it."""
    taken = set(Cloud.objects.values_list("name", flat=True))
    return next(name for name in _names_like(wanted) if name not in taken)


def _names_like(wanted: str) -> Iterator[str]:
    yield from (wanted, f"{wanted}-fuel")
    yield from (f"{wanted}-fuel-{number}" for number in count(2))
