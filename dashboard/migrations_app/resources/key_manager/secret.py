"""Secrets that images need: the keys of encrypted ones, the certificates of signed ones."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from typing_extensions import override

from dashboard.clients.openstack import CloudSession
from dashboard.errors import NeedsOperator
from dashboard.migrations_app.resources.base import ResourceType
from dashboard.migrations_app.resources.key_manager.common.secrets import (
    DESCRIBING,
    SERVICE,
    copy_payload,
    has_key_manager,
    has_payload,
    operator_there,
    reader_of_secret,
    secret_id,
    secret_path,
    store_secret,
)
from dashboard.migrations_app.resources.left_out import loss_of
from dashboard.migrations_app.resources.ownership import (
    ROLES_OF_OWNERS,
    owner_losses,
    owner_refs,
    with_owner_losses,
)
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import (
    SKIP,
    Decision,
    DecisionLookup,
    Difference,
    FoundBy,
    IdLookup,
    LeftOut,
    Loss,
    Record,
    Ref,
)
from dashboard.migrations_app.resources.storage.common.image_keys import images_by_secret
from dashboard.migrations_app.resources.work import Work

_READABLE, _PROJECT, _READERS = "is_readable", "project_id", "readers"
_OPEN = "project_access"


class Secret(ResourceType):
    """A secret of Barbican by which an image of the tenant is encrypted or signed.

    Its payload is read when it is copied, by the operator's account, which needs the role admin on
    the project for that. What else the tenant keeps there stays. The key of an encrypted volume
    is none of these: Cinder clones it for each volume.
    """

    name = "secret"
    plural = "secrets"
    # that it has no payload yet, which only a move leaves so
    found_by = FoundBy.LEDGER
    needs = ("project", "user", *ROLES_OF_OWNERS)
    does_without = ("user", *ROLES_OF_OWNERS)
    copied = (*DESCRIBING, "content_types", _OPEN)
    mapped = {"user_id": "user", _READERS: "user"}
    own = (
        *("id", "status", "created", "updated", "secret_ref", "consumers"),
        *(_READABLE, _PROJECT),
    )
    lost = {"other_readers": "They have no role on the project, so they do not move with it."}

    @override
    def discover(self, reader: TenantReader) -> Iterable[Record]:
        for id_, image in images_by_secret(reader).items():
            yield _record(reader, id_, f"of image {image}")

    @override
    def reread(self, reader: TenantReader, ids: Collection[str]) -> Iterable[Record]:
        """Return those that are there, also where the operator may not read them any more."""
        for id_ in sorted(ids):
            if _exists(reader.cloud, id_):
                yield _record(reader, id_, id_)

    @override
    def decide(self, record: Record, choice: str, reader: TenantReader) -> Decision:
        """Create it. Without it nothing is created of what needs it: that blocks the plan."""
        if not record.fields[_READABLE]:
            reason = "The operator's account may not read it: it needs the role admin on the "
            return Decision(action=SKIP, reason=f"{reason}tenant's project in the source.")
        if not has_key_manager(reader.cloud):
            reason = f"Cloud {reader.cloud.name} has no key manager."
            return Decision(action=SKIP, reason=reason)
        return Decision()

    @override
    def resolve_dependencies(
        self, record: Record, decision: Decision, decision_of: DecisionLookup
    ) -> Decision:
        return with_owner_losses(record, decision, decision_of)

    @override
    def requires(self, record: Record, reader: TenantReader) -> Mapping[str, Sequence[Ref]]:
        readers = [Ref("user", id_) for id_ in record.fields.get(_READERS, ())]
        return {"create": [*owner_refs(record, reader), *readers]}

    @override
    def follows(self, record: Record, reader: TenantReader) -> Mapping[str, Sequence[Ref]]:
        """Return the secret before it: only one at a time can be told apart without a payload."""
        before = sorted(id_ for id_ in images_by_secret(reader) if id_ < record.id)
        return {"create": [Ref(self.name, id_) for id_ in before[-1:]]}

    @override
    def without(
        self, record: Record, left_out: LeftOut, reader: TenantReader
    ) -> tuple[Record, Sequence[Loss]]:
        """Return the secret without readers who are left out."""
        called = {id_: left_out("user", id_) for id_ in record.fields[_READERS]}
        if not any(called.values()):
            return record, ()
        moved = [id_ for id_, name in called.items() if not name]
        loss = loss_of(_READERS, [*filter(None, called.values())])
        return replace(record, fields={**record.fields, _READERS: moved}), [loss]

    @override
    def losses(self, record: Record, reader: TenantReader) -> Iterable[Loss]:
        yield from super().losses(record, reader)
        yield from owner_losses(record, reader)

    @override
    def find(self, work: Work) -> str | None:
        """Return a secret of the same description that has no payload yet and is not ours."""
        name = work.record.fields.get("name")
        query = {"limit": 100, **({"name": name} if name else {})}
        for each in operator_there(work).list(SERVICE, "/secrets", "secrets", **query):
            id_ = secret_id(each["secret_ref"])
            is_like = all(each.get(n) == work.record.fields.get(n) for n in DESCRIBING)
            if is_like and not has_payload(each) and not work.is_ours(self.name, id_):
                return id_
        return None

    @override
    def create(self, work: Work) -> str:
        return store_secret(work, work.record.fields["user_id"], work.record.fields)

    @override
    def complete(self, work: Work) -> None:
        """Copy its payload, and let those read it who may in the source."""
        fields = work.record.fields
        copy_payload(work, fields[_PROJECT], work.record.id, work.destination_id)
        readers = [work.destination_id_of("user", id_) for id_ in fields[_READERS]]
        if readers or not fields[_OPEN]:
            read = {"users": readers, "project-access": fields[_OPEN]}
            path = f"{secret_path(work.destination_id)}/acl"
            operator_there(work).put(SERVICE, path, {"read": read})

    @override
    def remove(self, work: Work) -> None:
        operator_there(work).delete(SERVICE, secret_path(work.destination_id))

    @override
    def finalize(self, work: Work) -> None:
        """Delete it, unless the operator may not."""
        fields = work.record.fields
        if session := reader_of_secret(work.source, fields[_PROJECT], work.record.id):
            session.delete(SERVICE, secret_path(work.record.id))

    @override
    def differences(
        self, source: Record, destination: Record, destination_id_of: IdLookup
    ) -> Iterable[Difference]:
        """Return the differences, none of a copy that the operator may not read any more."""
        if destination.fields[_READABLE]:
            yield from super().differences(source, destination, destination_id_of)


def _exists(cloud: CloudSession, id_: str) -> bool:
    try:
        return cloud.find(SERVICE, secret_path(id_)) is not None
    except NeedsOperator:
        return True  # it is there, but for others


def _record(reader: TenantReader, id_: str, title: str) -> Record:
    """Return the record of a secret, without its payload; of one that cannot be read its id."""
    project_id = reader.tenant.id
    session = reader_of_secret(reader.cloud, project_id, id_)
    told = session.get(SERVICE, secret_path(id_)) if session else {}
    access = session.get(SERVICE, f"{secret_path(id_)}/acl").get("read", {}) if session else {}
    users = access.get("users") or []
    fields: dict[str, Any] = {
        **{name: value for name, value in told.items() if name != "creator_id"},
        **{"id": id_, _PROJECT: project_id, _READABLE: session is not None},
        "user_id": told.get("creator_id") or "",
        _OPEN: access.get("project-access", True),
        _READERS: [user for user in users if user in reader.users],
        "other_readers": [user for user in users if user not in reader.users],
    }
    return Record(type="secret", id=id_, name=str(told.get("name") or title), fields=fields)
