"""What all of Neutron's resources have in common.

Neutron has no attribute for another cloud's id, so the marker stands in the description while the
object is being created; the call that completes the object puts the tenant's own description in its
place. What a crash between the two leaves behind is found by the marker.
"""

import logging
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar

from typing_extensions import override

from dashboard.clients.openstack import Json
from dashboard.errors import NeedsOperator
from dashboard.migrations_app.resources.attributes import expected_id, is_empty, only_set
from dashboard.migrations_app.resources.base import ResourceType
from dashboard.migrations_app.resources.choices import mapped_to_only
from dashboard.migrations_app.resources.marking import marked_description
from dashboard.migrations_app.resources.network.common.extensions import EXTENSIONS
from dashboard.migrations_app.resources.network.common.tags import (
    TAGGING,
    TAGS,
    can_be_tagged,
    put_tags,
)
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import (
    SKIP,
    WARN,
    Decision,
    Difference,
    Finding,
    FoundBy,
    IdLookup,
    Loss,
    Record,
    Ref,
)
from dashboard.migrations_app.resources.work import Work

# ids, times and states that each cloud sets for itself
NEUTRON_OWN = (
    "id",
    "project_id",
    "tenant_id",
    "status",
    "created_at",
    "updated_at",
    "revision_number",
    "standard_attr_id",
)

# what drivers refuse, in Neutron's words
_REFUSALS = {
    "MTU is too big": "mtu",
    "does not support VLAN Transparency": "vlan_transparent",
    "does not support VLAN QinQ": "qinq",
}
_unrecognized = re.compile(r"Unrecognized attribute\(s\) '([^']*)'")


