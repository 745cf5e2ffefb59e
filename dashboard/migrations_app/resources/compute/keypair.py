"""Key pairs: the public keys of the users that move with the tenant."""

from collections.abc import Iterable, Mapping, Sequence

from dashboard.clients.openstack import Json
from dashboard.migrations_app.resources.base import ResourceType
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

# 2.10: an administrator may name the user whose keys he reads or writes
_MICROVERSION = "2.10"


class Keypair(ResourceType):
    """A Nova key pair. Its name is unique for its user, so both together are its id here."""

    name = "keypair"
    plural = "key pairs"
    # a key of that name of that user
    found_by = FoundBy.LEDGER
    needs = ("user",)
    copied = ("name", "public_key", "type")
    mapped = {"user_id": "user"}
    own = ("fingerprint", "id", "created_at", "updated_at", "deleted", "deleted_at")

    def discover(self, reader: TenantReader) -> Iterable[Record]:
        """Return the keys of all users that have a role on the project."""
        for user_id in reader.users:
            keypairs = reader.list(
                "compute",
                "/os-keypairs",
                "keypairs",
                microversion=_MICROVERSION,
                user_id=user_id,
            )
            for entry in keypairs:
                yield _record(entry["keypair"], user_id)

    def resolve_dependencies(
        self, record: Record, decision: Decision, decision_of: DecisionLookup
    ) -> Decision:
        """Leave out the keys of a user who exists on the destination: he is not touched."""
        user = decision_of("user", record.fields["user_id"])
        if user and user.action == ADOPT:
            return Decision(
                action=SKIP,
                reason="Its user exists on the destination already and is not touched.",
            )
        return decision

    def requires(self, record: Record, reader: TenantReader) -> Mapping[str, Sequence[Ref]]:
        """The user must be there."""
        return {"create": [Ref("user", record.fields["user_id"])]}

    def find(self, work: Work) -> str | None:
        """Look for the key of that name of that user."""
        user_id = work.destination_id_of("user", work.record.fields["user_id"])
        path = f"/os-keypairs/{work.record.name}?user_id={user_id}"
        found = work.destination.find("compute", path, "keypair", microversion=_MICROVERSION)
        return f"{user_id}:{work.record.name}" if found else None

    def create(self, work: Work) -> str:
        """Import the public key for its user."""
        user_id = work.destination_id_of("user", work.record.fields["user_id"])
        body: Json = {
            "name": work.record.name,
            "public_key": work.record.fields["public_key"],
            "type": work.record.fields.get("type", "ssh"),
            "user_id": user_id,
        }
        work.destination.post(
            "compute", "/os-keypairs", {"keypair": body}, microversion=_MICROVERSION
        )
        return f"{user_id}:{work.record.name}"

    def remove(self, work: Work) -> None:
        """Delete the key from the destination."""
        user_id, name = work.destination_id.split(":", 1)
        work.destination.delete(
            "compute", f"/os-keypairs/{name}?user_id={user_id}", microversion=_MICROVERSION
        )


def _record(fields: Json, user_id: str) -> Record:
    return Record(
        type="keypair",
        id=f"{user_id}:{fields['name']}",
        name=fields["name"],
        fields={**fields, "user_id": user_id},
    )
