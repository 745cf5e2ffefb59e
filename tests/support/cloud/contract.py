"""The contract of resource types, sentence by sentence, tried on two clouds in memory.

Stages are done and undone by the product's own execution, on rows in the database; what is left of
the graph is run in its order. Each ``check_…`` raises ``AssertionError`` for a type that breaks its
sentence.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from unittest.mock import patch

from dashboard.errors import NeedsOperator, PumphouseError
from dashboard.jobs.kinds import StepSpec
from dashboard.migrations_app import ledger
from dashboard.migrations_app.execution.work import ItemWork, record_of
from dashboard.migrations_app.resources.reader import TenantReader, TenantRef
from dashboard.migrations_app.resources.records import Record
from tests.support.cloud.changes import change
from tests.support.cloud.contents import changes_between, contents, counts
from tests.support.cloud.single_moves import Move, context


class Crash(Exception):
    """The worker was killed at this moment."""


def check_equal(move: Move) -> None:
    """When all is done each object is there, and verification finds nothing unexpected."""
    for item in move.items:
        expected = {loss["field"] for loss in item.losses}
        found = [each for each in move.differences(item) if each.field not in expected]
        assert not found, f"{move.type.name} {item.name} differs: {found}"


def check_create_twice(move: Move) -> None:
    """Each stage done twice, its end lost in between, makes what it makes when done once."""
    with _one_each(move):
        move.do_all(lambda step: _do_twice(move, step))


@contextmanager
def _one_each(move: Move) -> Iterator[None]:
    """Require that what is done inside makes one object for each item, and all else once."""
    before = {id_: id(row) for id_, row in move.rows.items()}
    yield
    new = {id(row) for id_, row in move.rows.items() if id_ not in before}
    made = {id(move.row_of(item)) for item in move.items}
    assert id(None) not in made, f"not everything is there: {move.destination_ids()}"
    assert new == made - {*before.values()}, f"{len(new)} are new for {len(move.items)} items"
    assert counts(move.clouds.new) == move.once
    ids = [item.source_id for item in move.items]
    ours = move.plan.ledger_entries.filter(type=move.type.name, source_id__in=ids)
    assert not ours.exclude(origin="created"), "took its own object for somebody else's"


def _do_twice(move: Move, step: StepSpec) -> None:
    move.do(step)
    made = move.entry(step).destination_id
    _lose_record(move, step)
    move.do(step, resumed=True)
    assert move.entry(step).destination_id == made, f"{step.key} made another one"


def _lose_record(move: Move, step: StepSpec) -> None:
    """Make the ledger forget that a stage was finished: the worker was killed before that."""
    entry = move.entry(step)
    ledger.undo_stage(entry, step.action)


def check_crash(move: Move) -> None:
    """A crash after the call that creates, and before the record of it, makes one object."""
    with _one_each(move):
        move.do_all(lambda step: _do_with_crash(move, step))


def check_marker_of_others(move: Move) -> None:
    """What another installation has created and not yet recorded is not found."""

    def do(step: StepSpec) -> None:
        if step.action == "create":
            _create_unrecorded(move, step)
            work = ItemWork(move.item(step), move.entry(step), context(resumed=True))
            if move.type.is_marked(work) and not _is_of_project(step, move):
                assert move.type.find(work), f"{step.key} does not find its own"
                with patch.object(ledger, "marker_of", lambda entry: f"{entry.source_id}.theirs"):
                    assert not move.type.find(work), f"{step.key} takes what others create"
        move.do(step, resumed=True)

    move.do_all(do)


def _is_of_project(step: StepSpec, move: Move) -> bool:
    """Return whether a step creates a default group: there is one in each project."""
    return step.group == "security_group" and move.item(step).name == "default"


def check_marker_of_older_version(move: Move) -> None:
    """What an older version has created and not recorded carries the source's id: it is found."""
    with _one_each(move), patch.object(ledger, "marker_of", lambda entry: entry.source_id):
        move.do_all(lambda step: _do_with_crash(move, step))


