"""Names that os-migrate refuses and Pumphouse does not mind: it knows objects by theirs alone."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from dashboard.clients.openstack import Json
from dashboard.migrations_app.planning.os_migrate.table import PARAMS


def refused_names(documents: Mapping[str, Json]) -> Iterator[str]:
    """Yield a sentence for each file in which objects have no name, or one that another has."""
    for file, content in documents.items():
        names = Counter(
            _name(each[PARAMS]) for each in content["resources"] if "name" in each[PARAMS]
        )
        nameless = sum(count for (name, _), count in names.items() if not name)
        if nameless:
            yield f"{file} has {nameless} without a name."
        for (name, _), count in names.items():
            if name and count > 1:
                yield f"{file} has {count} of the name {name}."


def _name(params: Mapping[str, Any]) -> tuple[str, str]:
    """Return a name, and whose it is for what each user has of their own: a key pair."""
    return str(params["name"] or ""), str(params.get("user_ref"))
