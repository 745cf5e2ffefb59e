"""The marker in a description: it stands there while the object is being created.

Guests read the metadata of servers and tenants the attributes of their projects, so a description,
which is put in place anyway, is the one place where nothing stays.
"""

from collections.abc import Mapping
from typing import Any

from dashboard.migrations_app.resources.records import MARKER
from dashboard.migrations_app.resources.work import Work


def marked_description(work: Work) -> str:
    """Return the description of an object that is being created."""
    return f"pumphouse {work.marker}"


def carries_marker(work: Work, description: Any, attributes: Mapping[str, Any]) -> bool:
    """Return whether the object's marker is its description or, as older versions put it, among
    its attributes or metadata."""
    return description == marked_description(work) or attributes.get(MARKER) == work.marker
