"""Objects as an operator wants their copies: some fields of the source's object edited.

A plan keeps the edited fields by the object, ``type:id``. Whoever reads the source for the plan
applies them, so that the copy is made and verified with them.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dashboard.migrations_app.resources.records import Record

Edits = Mapping[str, Mapping[str, Any]]
"""By ``type:id`` of an object of the source the fields that its copy gets instead."""


def edited(record: Record, edits: Edits) -> Record:
    """Return an object with its edited fields; its name is one of them."""
    changed = edits.get(f"{record.type}:{record.id}")
    if not changed:
        return record
    name = changed.get("name", record.name)
    return replace(record, name=name, fields={**record.fields, **changed})
