"""A server without what it refers to and what is left out of the move."""

from collections.abc import Sequence
from dataclasses import replace

from dashboard.migrations_app.resources.key_names import key_id
from dashboard.migrations_app.resources.left_out import loss_of, without_ids
from dashboard.migrations_app.resources.records import LeftOut, Loss, Record


def reduced_server(record: Record, left_out: LeftOut) -> tuple[Record, Sequence[Loss]]:
    """Return a server without the data volumes, groups and key that are left out, and their losses.

    Without its root volume it does not move at all.
    """
    root = ("volume", record.fields["root_volume"])
    others = {key: found for key, found in left_out.objects.items() if key != root}
    lists = {"volumes": "volume", "deleted_volumes": "volume", "server_groups": "server_group"}
    record, losses = without_ids(record, lists, LeftOut(others))
    key = record.fields.get("key_name")
    called = left_out("keypair", key_id(record.fields["user_id"], key)) if key else ""
    if not called:
        return record, losses
    record = replace(record, fields={**record.fields, "key_name": None})
    return record, [*losses, loss_of("key_name", [called])]
