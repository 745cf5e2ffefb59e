"""Key pairs: the public keys of the users that move with the tenant."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from urllib.parse import quote

from typing_extensions import override

from dashboard.clients.openstack import Json
from dashboard.migrations_app.resources.base import ResourceType
from dashboard.migrations_app.resources.identity.common.roles_elsewhere import role_elsewhere
from dashboard.migrations_app.resources.key_names import (
    KEYS_OF_OTHERS,
    UNREADABLE,
    accepts_key_name,
    key_id,
    microversion_for_keys,
)
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import (
    ADOPT,
    SKIP,
    Decision,
    DecisionLookup,
    FoundBy,
    Record,
    Ref,
)
from dashboard.migrations_app.resources.work import Work


class Keypair(ResourceType):
    """A Nova key pair. It is identified by its user and its name, which is unique for the user."""

    name = "keypair"
    plural = "key pairs"
    # the name, which is unique for its user
    found_by = FoundBy.LEDGER
    is_shareable = True
    needs = ("user",)
    copied = ("name", "public_key", "type")
    mapped = {"user_id": "user"}
    own = ("fingerprint", "id", "created_at", "updated_at", "deleted", "deleted_at")

    @property
    @override
    def label(self) -> str:
        return "key pair"

    @override
    def discover(self, reader: TenantReader) -> Iterable[Record]:
        """Return the keys of all users with a role on the project."""
        for user_id in reader.users:
            yield from _keys_of(user_id, reader)

    @override
    def reread(self, reader: TenantReader, ids: Collection[str]) -> Iterable[Record]:
        """Read the keys of each user: it may have no role yet by which it would be discovered."""
        for user_id in sorted({id_.partition(":")[0] for id_ in ids}):
            yield from (each for each in _keys_of(user_id, reader) if each.id in ids)

    @override
    def decide(self, record: Record, choice: str, reader: TenantReader) -> Decision:
        """Create the key, unless nobody else can read it or the destination takes no such name."""
        if not record.fields.get("public_key"):
            return Decision(action=SKIP, reason=UNREADABLE)
        if accepts_key_name(record.name, reader.cloud):
            return Decision()
        reason = f"Nova of cloud {reader.cloud.name} accepts no key of that name."
        return Decision(action=SKIP, reason=reason)

    @override
    def resolve_dependencies(
        self, record: Record, decision: Decision, decision_of: DecisionLookup
    ) -> Decision:
        """Skip the keys of users who exist on the destination."""
        if decision.action == SKIP:
            return decision
        user = decision_of("user", record.fields["user_id"])
        if user and user.action == ADOPT:
            return Decision(
                action=SKIP,
                reason="Its user exists on the destination already and is left unchanged.",
            )
        return decision

    @override
    def requires(self, record: Record, reader: TenantReader) -> Mapping[str, Sequence[Ref]]:
        return {"create": [Ref("user", record.fields["user_id"])]}

    @override
    def find(self, work: Work) -> str | None:
        user_id = _user_id(work)
        path = _path(user_id, work.record.name)
        found = work.destination.find("compute", path, "keypair", microversion=KEYS_OF_OTHERS)
        return key_id(user_id, work.record.name) if found else None

    @override
    def obstacle_to_adopting(self, work: Work, id_: str) -> str:
        path = _path(_user_id(work), work.record.name)
        found = work.destination.get("compute", path, "keypair", microversion=KEYS_OF_OTHERS)
        ours = work.record.fields["public_key"].strip()
        return "" if found["public_key"].strip() == ours else "its public key differs"

    @override
    def create(self, work: Work) -> str:
        """Import the public key for its user."""
        user_id = _user_id(work)
        body: Json = {
            "name": work.record.name,
            "public_key": work.record.fields["public_key"],
            "type": work.record.fields.get("type", "ssh"),
            "user_id": user_id,
        }
        microversion = microversion_for_keys(work.destination)
        work.destination.post(
            "compute", "/os-keypairs", {"keypair": body}, microversion=microversion
        )
        return key_id(user_id, work.record.name)

    @override
    def used_by_others(self, work: Work) -> str:
        """Return where else its user has a role: the user stays then, with all keys."""
        user_id = work.destination_id.partition(":")[0]
        return f"its user {role_elsewhere(work, 'user', user_id)}".removesuffix("its user ")

    @override
    def remove(self, work: Work) -> None:
        path = _path(work.destination_id.partition(":")[0], work.record.name)
        work.destination.delete("compute", path, microversion=KEYS_OF_OTHERS)


def _user_id(work: Work) -> str:
    return work.destination_id_of("user", work.record.fields["user_id"])


def _path(user_id: str, name: str) -> str:
    return f"/os-keypairs/{quote(name)}?user_id={user_id}"


def _keys_of(user_id: str, reader: TenantReader) -> Iterable[Record]:
    path, key = "/os-keypairs", "keypairs"
    listed = reader.list("compute", path, key, microversion=KEYS_OF_OTHERS, user_id=user_id)
    return [_record(entry["keypair"], user_id) for entry in listed]


def _record(fields: Json, user_id: str) -> Record:
    return Record(
        type="keypair",
        id=key_id(user_id, fields["name"]),
        name=fields["name"],
        fields={**fields, "user_id": user_id},
    )
