"""Makes a move from a folder of os-migrate's YAML: what moves, with which fields.

What the files list moves with all that it needs, the rest of the tenant is left out. A parameter
that is not as in the source was edited, and its copy gets it. What cannot be edited is refused.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from dashboard.clients.openstack import Json
from dashboard.migrations_app.planning.choosing import Choosing, Key, all_of
from dashboard.migrations_app.planning.os_migrate.comparing import is_same, is_unset, is_within
from dashboard.migrations_app.planning.os_migrate.compute_tables import NESTED
from dashboard.migrations_app.planning.os_migrate.image_table import PROPERTIES
from dashboard.migrations_app.planning.os_migrate.names import Names
from dashboard.migrations_app.planning.os_migrate.parts import PARTS, Parts
from dashboard.migrations_app.planning.os_migrate.reading import Resource
from dashboard.migrations_app.planning.os_migrate.server_modes import apply_modes
from dashboard.migrations_app.planning.os_migrate.table import INFO, Table
from dashboard.migrations_app.planning.os_migrate.tables import TABLES
from dashboard.migrations_app.planning.os_migrate.wanted import Wanted
from dashboard.migrations_app.resources.records import Record
from dashboard.migrations_app.resources.registry import resource_type

BY_KIND = {table.kind: table for table in TABLES}
PARTS_BY_KIND = {parts.kind: parts for parts in PARTS}


def wanted_of(resources: Sequence[Resource], names: Names) -> Wanted:
    """Return what a folder asks for.

    Raises ``BadInput`` with file, resource and key for what the tenant does not have, and for what
    Pumphouse cannot do.
    """
    reading = _Reading(names=names)
    for resource in resources:
        reading.take(resource)
    return reading.wanted(resources)


@dataclass(kw_only=True)
class _Reading:
    names: Names
    asked: Wanted = field(default_factory=Wanted)
    listed: dict[Key, Resource] = field(default_factory=dict)
    parts: dict[tuple[str, Key], list[Json]] = field(default_factory=dict)

    def take(self, resource: Resource) -> None:
        """Take one resource of a file."""
        if parts := PARTS_BY_KIND.get(resource.kind):
            self._take_part(parts, resource)
        elif table := BY_KIND.get(resource.kind):
            self._take(table, resource)
        else:
            raise resource.section.fault(
                f"Resources of type {resource.kind} are not known here.",
                key="type",
                fix=f"Known: {', '.join([*BY_KIND, *PARTS_BY_KIND])}.",
            )

    def _take(self, table: Table, resource: Resource) -> Record:
        record = self._record(table, resource)
        key = (record.type, record.id)
        if key in self.listed:
            raise resource.fault("It is listed twice.", key="id", part=INFO, fix="Remove one.")
        self.listed[key] = resource
        ours = table.known_params(record, self.names)
        for param, value in resource.params.items():
            if param in NESTED and record.type == "server":
                self._take_nested(record, param, resource)
            elif not _is_unedited(table, param, value, ours):
                self._edit(table, record, param, resource)
        if record.type == "server":
            apply_modes(record, resource, self.names, self.asked)
        return record

    def _record(self, table: Table, resource: Resource) -> Record:
        id_ = table.id_of(resource.info)
        if not id_:
            raise resource.fault(
                "Its id in the source is missing.",
                key="id",
                part=INFO,
                fix="Restore it, or export it again.",
            )
        record = self.names.records.get((table.type, id_))
        if record is None:
            label = resource_type(table.type).label
            raise resource.fault(
                f"The tenant has no {label} with this id in the source.",
                key="id",
                part=INFO,
                fix="Remove the resource, or name the tenant that has it.",
            )
        return record

    def _edit(self, table: Table, record: Record, param: str, resource: Resource) -> None:
        value, name = resource.params[param], table.field_of(param)
        if param in table.chosen and value:
            self.asked.choose(record, str(value))
        elif record.type == "image" and (param in PROPERTIES or param == "properties"):
            self._edit_property(record, param, value)
        elif name and name in resource_type(record.type).copied:
            self.asked.edit(record, name, value)
        else:
            raise resource.fault(
                f"Pumphouse cannot change {param}.",
                key=param,
                fix="Restore what was exported, or remove the key.",
            )

    def _edit_property(self, record: Record, param: str, value: Any) -> None:
        before = self.asked.field(record, "properties") or {}
        if param == "properties":
            kept = {name: each for name, each in before.items() if name in PROPERTIES.values()}
            properties = {**kept, **(value or {})}
        else:
            properties = {**before, PROPERTIES[param]: value}
        is_set = {name: each for name, each in properties.items() if not is_unset(each)}
        self.asked.edit(record, "properties", is_set)

    def _take_nested(self, server: Record, param: str, resource: Resource) -> None:
        """Take the floating IPs or volumes of a server; those that are absent are left out."""
        table = NESTED[param]
        there = {self._take(table, each).id for each in resource.nested(param)}
        ours = table.all_of_server(server, self.names)
        for record in (each for each in ours if each.id not in there):
            self.asked.leave_out(record)

    def _take_part(self, parts: Parts, resource: Resource) -> None:
        """Take a rule or an interface: those that are absent are dropped from their objects."""
        owner, current = self._owner_of_part(parts, resource)
        ours = parts.params_of(owner, current, self.names)
        changed: Json = {}
        for param, value in resource.params.items():
            same = is_same if param in parts.params else is_within
            if value is None or same(value, ours.get(param)):
                continue
            if param not in parts.params:
                raise resource.fault(f"Pumphouse cannot change {param}.", key=param)
            changed[parts.params[param]] = value
        taken = self.parts.setdefault((parts.kind, (owner.type, owner.id)), [])
        taken += [{**each, **changed} for each in current]

    def _owner_of_part(self, parts: Parts, resource: Resource) -> tuple[Record, list[Json]]:
        id_ = resource.info.get("id")
        for owner in self.names.of_type(parts.type):
            if id_ and (found := [x for x in owner.fields[parts.field] if x[parts.key] == id_]):
                return owner, found
        label = resource_type(parts.type).label
        raise resource.fault(
            f"No {label} of the tenant has it in the source.",
            key="id",
            part=INFO,
            fix="Remove the resource; what is new can be created after the move.",
        )

    def wanted(self, resources: Iterable[Resource]) -> Wanted:
        """Return all that was asked for, once every resource was taken."""
        kinds = Counter(resource.kind for resource in resources)
        for parts in PARTS:
            if kinds[parts.kind]:
                self._drop_absent(parts)
        self._leave_out_absent()
        return self.asked

    def _drop_absent(self, parts: Parts) -> None:
        for key in (key for key in self.listed if key[0] == parts.type):
            record = self.names.records[key]
            taken = self.parts.get((parts.kind, key), [])
            if taken != list(record.fields[parts.field]):
                self.asked.edit(record, parts.field, taken)

    def _leave_out_absent(self) -> None:
        """Choose what is listed, unless that is all; what only accompanies it is left out."""
        types = {table.type for table in (*TABLES, *NESTED.values())}
        own = {
            key for key, each in self.names.records.items() if key[0] in types and not each.shared
        }
        absent = own - {*self.listed}
        if all(map(self._is_out_of_format, absent)):
            return
        by_type = {name: [key for key in self.listed if key[0] == name] for name in types}
        for name, keys in sorted(by_type.items()):
            is_whole = keys and not any(key[0] == name for key in absent)
            self.asked.only += [all_of(name)] if is_whole else [f"{name}:{id_}" for _, id_ in keys]
        for key in sorted((self._included(alone=False) - self._included(alone=True)) & absent):
            self.asked.leave_out(self.names.records[key])

    def _is_out_of_format(self, key: Key) -> bool:
        """Return whether os-migrate has no place for an object: a floating IP of no server."""
        ports = {id_ for each in self.names.of_type("server") for id_ in each.fields["ports"]}
        return key[0] == "floating_ip" and (self.names.records[key].fields["port_id"] not in ports)

    def _included(self, *, alone: bool) -> set[Key]:
        return Choosing(
            only=self.asked.only,
            records=self.names.records,
            moved=(),
            source=self.names.reader,
            with_companions=not alone,
        ).included


def _is_unedited(table: Table, param: str, value: Any, ours: Json) -> bool:
    """Return whether a parameter is as in the source; os-migrate ignores one without a value."""
    is_own = bool(table.field_of(param)) or param in PROPERTIES or param == "properties"
    return value is None or (is_same if is_own else is_within)(value, ours.get(param))
