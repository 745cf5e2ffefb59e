"""Which rows Neutron would list for a query."""

from collections.abc import Iterable, Mapping, Sequence

from dashboard.clients.legacy.translator import Json

Query = Mapping[str, Sequence[str]]

# what says how to list rather than which
_NO_FILTERS = frozenset({"fields", "limit", "marker", "sort_key", "sort_dir", "page_reverse"})


def matching(rows: Iterable[Json], query: Query) -> list[Json]:
    """Return the rows whose attributes have, for each parameter, one of its values."""
    filters = {name: query[name] for name in query if name not in _NO_FILTERS}
    return [row for row in rows if all(_has(row, *each) for each in filters.items())]


def _has(row: Json, name: str, values: Sequence[str]) -> bool:
    if name == "fixed_ips":
        return any(_has_address(row, *value.split("=", 1)) for value in values)
    return str(row.get(name)).lower() in {value.lower() for value in values}


def _has_address(row: Json, name: str, value: str) -> bool:
    """Return whether a port has an address, or one in a subnet: "subnet_id=…"."""
    return any(fixed.get(name) == value for fixed in row.get("fixed_ips", ()))
