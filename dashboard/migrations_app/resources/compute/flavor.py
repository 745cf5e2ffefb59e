"""Flavors of the tenant's servers: adopted where an equal one is there, else created."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import uuid4

from typing_extensions import override

from dashboard.clients.openstack import CloudSession, Json
from dashboard.migrations_app.resources.base import ResourceType
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import (
    ADOPT,
    MAP,
    Decision,
    FoundBy,
    Loss,
    Record,
    Ref,
)
from dashboard.migrations_app.resources.servers_of_others import server_of_others
from dashboard.migrations_app.resources.work import Work

_DISABLED, _PUBLIC, _EPHEMERAL = (
    "OS-FLV-DISABLED:disabled",
    "os-flavor-access:is_public",
    "OS-FLV-EXT-DATA:ephemeral",
)
_SIZES = ("name", "ram", "vcpus", "disk", "swap", _EPHEMERAL, "rxtx_factor", _PUBLIC)

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
    copied = (*_SIZES, "extra_specs")
    own = ("id", "links", _DISABLED)
    lost = {"description": "Descriptions of flavors are not migrated."}

    @override
    def discover(self, reader: TenantReader) -> Iterable[Record]:
        return self.reread(reader, {reader.flavor_id(server) for server in reader.servers})

    @override
    def reread(self, reader: TenantReader, ids: Collection[str]) -> Iterable[Record]:
        return [_record(reader, fields) for fields in reader.flavors if fields["id"] in ids]

    @override
    def decide(self, record: Record, choice: str, reader: TenantReader) -> Decision:
        """Adopt an equal flavor; one of the same name that differs must be chosen to be used."""
        name = choice or record.name
        same = [f for f in reader.flavors if name in (f["name"], f["id"])]
        if not same:
            return _missing(record, choice, reader)
        differing = self._differing(record, same[0], reader.cloud)
        if choice or not differing:
            action = MAP if choice else ADOPT
            losses = _mapping_losses(record, same[0], differing)
            return Decision(action=action, destination_id=same[0]["id"], losses=losses)
        return Decision(
            problem=f"Cloud {reader.cloud.name} has another flavor {name!r}: "
            f"{', '.join(differing)} differ.",
            fix=f"Map flavor:{record.name} to a flavor of the destination.",
        )

    @override
    def requires(self, record: Record, reader: TenantReader) -> Mapping[str, Sequence[Ref]]:
        """Return the project for a private flavor, to which it is given access."""
        return {"create": [] if record.fields[_PUBLIC] else [Ref("project", reader.tenant.id)]}

    @override
    def losses(self, record: Record, reader: TenantReader) -> Iterable[Loss]:
        yield from super().losses(record, reader)
        if not record.fields[_PUBLIC]:
            reason = "Only the tenant that moves gets access to its private flavor."
            yield Loss(field="access", value="other projects", reason=reason)

    def _differing(self, record: Record, flavor: Json, cloud: CloudSession) -> list[str]:
        """Return the attributes in which a flavor of the cloud differs from the record."""
        fields = {**flavor, "extra_specs": _extra_specs(cloud, flavor)}
        return [key for key in self.copied if _value(record.fields, key) != _value(fields, key)]

    @override
    def find(self, work: Work) -> str | None:
        return next((f["id"] for f in _all(work) if f["name"] == work.record.name), None)

    @override
    def is_as_created(self, work: Work, id_: str) -> bool:
        return bool(work.stage_data.get(_CHOSEN) == id_)

    @override
    def obstacle_to_adopting(self, work: Work, id_: str) -> str:
        flavor = work.destination.get("compute", f"/flavors/{id_}", "flavor")
        if differing := self._differing(work.record, flavor, work.destination):
            return f"{', '.join(differing)} differ"
        if not flavor[_PUBLIC] and not _has_access(work, f"/flavors/{id_}"):
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
        body: Json = {key: work.record.fields[key] for key in _SIZES if key in work.record.fields}
        body.update(id=id_, swap=body.get("swap") or 0)
        work.destination.post("compute", "/flavors", {"flavor": body})
        return id_

    @override
    def complete(self, work: Work) -> None:
        """Set the extra specs and, for a private flavor, the tenant's access."""
        path = f"/flavors/{work.destination_id}"
        if specs := work.record.fields["extra_specs"]:
            work.destination.post("compute", f"{path}/os-extra_specs", {"extra_specs": specs})
        if not work.record.fields[_PUBLIC]:
            _grant_access(work, path)

    @override
    def used_by_others(self, work: Work) -> str:
        """Return the first server or project that is not the tenant's."""
        if server := server_of_others(work, "flavor"):
            return f"server {server} uses it"
        path = f"/flavors/{work.destination_id}"
        flavor = work.destination.find("compute", path, "flavor")
        if not flavor or flavor[_PUBLIC]:
            return ""
        others = sorted(_access(work, path) - {work.project_id})
        return f"project {others[0]} has access to it" if others else ""

    @override
    def remove(self, work: Work) -> None:
        work.destination.delete("compute", f"/flavors/{work.destination_id}")


def _grant_access(work: Work, path: str) -> None:
    """Grant the project access to the flavor; Nova answers 409 where it has it already."""
    if work.resumed and _has_access(work, path):
        return
    body = {"addTenantAccess": {"tenant": work.project_id}}
    work.destination.post("compute", f"{path}/action", body)


def _has_access(work: Work, path: str) -> bool:
    return work.project_id in _access(work, path)


def _access(work: Work, path: str) -> set[str]:
    """Return the ids of the projects that have access to a private flavor."""
    answer = work.destination.get("compute", f"{path}/os-flavor-access")
    return {entry["tenant_id"] for entry in answer["flavor_access"]}


def _all(work: Work) -> list[Json]:
    """Return all flavors of the destination, the private ones too."""
    return [*work.destination.list("compute", "/flavors/detail", "flavors", is_public="None")]


def _record(reader: TenantReader, fields: Json) -> Record:
    return Record(
        type="flavor",
        id=fields["id"],
        name=fields["name"],
        fields={**fields, "extra_specs": _extra_specs(reader.cloud, fields)},
        shared=bool(fields[_PUBLIC]),
    )


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
        if key not in ("name", _PUBLIC)
    ]


def _missing(record: Record, choice: str, reader: TenantReader) -> Decision:
    if not choice:
        return Decision()
    return Decision(
        problem=f"Cloud {reader.cloud.name} has no flavor {choice!r}.",
        fix=f"Choose another one for flavor:{record.name}, or none to have it created.",
    )


def _extra_specs(cloud: CloudSession, flavor: Json) -> Json:
    """Return a flavor's extra specs; before microversion 2.61 the list does not have them."""
    if "extra_specs" in flavor:
        return dict(flavor["extra_specs"])
    found = cloud.get("compute", f"/flavors/{flavor['id']}/os-extra_specs", "extra_specs")
    return dict(found)


def _value(fields: Mapping[str, Any], key: str) -> Any:
    """Return a flavor's value; no swap is "" or 0, depending on the microversion."""
    return fields.get(key) or 0