def _do_with_crash(move: Move, step: StepSpec) -> None:
    if step.action == "create":
        _create_unrecorded(move, step)
    move.do(step, resumed=True)


def _create_unrecorded(move: Move, step: StepSpec) -> None:
    with patch.object(ledger, "record_created", side_effect=Crash):
        try:
            move.do(step)
        except Crash:
            move.forget_people()


def may_be_repeated(move: Move, *, finds: bool = True) -> bool:
    """Return whether creating again makes nothing: to grant a role twice is to grant it once.

    ``finds``: whether the type finds what it has created.
    """
    with move.kept():
        try:
            for step in move.rest:
                move.do(step)
                if step in move.own_steps and step.action == "create":
                    before = counts(move.clouds.new)
                    _create_again(move, step, finds=finds)
                    if counts(move.clouds.new) != before:
                        return False
        except PumphouseError:
            return False
    return True


def _create_again(move: Move, step: StepSpec, *, finds: bool) -> None:
    """Create an object again. It may be refused for its name if that is known to be ours then."""
    work = ItemWork(move.item(step), move.entry(step), context())
    try:
        move.type.create(work)
    except NeedsOperator:
        is_known = move.type.is_marked(work) and move.type.namesake(work) == work.destination_id
        if not (finds and is_known):
            raise


def check_remove(move: Move) -> None:
    """Undone, all is as it was before: nothing of ours is left, and nothing of others is gone."""
    move.make_default_group()
    before = [contents(cloud) for cloud in (move.clouds.old, move.clouds.new)]
    move.do_all()
    for step in reversed(move.rest):
        move.undo(step)
    for cloud, rows in zip((move.clouds.old, move.clouds.new), before, strict=True):
        changed = changes_between(rows, contents(cloud))
        assert not changed, "\n".join(changed)


def check_verify(move: Move) -> None:
    """Each attribute that is copied or mapped is looked at: one that changes is a difference."""
    check_seen(move, changes_seen(move))


def check_seen(move: Move, seen: Mapping[str, set[str]]) -> None:
    """Each of these attributes was seen to change, by itself or by the object's being gone."""
    unseen = [name for name, fields in seen.items() if not fields & {name, "presence"}]
    assert not unseen, f"Of a {move.type.name}, these may change unseen: {', '.join(unseen)}"


def changes_seen(move: Move) -> dict[str, set[str]]:
    """Return by attribute which differences verification finds when that attribute changes.

    To compare changes nothing else: only the destination is put back, and the ledger is read once.
    """
    item, found, cloud = move.items[0], {}, move.clouds.new
    destination_id, before = move.destination_ids()[item.source_id], cloud.keep()
    with _each_entry_read_once():
        for name in (*move.type.copied, *move.type.mapped):
            try:
                change(cloud, move.type.name, name, destination_id)
                found[name] = {each.field for each in move.differences(item)}
            finally:
                cloud.put_back(before)
    return found


@contextmanager
def _each_entry_read_once() -> Iterator[None]:
    with (
        patch.object(ledger, "entry_of", cache(ledger.entry_of)),
        patch.object(ledger, "destination_id_of", cache(ledger.destination_id_of)),
    ):
        yield


def check_losses(move: Move) -> None:
    """Each attribute that is lost is named with its reason, and each that is not known."""
    type_, item = move.type, move.items[0]
    lost = {**dict.fromkeys(type_.lost, "something"), "brand_new": "something"}
    record = record_of(item)
    full = Record(
        type=record.type, id=record.id, name=record.name, fields={**record.fields, **lost}
    )
    source = TenantRef(move.plan.tenant_id, move.plan.tenant_name)
    reader = TenantReader(move.clouds.source_session, source)
    named = {loss.field: loss.reason for loss in type_.losses(full, reader)}
    assert lost.keys() <= named.keys(), f"not named as lost: {lost.keys() - named.keys()}"
    assert "does not know" in named["brand_new"]
