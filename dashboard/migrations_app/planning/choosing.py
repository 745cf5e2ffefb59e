"""Chooses what moves when only some objects are to: those, all that they need, and what goes along.

A floating IP accompanies its port: it is of little use without.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from dashboard.errors import BadInput
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import (
    BLOCK,
    EVERYTHING,
    SKIP,
    Decision,
    Finding,
    Record,
)
from dashboard.migrations_app.resources.registry import resource_type, resource_types

Key = tuple[str, str]
PROJECT = "project"
NOT_CHOSEN = "It is neither chosen nor needed by what is."


def require_named(only: Iterable[str]) -> None:
    """Raise ``BadInput`` for a text that does not name an object as ``TYPE:NAME-OR-ID``."""
    for text in only:
        type_name, _, name = text.partition(":")
        if not name:
            raise BadInput(f"{text!r} names no object.", fix="Write it as TYPE:NAME-OR-ID.")
        if type_name not in resource_types():
            known = ", ".join(resource_types())
            raise BadInput(f"{text!r} has an unknown type.", fix=f"Known types: {known}.")


def all_of(type_name: str) -> str:
    """Return what chooses all of a tenant's objects of a type, of which there may be none."""
    return f"{type_name}:*"


def not_chosen(by: str) -> Decision:
    """Return the decision about an object that the chosen ones do not need."""
    return Decision(action=SKIP, left_out_by=by, reason=NOT_CHOSEN)


@dataclass(frozen=True, kw_only=True)
class Choosing:
    """What is to move of a tenant: ``only`` names the objects, each as ``TYPE:NAME-OR-ID``; the
    name ``*`` stands for all of a type.

    ``records`` are all of the tenant's objects; what has been ``moved`` before stays moved, with
    all that it needs. Without companions nothing goes along unasked.
    """

    only: Collection[str]
    records: Mapping[Key, Record]
    moved: Collection[Key]
    source: TenantReader
    with_companions: bool = True

    @cached_property
    def included(self) -> set[Key]:
        """The types and ids of what moves; everything when nothing was chosen."""
        if not self.only:
            return {*self.records}
        found: set[Key] = set()
        waiting = [key for key in self.records if self._is_chosen(key)]
        while waiting:
            key = waiting.pop()
            if key in self.records and key not in found:
                found.add(key)
                waiting += [*self._needed_by(key), *self._companions.get(key, ())]
        return found

    def unknown(self) -> Iterator[Finding]:
        """Yield what blocks the plan for each chosen object that the tenant does not have."""
        known = {word for key in self.records for word in self._names(key)}
        known |= {all_of(type_name) for type_name in resource_types()}
        for text in self.only:
            if text not in known:
                type_name, _, name = text.partition(":")
                sentence = f"The tenant has no {resource_type(type_name).called(name)}."
                fix = "Choose by a name or id that the cloud shows, and plan again."
                yield Finding(severity=BLOCK, sentence=sentence, fix=fix)

    def _is_chosen(self, key: Key) -> bool:
        is_always = key[0] == PROJECT or self._is_of_project(key) or key in self.moved
        return is_always or any(name in self.only for name in self._names(key))

    def _is_of_project(self, key: Key) -> bool:
        """Return whether it precedes everything of the project, rather than only one object."""
        type_ = resource_type(key[0])
        return type_.precedes_others and not [*type_.accompanies(self.records[key], self.source)]

    def _names(self, key: Key) -> tuple[str, str, str]:
        type_name, id_ = key
        return f"{type_name}:{id_}", f"{type_name}:{self.records[key].name}", all_of(type_name)

    def _needed_by(self, key: Key) -> Iterator[Key]:
        """Yield what an object requires, but what is only to move before it if it moves at all."""
        record, type_ = self.records[key], resource_type(key[0])
        optional = {*type_.does_without} & {*type_.outlives}
        for refs in type_.requires(record, self.source).values():
            yield from ((r.type, r.id) for r in refs if r.type not in {EVERYTHING, *optional})
        yield from ((r.type, r.id) for r in type_.depends_on(record, self.source))

    @cached_property
    def _companions(self) -> dict[Key, list[Key]]:
        """The types and ids of what accompanies an object, by the type and id of the object."""
        found: dict[Key, list[Key]] = {}
        if not self.with_companions:
            return found
        for key, record in self.records.items():
            for ref in resource_type(key[0]).accompanies(record, self.source):
                found.setdefault((ref.type, ref.id), []).append(key)
        return found
