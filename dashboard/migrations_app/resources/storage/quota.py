"""The limits of the project in Cinder."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from typing_extensions import override

from dashboard.migrations_app.resources.project_quota import ProjectQuota
from dashboard.migrations_app.resources.quota_api import BLOCK_STORAGE, Limits
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import (
    CREATE,
    SKIP,
    Decision,
    DecisionLookup,
    Difference,
    IdLookup,
    Record,
    Ref,
)

_TYPE = "volume_type"
_KINDS = ("volumes_", "gigabytes_", "snapshots_")


class BlockStorageQuota(ProjectQuota):
    """The project's limits in Cinder that are not the defaults. They are set before anything else
    is created, and raised where the tenant uses more than the destination's default. Limits of
    single volume types become those of the types that the volumes get."""

    name = "block_storage_quota"
    plural = "block storage quotas"
    api = BLOCK_STORAGE
    needs = ("project", _TYPE)
    does_without = (_TYPE,)
    own = (*ProjectQuota.own, "types")

    @override
    def _record(self, reader: TenantReader, limits: Limits, exceeded: Limits) -> Record:
        """Return also the ids of all volume types, by whose names some limits are called."""
        record = super()._record(reader, limits, exceeded)
        types = {type_["name"]: type_["id"] for type_ in reader.volume_types}
        named = {name: id_ for name, id_ in types.items() if _limits_of(name, limits)}
        return replace(record, fields={**record.fields, "types": named})

    @override
    def requires(self, record: Record, reader: TenantReader) -> Mapping[str, Sequence[Ref]]:
        types = [Ref(_TYPE, id_) for id_ in record.fields["types"].values()]
        return {"create": [Ref("project", reader.tenant.id), *types]}

    @override
    def resolve_dependencies(
        self, record: Record, decision: Decision, decision_of: DecisionLookup
    ) -> Decision:
        """Call the limits of volume types as these are called there, also those to be created."""
        decision = super().resolve_dependencies(record, decision, decision_of)
        if decision.action != CREATE:
            return decision
        names: dict[str, str] = {}
        for name, id_ in record.fields["types"].items():
            type_ = decision_of(_TYPE, id_)
            if type_ and type_.action != SKIP:
                names |= _renamed(record, name, type_.resolution.get("name") or name)
        unknown = [name for name in decision.resolution.get("unknown", ()) if name not in names]
        losses = [loss for loss in decision.losses if loss.field not in names]
        return replace(decision, resolution={"unknown": unknown, "names": names}, losses=losses)

    @override
    def differences(
        self, source: Record, destination: Record, destination_id_of: IdLookup
    ) -> Iterable[Difference]:
        """Compare the limits of volume types with those of the types that they have become."""
        called = {id_: name for name, id_ in destination.fields["types"].items()}
        names: dict[str, str] = {}
        for name, id_ in source.fields["types"].items():
            names |= _renamed(source, name, called.get(destination_id_of(_TYPE, id_) or "", name))
        limits = {names.get(name, name): it for name, it in source.fields["limits"].items()}
        source = replace(source, fields={**source.fields, "limits": limits})
        return super().differences(source, destination, destination_id_of)


def _limits_of(type_name: str, limits: Iterable[str]) -> list[str]:
    """Return those of the limits that are of one volume type only."""
    return [name for name in limits if name in {f"{kind}{type_name}" for kind in _KINDS}]


def _renamed(record: Record, type_name: str, there: str) -> dict[str, str]:
    """Return what the limits of a volume type are called on the destination."""
    found = _limits_of(type_name, record.fields["limits"])
    return {name: f"{name.removesuffix(type_name)}{there}" for name in found}
