"""Makes a volume with its history: from its oldest state on, a snapshot of each, up to its own.

Cinder's action ``os-reimage`` writes an image into a volume that is there. Between two states the
snapshot is taken. It carries the id of the source's snapshot until that has been recorded.
"""

from collections.abc import Sequence
from dataclasses import replace

from dashboard.clients.openstack import Json
from dashboard.clients.polling import poll_until
from dashboard.errors import NeedsOperator
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import CREATE, Decision, DecisionLookup, Record
from dashboard.migrations_app.resources.snapshot_options import REPLAY, SNAPSHOTS
from dashboard.migrations_app.resources.storage.common.removing import remove
from dashboard.migrations_app.resources.work import Work

REIMAGE = "3.68"
"""The microversion from which on Cinder writes images into volumes."""

STATE_OF = "pumphouse_state_of"
"""Metadata of a snapshot that no entry of the ledger stands for yet: the source's snapshot."""

AS_SNAPSHOT = "as_snapshot"
"""In the resolution of a snapshot: whether it becomes one, and not a volume of its own."""

REPLAYED = "replayed"
"""In the resolution of a volume: the snapshots whose states it goes through."""

WRITE_SECONDS = 6 * 3600
# stage data: the snapshots that were taken, by the source's ids; whether it has its own state
_TAKEN, _IS_CURRENT = "taken_snapshots", "is_current"
_SERVICE = "block_storage"


def snapshots_of(volume_id: str, reader: TenantReader) -> list[str]:
    """Return the ids of a volume's snapshots, the oldest first."""
    return [each["id"] for each in reader.volume_snapshots if each["volume_id"] == volume_id]


def replayable(record: Record, reader: TenantReader) -> Sequence[str]:
    """Return the ids of the snapshots whose states a volume may go through."""
    is_chosen = reader.options.get(SNAPSHOTS, REPLAY) == REPLAY
    return record.fields.get("snapshots", ()) if is_chosen else ()


def with_snapshots(record: Record, decision: Decision, decision_of: DecisionLookup) -> Decision:
    """Return the decision about a volume with the snapshots that move as its own."""
    replayed = [
        id_
        for id_ in record.fields.get("snapshots", ())
        if (found := decision_of("volume_snapshot", id_))
        and found.action == CREATE
        and found.resolution.get(AS_SNAPSHOT)
    ]
    if not replayed:
        return decision
    return replace(decision, resolution={**decision.resolution, REPLAYED: replayed})


def is_replayed(decision: Decision, snapshot_id: str) -> bool:
    """Return whether a volume goes through the state of a snapshot."""
    return snapshot_id in decision.resolution.get(REPLAYED, ())


def first_image(work: Work) -> str:
    """Return the image that the object is made from: of its oldest state, else its own."""
    states = work.resolution.get(REPLAYED) or ()
    return _image_of(work, states[0]) if states else str(work.stage_data["destination_image"])


def replay_states(work: Work) -> None:
    """Take a snapshot of each state, and write the next one, up to the volume's own.

    After a crash it goes on where it was: a state is written again until its snapshot is there.
    """
    states = work.resolution.get(REPLAYED) or ()
    for position, snapshot_id in enumerate(states):
        work.check()
        taken = work.stage_data.get(_TAKEN, {})
        if snapshot_id not in taken:
            found = _tagged(work, snapshot_id)
            if found is None and position:
                _write(work, _image_of(work, snapshot_id))
            made = found or _take_snapshot(work, snapshot_id)
            _await(work, f"/snapshots/{made['id']}", "snapshot")
            work.save(**{_TAKEN: {**taken, snapshot_id: made["id"]}})
            work.progress(position + 1, len(states) + 1, "items")
    if states and not work.stage_data.get(_IS_CURRENT):
        _write(work, work.stage_data["destination_image"])
        work.save(**{_IS_CURRENT: True})


def taken_snapshot(work: Work) -> str:
    """Return the id of the snapshot that the volume's move has taken for this one.

    Raises ``NeedsOperator`` if it has taken none.
    """
    volume_id = work.record.fields["volume_id"]
    taken = work.stage_data_of("volume", volume_id).get(_TAKEN, {})
    if work.record.id not in taken:
        raise NeedsOperator(
            f"The volume of snapshot {work.record.title} was moved without its state.",
            fix="Plan again with the option snapshots=volumes, or leave the snapshot out.",
        )
    return str(taken[work.record.id])


def remove_unrecorded_snapshots(work: Work) -> None:
    """Delete the snapshots of a volume's replay that did not become anything's copy."""
    if not work.resolution.get(REPLAYED):
        return
    for snapshot in _snapshots(work):
        if STATE_OF in snapshot["metadata"]:
            path = f"/snapshots/{snapshot['id']}"
            remove(work.destination, path, "snapshot", check=work.check)
    work.save(**{_TAKEN: {}, _IS_CURRENT: False})


def _image_of(work: Work, snapshot_id: str) -> str:
    return str(work.stage_data_of("volume_snapshot", snapshot_id)["destination_image"])


def _snapshots(work: Work) -> list[Json]:
    path, id_ = "/snapshots/detail", work.destination_id
    return [
        *work.destination.list(_SERVICE, path, "snapshots", all_tenants=1, volume_id=id_),
    ]


def _tagged(work: Work, snapshot_id: str) -> Json | None:
    for snapshot in _snapshots(work):
        if snapshot["metadata"].get(STATE_OF) == snapshot_id:
            if snapshot["status"] != "error":
                return snapshot
            remove(work.destination, f"/snapshots/{snapshot['id']}", "snapshot", check=work.check)
    return None


def _take_snapshot(work: Work, snapshot_id: str) -> Json:
    owner = work.session_as(work.record.fields.get("user_id") or "")
    body = {"volume_id": work.destination_id, "metadata": {STATE_OF: snapshot_id}}
    return owner.post(_SERVICE, "/snapshots", {"snapshot": body}, "snapshot")


def _write(work: Work, image_id: str) -> None:
    """Write an image into the volume, over what is in it."""
    path = f"/volumes/{work.destination_id}"
    body = {"os-reimage": {"image_id": image_id}}
    work.destination.post(_SERVICE, f"{path}/action", body, microversion=REIMAGE)
    _await(work, path, "volume")


def _await(work: Work, path: str, key: str) -> None:
    """Wait until a volume or snapshot is available. Raises ``NeedsOperator`` if that failed."""

    def status() -> str | None:
        found = str(work.destination.get(_SERVICE, path, key)["status"])
        return None if found in ("creating", "downloading") else found

    what = f"{key} {path.rpartition('/')[2]} to become available"
    if poll_until(status, what=what, seconds=WRITE_SECONDS, check=work.check) == "error":
        raise NeedsOperator(
            f"Cloud {work.destination.name} failed to write a state of volume "
            f"{work.record.title}: its {key} is in state error.",
            fix="Check the log of cinder-volume there, then retry; or roll back and plan again "
            "with the option snapshots=volumes.",
        )
