"""Can backups get from the source's store to the destination's, as the configuration says?"""

from collections.abc import Iterable, Sequence

from dashboard.clients.backup_stores.access import StoreAccess
from dashboard.migrations_app.data_paths.backup_delta import BackupDelta
from dashboard.migrations_app.data_paths.common.backup_stores import why_no_stores
from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.resources.data_path import DATA_PATH
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import BLOCK, WARN, Finding, Record


def check(
    plan: Plan, records: Sequence[Record], source: TenantReader, destination: TenantReader
) -> Iterable[Finding]:
    """Yield what keeps volumes from going by backups: it blocks a plan that has chosen that."""
    volumes = {record.id for record in records if record.type == "volume"}
    is_chosen = bool(volumes & _going_by_backups(plan))
    stores = (reader.cloud.access.backup_store for reader in (source, destination))
    is_configured = any(isinstance(store, StoreAccess) for store in stores)
    if not volumes or not (is_chosen or is_configured):
        return
    if why := why_no_stores(source, destination):
        yield Finding(
            severity=BLOCK if is_chosen else WARN,
            sentence=f"No volume can go by {BackupDelta.title}: {why}",
            fix="Correct backup_store of both clouds in the configuration, or what it names, and "
            "preflight again; or choose another data path, and plan again.",
        )


def _going_by_backups(plan: Plan) -> set[str]:
    """Return the volumes for which the stored plan has chosen backups."""
    chosen = {f"resolution__{DATA_PATH}__name": BackupDelta.name}
    found = plan.items.filter(type="volume", **chosen)
    return {*found.values_list("source_id", flat=True)}
