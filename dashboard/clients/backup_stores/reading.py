"""Reads how a cloud's backups are stored: the key ``backup_store`` of the configuration."""

from functools import cache

from yaml import MappingNode

from dashboard.clients.backup_stores import kinds
from dashboard.clients.backup_stores.access import StoreAccess
from dashboard.clients.backup_stores.base import BackupStore
from dashboard.clients.yaml_sections import Section
from dashboard.plugins import named_classes

KEY = "backup_store"
REFUSED = {
    "s3": "Pumphouse has no client for S3.",
    "gcs": "Pumphouse has no client for Google's object store.",
    "ceph": "Cinder's driver ceph keeps no objects that another store could have.",
}
_INSTEAD = "Remove the key: volumes then take another data path. A label will do for one store."


@cache
def store_kinds() -> dict[str, type[BackupStore]]:
    """Return all kinds of stores by their names."""
    return {kind.name: kind for kind in named_classes(BackupStore, kinds)}


def read_store(section: Section) -> str | StoreAccess | None:
    """Return the label of a store that both clouds use, or how the cloud's own is reached.

    Raises ``BadInput`` with file, line and key path for what is wrong.
    """
    if not any(isinstance(node, MappingNode) for node in section.nodes_of(KEY)):
        return section.optional_text(KEY)
    own = section.section(KEY)
    kind = own.text("kind")
    if kind not in store_kinds():
        known = ", ".join(sorted(store_kinds()))
        sentence = REFUSED.get(kind, "Pumphouse knows no such store of backups.")
        raise own.fault(sentence, key="kind", fix=f"Known: {known}. {_INSTEAD}")
    return StoreAccess(kind=kind, options=store_kinds()[kind].read(own))
