"""Flavors of the tenant's servers: adopted where an equal one is there, else created."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import uuid4

from typing_extensions import override

from dashboard.clients.openstack import CloudSession, Json
from dashboard.migrations_app.resources.base import ResourceType
from dashboard.migrations_app.resources.compute.common.flavor_access import (
    projects_with_access,
    revoke_access,
)
from dashboard.migrations_app.resources.flavor_sizes import (
    DELETED,
    DISK,
    EPHEMERAL,
    PUBLIC,
    extra_specs_of,
)
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import (
    ADOPT,
    MAP,
    WARN,
    Decision,
    Finding,
    FoundBy,
    Loss,
    Record,
)
from dashboard.migrations_app.resources.servers_of_others import server_of_others
from dashboard.migrations_app.resources.work import Work

_DISABLED = "OS-FLV-DISABLED:disabled"
_SIZES = ("ram", "vcpus", "disk", "swap", EPHEMERAL)
_DESCRIBED_SINCE = "2.55"
_CREATED = ("name", *_SIZES, "rxtx_factor", PUBLIC)

# in the fields of a deleted one: whether the source has no other of its name
_ALONE = "is_alone"
# stage data: the id that we chose
_CHOSEN = "flavor_id"


class Flavor(ResourceType):
    """A Nova flavor that a server of the tenant uses, with its extra specs."""

    name = "flavor"
    plural = "flavors"
    # the name, which is unique, together with the id that we chose
    found_by = FoundBy.LEDGER
    is_shareable = True
    choice = "name or id of a flavor there"
    needs = ("project",)
    copied = (*_CREATED, "extra_specs", "description")
    own = ("id", "links", _DISABLED, DELETED, _ALONE)

    @override
    def discover(self, reader: TenantReader) -> Iterable[Record]:
        return self.reread(reader, {reader.flavor_id(server) for server in reader.servers})

    @override
    def reread(self, reader: TenantReader, ids: Collection[str]) -> Iterable[Record]:
        flavors = [*reader.flavors, *reader.deleted_flavors]
        return [_record(reader, fields) for fields in flavors if fields["id"] in ids]

    @override
    def decide(self, record: Record, choice: str, reader: TenantReader) -> Decision:
        """Adopt an equal flavor; one of the same name that differs must be chosen to be used."""
        if record.fields.get(DELETED) and not choice:
            return self._decide_deleted(record, reader)
        name = choice or record.name
        same = [f for f in reader.flavors if name in (f["name"], f["id"])]
        if not same:
            return _missing(record, choice, reader)
        differing = self._differing(record, same[0], reader.cloud)
        if choice or not differing:
            action = MAP if choice else ADOPT
            losses = _mapping_losses(record, same[0], differing)
            resolution = {DISK: same[0]["disk"]}
            id_ = same[0]["id"]
            return Decision(action=action, destination_id=id_, resolution=resolution, losses=losses)
        return Decision(
            problem=f"Cloud {reader.cloud.name} has another flavor {name!r}: "
            f"{', '.join(differing)} differ.",
            fix=f"Map flavor:{record.name} to a flavor of the destination.",
        )

    def _decide_deleted(self, record: Record, reader: TenantReader) -> Decision:
        """Adopt a flavor of the same name or our own one, else create it under a name of its own.

        It keeps its name unless the source has another flavor of that name by now, which may move
        as well, or the destination has one.
        """
        name = _name_there(record, reader)
        for flavor in reader.flavors:
            if flavor["name"] in (name, record.name) and not self._differing(
                record, flavor, reader.cloud, (*_SIZES, "extra_specs")
            ):
                return Decision(action=ADOPT, destination_id=flavor["id"])
        losses = [] if name == record.name else [_lost_name(record, name)]
        return Decision(resolution={"name": name}, losses=losses)

    @override
    def check(
        self, records: Sequence[Record], source: TenantReader, destination: TenantReader
    ) -> Iterable[tuple[Record | None, Finding]]:
        """Name the flavors that are made again for the servers that still run with them."""
        for record in records:
            if record.fields.get(DELETED):
                yield record, _made_again(record, _name_there(record, destination))

    def _differing(
        self, record: Record, flavor: Json, cloud: CloudSession, keys: Iterable[str] = ()
    ) -> list[str]:
        """Return the attributes in which a flavor of the cloud differs from the record."""
        fields = {**flavor, "extra_specs": extra_specs_of(cloud, flavor)}
        keys = keys or (*_CREATED, "extra_specs")
        return [key for key in keys if _value(record.fields, key) != _value(fields, key)]

    @override
    def find(self, work: Work) -> str | None:
        return next((f["id"] for f in _all(work) if f["name"] == _name(work)), None)

    @override
    def is_as_created(self, work: Work, id_: str) -> bool:
        return bool(work.stage_data.get(_CHOSEN) == id_)

    @override
    def obstacle_to_adopting(self, work: Work, id_: str) -> str:
        flavor = work.destination.get("compute", f"/flavors/{id_}", "flavor")
        keys = (*_SIZES, "extra_specs") if work.record.fields.get(DELETED) else ()
        if differing := self._differing(work.record, flavor, work.destination, keys):
            return f"{', '.join(differing)} differ"
        if not flavor[PUBLIC] and work.project_id not in projects_with_access(
            work.destination, id_
        ):
            return "it is private, and the tenant has no access to it"
        return ""

    @override
    def create(self, work: Work) -> str:
        """Create it under the source's id where that is free, else under a new one.

        The id is stored before the call: by it we know our flavor again.
        """
        taken = {flavor["id"] for flavor in _all(work)}
        id_ = work.record.id if work.record.id not in taken else str(uuid4())
        work.save(**{_CHOSEN: id_})
        fields = {**work.record.fields, "name": _name(work)}
        body: Json = {key: fields[key] for key in _CREATED if key in fields}
        body.update(id=id_, swap=body.get("swap") or 0)
        path, microversion = "/flavors", ""
        if fields.get("description") and _has_descriptions(work.destination):
            body["description"], microversion = fields["description"], _DESCRIBED_SINCE
        work.destination.post("compute", path, {"flavor": body}, microversion=microversion)
        return id_

    @override
    def complete(self, work: Work) -> None:
        """Set the extra specs. Who may use a private one are objects of their own."""
        path = f"/flavors/{work.destination_id}"
        if specs := work.record.fields["extra_specs"]:
            work.destination.post("compute", f"{path}/os-extra_specs", {"extra_specs": specs})

    @override
    def used_by_others(self, work: Work) -> str:
        """Return the first server or project that is not the tenant's."""
        if server := server_of_others(work, "flavor"):
            return f"server {server} uses it"
        path = f"/flavors/{work.destination_id}"
        flavor = work.destination.find("compute", path, "flavor")
        if not flavor or flavor[PUBLIC]:
            return ""
        access = projects_with_access(work.destination, work.destination_id)
        others = sorted(access - {work.project_id})
        return f"project {others[0]} has access to it" if others else ""

    @override
    def take_back(self, work: Work) -> None:
        """Revoke the tenant's access to a private flavor that stays for others."""
        if work.destination_id and not work.record.fields[PUBLIC]:
            revoke_access(work.destination, work.destination_id, work.project_id)

    @override
    def remove(self, work: Work) -> None:
        work.destination.delete("compute", f"/flavors/{work.destination_id}")


