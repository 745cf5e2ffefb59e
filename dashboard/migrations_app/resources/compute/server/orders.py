"""What must have ended before a stage of a server's move, whether it succeeded or not."""

from collections.abc import Iterable, Mapping, Sequence

from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import Record, Ref


def predecessors(record: Record, reader: TenantReader) -> Mapping[str, Sequence[Ref]]:
    """Return the image, whose copy the server's copy names as what it was booted from; and other
    servers with the same volumes: Cinder attaches a volume to one server at a time.
    """
    image_id, root = record.fields.get("image"), record.fields["root_volume"]
    data = [id_ for id_ in record.fields["volumes"] if id_ != root]
    create = [Ref("image", image_id)] if image_id else []
    create += _earlier_users(record, [root], reader)
    return {"create": create, "attach": [*_earlier_users(record, data, reader)]}


def _earlier_users(
    record: Record, volume_ids: Iterable[str], reader: TenantReader
) -> Iterable[Ref]:
    wanted = {*volume_ids}
    users = {
        attachment["server_id"]
        for volume in reader.volumes
        if volume["id"] in wanted
        for attachment in volume["attachments"]
    }
    return [Ref("server", id_, "attach") for id_ in sorted(users) if id_ and id_ < record.id]
