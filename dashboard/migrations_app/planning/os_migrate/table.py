"""What a table says of one type: which parameter of os-migrate's is which field of ours."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dashboard.clients.openstack import Json
from dashboard.migrations_app.planning.os_migrate.names import Names
from dashboard.migrations_app.resources.records import Record

PARAMS, INFO, MIGRATION_PARAMS = "params", "_info", "_migration_params"

More = Callable[[Record, Names], Json]
OfServer = Callable[[Record, Names], list[Record]]
Id = Callable[[Mapping[str, Any]], str]


def plain_id(info: Mapping[str, Any]) -> str:
    """Return the id of most objects: that of the API."""
    return str(info.get("id") or "")


def nothing_more(_record: Record, _names: Names) -> Json:
    """Return nothing: the table has it all."""
    return {}


@dataclass(frozen=True, kw_only=True)
class Table:
    """One type of resource in both formats.

    ``params`` map a parameter to our field, and can be edited unless they are ``fixed``;
    one that is ``chosen`` becomes the object's choice. ``references`` map one to the field with
    the id and to the type that this is of. ``accepted`` map what os-migrate does not have and a
    file may say nevertheless. ``more`` and ``more_info`` make what is neither.
    """

    type: str
    kind: str
    file: str
    params: Mapping[str, str]
    info: Mapping[str, str] = field(default_factory=lambda: {"id": "id"})
    references: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    accepted: Mapping[str, str] = field(default_factory=dict)
    fixed: Sequence[str] = ()
    chosen: Sequence[str] = ()
    more: More = nothing_more
    more_info: More = nothing_more
    migration_params: More = nothing_more
    id_of: Id = plain_id
    of_server: OfServer | None = None

    def all_of_server(self, server: Record, names: Names) -> list[Record]:
        """Return the objects of this type that a server has, for a type that stands in its file."""
        return self.of_server(server, names) if self.of_server else []

    def resource(self, record: Record, names: Names) -> Json:
        """Return an object as os-migrate writes it."""
        fields = record.fields
        params = {theirs: fields.get(ours) for theirs, ours in self.params.items()}
        params |= {
            theirs: names.reference(type_name, fields.get(ours))
            for theirs, (ours, type_name) in self.references.items()
        }
        info = {theirs: fields.get(ours) for theirs, ours in self.info.items()}
        return {
            "type": self.kind,
            PARAMS: {**params, **self.more(record, names)},
            INFO: {**info, **self.more_info(record, names)},
            MIGRATION_PARAMS: self.migration_params(record, names),
        }

    def known_params(self, record: Record, names: Names) -> Json:
        """Return the parameters that a file may say of an object, as they are in the source."""
        accepted = {theirs: record.fields.get(ours) for theirs, ours in self.accepted.items()}
        return {**accepted, **self.resource(record, names)[PARAMS]}

    def field_of(self, param: str) -> str:
        """Return the field that an edited parameter sets, "" if it cannot be edited."""
        fields = {**self.accepted, **self.params}
        return "" if param in self.fixed else fields.get(param, "")