def _all(work: Work) -> list[Json]:
    """Return all flavors of the destination, the private ones too."""
    return [*work.destination.list("compute", "/flavors/detail", "flavors", is_public="None")]


def _name(work: Work) -> str:
    return str(work.resolution.get("name") or work.record.name)


def _name_there(record: Record, destination: TenantReader) -> str:
    """Return the name of a deleted flavor, with its sizes where it may be another's by now."""
    fields = record.fields
    is_taken = any(flavor["name"] == record.name for flavor in destination.flavors)
    if record.name and fields.get(_ALONE) and not is_taken:
        return record.name
    sizes = f"{fields['vcpus']}c-{fields['ram']}m-{fields['disk']}g"
    return f"{record.name[:200]}-{sizes}-{record.id[:4]}".lstrip("-")


def _lost_name(record: Record, name: str) -> Loss:
    reason = f"It is another flavor's name by now. The copy is {name}."
    return Loss(field="name", value=record.name, reason=reason)


def _made_again(record: Record, name: str) -> Finding:
    return Finding(
        severity=WARN,
        sentence=f"Flavor {record.name} was deleted in the source, or made again with other sizes: "
        f"it is created as {name}, for this tenant only, for the servers that still run with it.",
        fix=f"Map flavor:{record.id} to use a flavor of the destination.",
    )


def _record(reader: TenantReader, fields: Json) -> Record:
    if fields.get(DELETED):
        fields = {**fields, _ALONE: _is_alone(reader, fields)}
    return Record(
        type="flavor",
        id=fields["id"],
        name=fields["name"],
        fields={**fields, "extra_specs": reader.extra_specs(fields)},
        shared=bool(fields[PUBLIC]),
    )


def _is_alone(reader: TenantReader, fields: Json) -> bool:
    """Return whether no other flavor, listed or deleted, has the name of this one."""
    named = [f for f in (*reader.flavors, *reader.deleted_flavors) if f["name"] == fields["name"]]
    return len(named) == 1


def _mapping_losses(record: Record, flavor: Json, differing: Iterable[str]) -> list[Loss]:
    """Return what servers will have otherwise on the flavor that theirs is mapped to."""
    return [
        Loss(
            field=key,
            value=record.fields.get(key),
            reason=f"Flavor {record.name} is mapped to {flavor['name']}, which has "
            f"{flavor.get(key)!r}.",
        )
        for key in differing
        if key not in ("name", PUBLIC)
    ]


def _missing(record: Record, choice: str, reader: TenantReader) -> Decision:
    if not choice:
        return Decision(losses=[*_description_losses(record, reader.cloud)])
    return Decision(
        problem=f"Cloud {reader.cloud.name} has no flavor {choice!r}.",
        fix=f"Choose another one for flavor:{record.name}, or none to have it created.",
    )


def _value(fields: Mapping[str, Any], key: str) -> Any:
    """Return a flavor's value; no swap is "" or 0, depending on the microversion."""
    return fields.get(key) or 0


def _has_descriptions(cloud: CloudSession) -> bool:
    return cloud.supports("compute", _DESCRIBED_SINCE)


def _description_losses(record: Record, cloud: CloudSession) -> Iterable[Loss]:
    description = record.fields.get("description")
    if description and not _has_descriptions(cloud):
        reason = f"Nova of cloud {cloud.name} has no descriptions of flavors."
        yield Loss(field="description", value=description, reason=reason)
