"""Volume types of the tenant's volumes: adopted by name, mapped, or created when asked."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from typing_extensions import override

from dashboard.clients.openstack import CloudSession, Json
from dashboard.migrations_app.resources.base import ResourceType
from dashboard.migrations_app.resources.key_manager.common.secrets import has_key_manager
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import (
    ADOPT,
    MAP,
    SKIP,
    Decision,
    FoundBy,
    Loss,
    Record,
)
from dashboard.migrations_app.resources.storage.common.volume_keys import (
    ENCRYPTION,
    encryption_of,
)
from dashboard.migrations_app.resources.storage.common.volume_types import (
    private_id,
    projects_with_access,
    type_named,
)
from dashboard.migrations_app.resources.storage.volume_type.encryption import set_encryption
from dashboard.migrations_app.resources.storage.volume_type.qos import (
    associate_qos,
    qos_named,
    qos_of,
    remove_qos,
)
from dashboard.migrations_app.resources.work import Work

_SERVICE = "block_storage"
_CREATE, _CREATE_ALL = "create", "create-all"
_CREATED = ("name", "description")
# extra specs that any storage understands; all others are of the source's backends
_PORTABLE = ("multiattach", "replication_enabled", "thin_provisioning_support")
_PORTABLE_SCOPES = ("capabilities:", "provisioning:", "RESKEY:", "trait:")


class VolumeType(ResourceType):
    """A Cinder volume type that volumes of the tenant have, with extra specs and QoS specs.

    Which storage a type stands for is the operator's decision. So it is created only by choice:
    ``create`` leaves out the extra specs that name backends of the source, ``create-all`` does not.
    """

    name = "volume_type"
    plural = "volume types"
    # the name, which is unique
    found_by = FoundBy.LEDGER
    is_shareable = True
    choice = "a volume type there, create or create-all"
    needs = ("project",)
    copied = ("name", "description", "is_public", "extra_specs", "qos_specs", ENCRYPTION)
    own = ("id", "qos_specs_id", "os-volume-type-access:is_public")

    @override
    def discover(self, reader: TenantReader) -> Iterable[Record]:
        """Return the types of the tenant's volumes."""
        used = {volume["volume_type"] for volume in reader.volumes}
        return self.reread(reader, {t["id"] for t in reader.volume_types if t["name"] in used})

    @override
    def reread(self, reader: TenantReader, ids: Collection[str]) -> Iterable[Record]:
        return [_record(reader, type_) for type_ in reader.volume_types if type_["id"] in ids]

    @override
    def decide(self, record: Record, choice: str, reader: TenantReader) -> Decision:
        """Adopt the type of the same name; without one, the volumes get the default type."""
        creates = choice in (_CREATE, _CREATE_ALL)
        there = type_named(reader, record.name if creates else choice or record.name)
        if there:
            told = {"name": there["name"], "cloud": reader.cloud.name}
            told |= {"id": there["id"], "extra_specs": there.get("extra_specs") or {}}
            told |= {"is_public": not private_id(there)}
            if record.fields[ENCRYPTION]:
                told[ENCRYPTION] = encryption_of(reader.cloud, there["id"])
            action = MAP if choice and not creates else ADOPT
            return Decision(action=action, destination_id=there["id"], resolution=told)
        if creates:
            return _creation(record, reader, is_complete=choice == _CREATE_ALL)
        if choice:
            return _unknown(record, choice, reader)
        reason = (
            f"Cloud {reader.cloud.name} has no such volume type: its volumes get the default one. "
            f"Map volume_type:{record.name} to a type there or to create."
        )
        return Decision(action=SKIP, reason=reason)

    @override
    def find(self, work: Work) -> str | None:
        listed = work.destination.list(_SERVICE, "/types", "volume_types", is_public="None")
        return next((each["id"] for each in listed if each["name"] == work.record.name), None)

    @override
    def create(self, work: Work) -> str:
        fields = work.record.fields
        body: Json = {name: fields[name] for name in _CREATED if fields.get(name)}
        body["os-volume-type-access:is_public"] = fields["is_public"]
        body["extra_specs"] = work.resolution["extra_specs"]
        made = work.destination.post(_SERVICE, "/types", {"volume_type": body}, "volume_type")
        return str(made["id"])

    @override
    def complete(self, work: Work) -> None:
        """Have it encrypt as in the source, and associate the QoS specs."""
        set_encryption(work)
        if qos := work.resolution.get("qos_specs"):
            associate_qos(work, qos)

    @override
    def obstacle_to_adopting(self, work: Work, id_: str) -> str:
        type_ = work.destination.get(_SERVICE, f"/types/{id_}", "volume_type")
        there, here = type_.get("extra_specs") or {}, work.resolution["extra_specs"]
        return "" if there == here else "its extra specs differ"

    @override
    def used_by_others(self, work: Work) -> str:
        """Return the first volume or project that is not the tenant's."""
        volumes = work.destination.list(_SERVICE, "/volumes/detail", "volumes", all_tenants=1)
        for volume in volumes:
            is_of_type = volume["volume_type"] == work.record.name
            if is_of_type and not work.is_ours("volume", volume["id"]):
                return f"volume {volume['id']} is of it"
        if work.record.fields["is_public"]:
            return ""
        others = _access(work.destination, work.destination_id) - {work.project_id}
        return f"project {min(others)} has access to it" if others else ""

    @override
    def remove(self, work: Work) -> None:
        """Delete the type, and its QoS specs if they were created for it."""
        work.destination.delete(_SERVICE, f"/types/{work.destination_id}")
        remove_qos(work)

    @override
    def leftovers(self, stage_data: Mapping[str, Any]) -> Iterable[str]:
        if id_ := stage_data.get("created_qos"):
            yield f"QoS specs {id_} removed"