class NeutronResource(ResourceType):
    """A resource of the network API: ``collection`` is its path, ``singular`` its body."""

    collection: ClassVar[str]
    singular: ClassVar[str]
    found_by = FoundBy.MARKER
    # the alias of the extension that has the type, "" for one that every Neutron has
    extension: ClassVar[str] = ""
    # objects of other projects must be on the destination, as operators' networks are; where its
    # Neutron has no such objects, they are left out, and what refers to them does without
    maps_others: ClassVar[bool] = False
    # the collection in the path of the tags, where it is another one
    tagged_as: ClassVar[str] = ""
    # a type may need another extension for an attribute than the others do
    extensions: ClassVar[Mapping[str, tuple[str, Any]]] = EXTENSIONS

    def record(self, fields: Json, *, shared: bool = False) -> Record:
        """Return the record of one object of the API."""
        name = fields.get("name") or ""
        return Record(type=self.name, id=fields["id"], name=name, fields=fields, shared=shared)

    @override
    def decide(self, record: Record, choice: str, reader: TenantReader) -> Decision:
        """Create the object, without what the destination does not know, or map it by choice.

        What others own is mapped by its name where the type has it so.
        """
        if self.maps_others and not self.is_known_to(reader):
            return self.left_out_by(reader)
        if choice or (record.shared and self.maps_others):
            return self._named(record, choice or record.name, reader)
        lacking = self._lacking(record, reader)
        reason = f"Cloud {reader.cloud.name} lacks Neutron's extension {{}}."
        return Decision(
            losses=[
                Loss(field=name, value=record.fields[name], reason=reason.format(alias))
                for name, alias in lacking.items()
            ]
        )

    def is_known_to(self, reader: TenantReader) -> bool:
        """Return whether a cloud's Neutron has the extension that has the type."""
        return self.extension in ("", *reader.extensions)

    def left_out_by(self, reader: TenantReader) -> Decision:
        """Return the decision for what the destination's Neutron has no kind of."""
        cloud = f"cloud {reader.cloud.name}"
        reason = f"It is left out: {cloud} lacks Neutron's extension {self.extension}."
        return Decision(action=SKIP, left_out_by=cloud, reason=reason)

    def _lacking(self, record: Record, reader: TenantReader) -> dict[str, str]:
        """Return the attributes that need an extension which the cloud lacks, with its alias."""
        aliases = {*reader.extensions}
        if can_be_tagged(self.collection, aliases):
            aliases.add(TAGGING)
        return {
            name: alias
            for name, (alias, _) in self.extensions.items()
            if (name in self.copied or name in self.mapped)
            and alias not in aliases
            and not self.is_neutral(name, record.fields.get(name))
        }

    def _named(self, record: Record, name: str, reader: TenantReader) -> Decision:
        path, key = f"/{self.collection}", _key(self.collection)
        found = reader.list("network", path, key, name=name) or reader.list(
            "network", path, key, id=name
        )
        return mapped_to_only(self, record, name, found, reader)

    @override
    def requires(self, record: Record, reader: TenantReader) -> Mapping[str, Sequence[Ref]]:
        """Return what the object maps and the project that will own it."""
        mapped = super().requires(record, reader)[self.stages[0].name]
        return {"create": [Ref("project", reader.tenant.id), *mapped]}

    @override
    def check(
        self, records: Sequence[Record], source: TenantReader, destination: TenantReader
    ) -> Iterable[tuple[Record | None, Finding]]:
        """Warn of attributes that need an extension which the destination lacks."""
        for record in records:
            for name, alias in self._lacking(record, destination).items():
                yield record, _left_out(destination.cloud.name, self.label, name, alias)

    def body(self, work: Work) -> Json:
        """Return the attributes to create the object with; types add what they map."""
        return only_set(work.record.fields, [name for name in self.copied if name != TAGS])

    def mapped_ids(self, work: Work, *names: str) -> Json:
        """Return the named attributes that refer to one object each, where the source's does."""
        ids = {name: work.record.fields.get(name) for name in names}
        return {
            name: work.destination_id_of(self.mapped[name], id_) for name, id_ in ids.items() if id_
        }

    def completion(self, work: Work) -> Json:
        """Return what is set once the object exists: its description, and what types add."""
        return {"description": work.record.fields.get("description") or ""}

    @override
    def find(self, work: Work) -> str | None:
        return self._first(work, description=marked_description(work))

    @override
    def create(self, work: Work) -> str:
        return self._post(work, {**self.body(work), "description": marked_description(work)})

    @override
    def complete(self, work: Work) -> None:
        """Put the tenant's description in place of the marker, then the tags."""
        self.describe(work)
        put_tags(work, self.tagged_as or self.collection)

    def describe(self, work: Work) -> None:
        """Put the tenant's description in place of the marker, and set what the type adds."""
        self._put(work, self.completion(work))

    @override
    def remove(self, work: Work) -> None:
        work.destination.delete("network", f"/{self.collection}/{work.destination_id}")

    @override
    def finalize(self, work: Work) -> None:
        work.source.delete("network", f"/{self.collection}/{work.record.id}")

    def _first(self, work: Work, **query: Any) -> str | None:
        path, key = f"/{self.collection}", _key(self.collection)
        found = work.destination.list("network", path, key, project_id=work.project_id, **query)
        return next((str(fields["id"]) for fields in found), None)

    def _post(self, work: Work, body: Json) -> str:
        """Create the object for the tenant, without attributes that the destination refuses."""
        body = {**body, "project_id": work.project_id}
        path = f"/{self.collection}"
        try:
            answer = work.destination.post("network", path, {self.singular: body}, self.singular)
        except NeedsOperator as error:
            refused = _refused_attributes(error) & body.keys()
            if not refused:
                raise
            work.log(
                f"Left out {', '.join(sorted(refused))} of {self.label} {work.record.title}: "
                f"{error.sentence}",
                level=logging.WARNING,
            )
            for name in sorted(refused & {*self.copied, *self.mapped}):
                work.lose(name, f"Neutron refused it: {error.sentence}")
            body = {name: value for name, value in body.items() if name not in refused}
            answer = work.destination.post("network", path, {self.singular: body}, self.singular)
        return str(answer["id"])

    def _put(self, work: Work, body: Json) -> Json:
        """Change the object on the destination and return it as it is then."""
        path = f"/{self.collection}/{work.destination_id}"
        answer: Json = work.destination.put("network", path, {self.singular: body})[self.singular]
        return answer

    def comparable(self, fields: Mapping[str, Any], translate: Callable[[str, str], str]) -> Json:
        """Return the attributes in a form in which those of both clouds can be compared.

        ``translate(type, id)`` returns the destination's id of an object.
        """
        return dict(fields)

    @override
    def differences(
        self,
        source: Record,
        destination: Record,
        destination_id_of: IdLookup,
    ) -> Iterable[Difference]:
        translate = partial(expected_id, destination_id_of)
        ours = replace(source, fields=self.comparable(source.fields, translate))
        theirs = replace(destination, fields=self.comparable(destination.fields, _unchanged))
        return super().differences(ours, theirs, destination_id_of)

    @override
    def is_neutral(self, name: str, value: Any) -> bool:
        """Return also of an extension's attribute whether the value needs the extension."""
        if name not in self.extensions:
            return super().is_neutral(name, value)
        _alias, neutral = self.extensions[name]
        return is_empty(value) or bool(value == neutral)


def _key(collection: str) -> str:
    return collection.rpartition("/")[2].replace("-", "_")


def _unchanged(type_name: str, id_: str) -> str:
    return id_


def _left_out(cloud: str, label: str, name: str, alias: str) -> Finding:
    return Finding(
        severity=WARN,
        sentence=f"Cloud {cloud} does not know {name} of a {label}: it will be left out.",
        fix=f"Enable Neutron's extension {alias} there to migrate it.",
    )


def _refused_attributes(error: NeedsOperator) -> set[str]:
    """Return the names of the attributes that Neutron's answer refuses.

    Extensions differ between clouds, and so does what tunnels take off the MTU.
    """
    for words, name in _REFUSALS.items():
        if words in error.sentence:
            return {name}
    named = _unrecognized.search(error.sentence)
    return set(named[1].split(", ")) if named else set()
