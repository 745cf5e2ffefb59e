"""What must be there, or have ended, before a stage of a server's move."""

from collections.abc import Mapping, Sequence

from dashboard.migrations_app.resources.compute.server.attributes import REFERENCES
from dashboard.migrations_app.resources.compute.server.fields import ATTR, FROM_IMAGE
from dashboard.migrations_app.resources.key_names import key_id
from dashboard.migrations_app.resources.network.common.trunks import trunks_on
from dashboard.migrations_app.resources.ownership import owner_refs
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import Record, Ref


def requirements(record: Record, reader: TenantReader) -> Mapping[str, Sequence[Ref]]:
    """Return all that booting needs, data excepted, for halting the source's server."""
    fields = record.fields
    key = key_id(fields["user_id"], fields.get("key_name") or "")
    references = [Ref("image", fields.get(f"{ATTR}{name}") or "") for name in REFERENCES]
    stop = [
        *owner_refs(record, reader),
        Ref("flavor", fields["flavor_id"]),
        Ref("flavor_access", f"{fields['flavor_id']}:{reader.tenant.id}"),
        Ref("keypair", key),
        *(Ref("server_group", id_) for id_ in fields["server_groups"]),
        *(Ref("port", id_) for id_ in fields["ports"]),
        *trunks_on(fields["ports"], reader),
        *references,
        Ref("image", fields["image"] if fields.get(FROM_IMAGE) else ""),
    ]
    prepare = [ref for ref in references if ref.id]
    volumes = [Ref("volume", id_) for id_ in fields["volumes"]]
    root = [ref for ref in volumes if ref.id == fields["root_volume"]]
    return {
        "prepare": prepare,
        "stop": [ref for ref in stop if ref.id],
        "create": root,
        "attach": volumes,
    }
