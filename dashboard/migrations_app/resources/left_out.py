"""What becomes of an object when others that it refers to are left out of the move."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from dashboard.migrations_app.resources.attributes import ids_in
from dashboard.migrations_app.resources.records import LeftOut, Loss, Record


def without_ids(
    record: Record, fields: Mapping[str, str], left_out: LeftOut
) -> tuple[Record, Sequence[Loss]]:
    """Return the record with only those ids in its lists that move, and a loss for each list.

    ``fields`` has the type of the ids by the name of the list.
    """
    losses: list[Loss] = []
    for name, type_name in fields.items():
        ids = ids_in(record.fields.get(name))
        if gone := [called for id_ in ids if (called := left_out(type_name, id_))]:
            moved = [id_ for id_ in ids if not left_out(type_name, id_)]
            record = replace(record, fields={**record.fields, name: moved})
            losses.append(loss_of(name, gone))
    return record, losses


def loss_of(field: str, called: Sequence[str]) -> Loss:
    """Return the loss of a field that refers to objects which are left out."""
    verb = "is" if len(called) == 1 else "are"
    names = ", ".join(called)
    reason = f"{names[0].upper()}{names[1:]} {verb} left out."
    return Loss(field=field, value=list(called), reason=reason)
