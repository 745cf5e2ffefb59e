"""Implied roles: whoever has a role of the tenant has those as well that it implies."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from typing_extensions import override

from dashboard.clients.openstack import Json
from dashboard.migrations_app.resources.base import ResourceType
from dashboard.migrations_app.resources.identity.common.role_inferences import (
    implied_directly,
    inference_id,
    roles_of_tenant,
)
from dashboard.migrations_app.resources.identity.common.roles_elsewhere import role_elsewhere
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import (
    CREATE,
    MIGRATED,
    SKIP,
    Decision,
    DecisionLookup,
    FoundBy,
    Record,
)
from dashboard.migrations_app.resources.work import Work

_PRIOR, _IMPLIED = "prior_role_id", "implied_role_id"


class ImpliedRole(ResourceType):
    """What a role of the tenant implies. It moves with a role that Pumphouse creates."""

    name = "implied_role"
    plural = "implied roles"
    # there is nothing to put a marker on
    found_by = FoundBy.LEDGER
    is_shareable = True
    needs = ("role",)
    mapped = {_PRIOR: "role", _IMPLIED: "role"}

    @override
    def discover(self, reader: TenantReader) -> Iterable[Record]:
        """Return what the tenant's roles imply, but for Keystone's own."""
        mine, implied = roles_of_tenant(reader), implied_directly(reader)
        for each in _inferences(reader):
            if each.fields[_PRIOR] in mine and each.fields[_PRIOR] in implied:
                yield each

    @override
    def reread(self, reader: TenantReader, ids: Collection[str]) -> Iterable[Record]:
        """Read all that roles imply: the tenant's may be held by nobody yet."""
        return (each for each in _inferences(reader) if each.id in ids)

    @override
    def resolve_dependencies(
        self, record: Record, decision: Decision, decision_of: DecisionLookup
    ) -> Decision:
        """Skip what a role implies that others have made: it may permit somebody more."""
        prior = decision_of("role", record.fields[_PRIOR])
        if prior and prior.action in (CREATE, MIGRATED):
            return decision
        reason = (
            "The role exists on the destination already, and what it implies is left unchanged."
        )
        return replace(decision, action=SKIP, reason=reason)

    @override
    def find(self, work: Work) -> str | None:
        id_ = _id_there(work)
        return id_ if work.destination.find("identity", _path(id_)) else None

    @override
    def create(self, work: Work) -> str:
        id_ = _id_there(work)
        work.destination.put("identity", _path(id_))
        return id_

    @override
    def used_by_others(self, work: Work) -> str:
        return role_elsewhere(work, "role", work.destination_id.partition(":")[0])

    @override
    def remove(self, work: Work) -> None:
        work.destination.delete("identity", _path(work.destination_id))


def _inferences(reader: TenantReader) -> Iterable[Record]:
    for each in reader.role_inferences:
        for implied in each["implies"]:
            yield _record(each["prior_role"], implied)


def _record(prior: Json, implied: Json) -> Record:
    return Record(
        type="implied_role",
        id=inference_id(prior["id"], implied["id"]),
        name=f"{implied['name']} by {prior['name']}",
        fields={_PRIOR: prior["id"], _IMPLIED: implied["id"]},
    )


def _id_there(work: Work) -> str:
    fields = work.record.fields
    prior_id = work.destination_id_of("role", fields[_PRIOR])
    return inference_id(prior_id, work.destination_id_of("role", fields[_IMPLIED]))


def _path(id_: str) -> str:
    prior_id, implied_id = id_.split(":")
    return f"/roles/{prior_id}/implies/{implied_id}"