def _access(cloud: CloudSession, type_id: str) -> set[str]:
    there = cloud.find(_SERVICE, f"/types/{type_id}", "volume_type")
    return projects_with_access(cloud, type_id) if there else set()


def _record(reader: TenantReader, type_: Json) -> Record:
    is_public = not private_id(type_)
    fields = {
        **type_,
        "is_public": is_public,
        "qos_specs": qos_of(reader.cloud, type_),
        ENCRYPTION: encryption_of(reader.cloud, type_["id"]),
    }
    name = type_["name"]
    return Record(type="volume_type", id=type_["id"], name=name, fields=fields, shared=is_public)


def _creation(record: Record, reader: TenantReader, *, is_complete: bool) -> Decision:
    """Return the decision to create a type; one that encrypts needs a key manager."""
    fields, cloud = record.fields, reader.cloud.name
    if fields[ENCRYPTION] and not has_key_manager(reader.cloud):
        return Decision(
            problem=f"Volume type {record.name} encrypts volumes, and cloud {cloud} has no key "
            "manager for that.",
            fix=f"Map volume_type:{record.name} to another.",
        )
    specs, losses = dict(fields["extra_specs"] or {}), []
    if of_backends := {} if is_complete else _of_backends(specs):
        specs = {name: value for name, value in specs.items() if name not in of_backends}
        reason = f"They name the source's storage. Choose {_CREATE_ALL} to have them as they are."
        losses.append(Loss(field="extra_specs", value=of_backends, reason=reason))
    qos = fields["qos_specs"]
    there = qos_named(reader.cloud, qos["name"]) if qos else None
    if there and any(there[name] != qos[name] for name in ("consumer", "specs")):
        reason = f"Cloud {cloud} has other QoS specs of that name: the type gets none."
        losses.append(Loss(field="qos_specs", value=qos["name"], reason=reason))
        qos = {}
    return Decision(resolution={"extra_specs": specs, "qos_specs": qos}, losses=losses)


def _of_backends(specs: Mapping[str, str]) -> dict[str, str]:
    return {
        name: value
        for name, value in specs.items()
        if name not in _PORTABLE and not name.startswith(_PORTABLE_SCOPES)
    }


def _unknown(record: Record, choice: str, reader: TenantReader) -> Decision:
    names = ", ".join(sorted(each["name"] for each in reader.volume_types))
    return Decision(
        action=MAP,
        problem=f"Cloud {reader.cloud.name} has no volume type {choice!r}.",
        fix=f"Map volume_type:{record.name} to {_CREATE}, {_CREATE_ALL} or one of: {names}.",
    )
