"""The objects of backups in the destination's store, where that is not the source's.

What a copy makes is recorded before it begins, so that all of it can be removed, and nothing else.
"""

from dataclasses import asdict

from dashboard.clients.backup_stores.base import BackupStore
from dashboard.clients.backup_stores.copying import ObjectsOf, copy_objects, remove_objects
from dashboard.clients.openstack import Json
from dashboard.clients.traffic import End, traffic
from dashboard.errors import NeedsOperator
from dashboard.migrations_app.data_paths.common import backups
from dashboard.migrations_app.data_paths.common.backup_stores import stores_between
from dashboard.migrations_app.resources.work import Work

COPIED = "copied_backups"
"""Stage data: where the copied objects of backups are, by the ids of these."""
_THEIRS = "theirs"


def copy_backup(work: Work, backup_id: str) -> str:
    """Copy the objects of a backup that the destination's store lacks; return its Cinder's driver.

    Nothing is copied, and "" returned, where both clouds use one store.
    """
    stores = stores_between(work.source, work.destination)
    if stores is None:
        return ""
    source, destination = stores
    of = _objects_of(work, source, backup_id)
    theirs = _noted(work, destination, backup_id, of)
    with traffic.stream(End.of(work.source), End.of(work.destination), work.check) as passing:
        copy_objects(
            *(source, destination, of),
            theirs=theirs,
            passing=passing,
            progress=work.progress,
            check=work.check,
        )
    return destination.driver


def remove_copy_of(work: Work, backup_id: str) -> None:
    """Remove the objects that were copied of a backup; nothing happens if none were.

    Raises ``NeedsOperator`` if the configuration does not say any more where they are.
    """
    copied = dict(work.stage_data.get(COPIED) or {})
    if backup_id not in copied:
        return
    stores = stores_between(work.source, work.destination)
    noted = copied.pop(backup_id)
    if stores is None:
        raise NeedsOperator(
            f"Objects of backups were copied to a store of cloud {work.destination.name} that the "
            "configuration names no more.",
            fix="Write backup_store of both clouds as it was, then retry.",
        )
    of = ObjectsOf(container=noted["container"], prefix=noted["prefix"])
    remove_objects(stores[1], of, theirs=noted[_THEIRS])
    work.save(**{COPIED: copied})


def _objects_of(work: Work, source: BackupStore, backup_id: str) -> ObjectsOf:
    """Return where a backup's record says that its objects are.

    Raises ``NeedsOperator`` if it was made by another driver than that of the configured kind.
    """
    record = backups.record_of(work.source, backup_id)
    driver = str(record["service"])
    if driver != source.driver and not driver.startswith(f"{source.driver}."):
        raise NeedsOperator(
            f"Cinder of cloud {work.source.name} keeps its backups by {driver}, and the "
            f"configuration says that it does by {source.driver}.",
            fix="Correct backup_store of that cloud, then retry.",
        )
    return ObjectsOf(container=record["container"], prefix=record["service_metadata"])


def _noted(work: Work, destination: BackupStore, backup_id: str, of: ObjectsOf) -> list[str]:
    """Return what was in the destination's store before the first attempt, and record it then."""
    copied: Json = dict(work.stage_data.get(COPIED) or {})
    if backup_id not in copied:
        theirs = sorted(destination.objects(of.container, of.prefix))
        copied[backup_id] = {**asdict(of), _THEIRS: theirs}
        work.save(**{COPIED: copied})
    found: list[str] = copied[backup_id][_THEIRS]
    return found
