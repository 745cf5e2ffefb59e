"""Credentials: the EC2 keys of users for the project, and their second factors.

The secret is read when the step runs, goes from one Keystone to the other, and is kept nowhere.
"""

from collections.abc import Collection, Iterable

from typing_extensions import override

from dashboard.clients.openstack import CloudSession, Json
from dashboard.migrations_app.resources.base import ResourceType
from dashboard.migrations_app.resources.identity.common.credential_blobs import (
    EC2,
    contents_of,
    credential,
    credentials_of,
    fingerprint,
)
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import (
    ADOPT,
    SKIP,
    Decision,
    DecisionLookup,
    Difference,
    FoundBy,
    IdLookup,
    Record,
)
from dashboard.migrations_app.resources.work import Work

_ACCESS, _SECRET, _DELEGATED = "access", "secret_fingerprint", "delegated"
_OF_TRUST = ("trust_id", "app_cred_id", "access_token_id")


class Credential(ResourceType):
    """A credential of a user: EC2 keys for the project, or a second factor such as TOTP."""

    name = "credential"
    plural = "credentials"
    # there is nothing to put a marker on
    found_by = FoundBy.LEDGER
    is_shareable = True
    needs = ("project", "user")
    copied = ("type", _ACCESS)
    mapped = {"user_id": "user", "project_id": "project"}
    own = ("id", "links", _SECRET, _DELEGATED)

    @override
    def discover(self, reader: TenantReader) -> Iterable[Record]:
        """Return those for the project, and those of its users for no project."""
        for user_id, name in reader.users.items():
            for found in credentials_of(reader.cloud, user_id):
                if found.get("project_id") in (None, "", reader.tenant.id):
                    yield _record(found, name)

    @override
    def reread(self, reader: TenantReader, ids: Collection[str]) -> Iterable[Record]:
        """Read each directly: its user may have no role on the project yet."""
        for id_ in sorted(ids):
            if reader.cloud.find("identity", f"/credentials/{id_}"):
                yield _record(credential(reader.cloud, id_), "")

    @override
    def decide(self, record: Record, choice: str, reader: TenantReader) -> Decision:
        """Create it, unless it stands for a trust or application credential, which stays."""
        if record.fields[_DELEGATED]:
            reason = "It was made with a trust or an application credential, which does not move."
            return Decision(action=SKIP, reason=reason)
        return Decision()

    @override
    def resolve_dependencies(
        self, record: Record, decision: Decision, decision_of: DecisionLookup
    ) -> Decision:
        """Skip the credentials of users who exist on the destination."""
        user = decision_of("user", record.fields["user_id"])
        if decision.action != SKIP and user and user.action == ADOPT:
            reason = "Its user exists on the destination already and is left unchanged."
            return Decision(action=SKIP, reason=reason)
        return decision

    @override
    def find(self, work: Work) -> str | None:
        """Return the user's credential with that secret."""
        wanted = fingerprint(credential(work.source, work.record.id)["blob"])
        user_id = work.destination_id_of("user", work.record.fields["user_id"])
        found = credentials_of(work.destination, user_id)
        return next((each["id"] for each in found if fingerprint(each["blob"]) == wanted), None)

    @override
    def create(self, work: Work) -> str:
        """Create it with the secret that the source's Keystone tells now."""
        body: Json = {
            "type": work.record.fields["type"],
            "blob": credential(work.source, work.record.id)["blob"],
            "user_id": work.destination_id_of("user", work.record.fields["user_id"]),
        }
        if work.record.fields["project_id"]:
            body["project_id"] = work.project_id
        answer = work.destination.post("identity", "/credentials", {"credential": body})
        return str(answer["credential"]["id"])

    @override
    def remove(self, work: Work) -> None:
        _delete(work.destination, work.destination_id)

    @override
    def differences(
        self, source: Record, destination: Record, destination_id_of: IdLookup
    ) -> Iterable[Difference]:
        """Return also that the secrets differ, without either of them."""
        yield from super().differences(source, destination, destination_id_of)
        if source.fields.get(_SECRET) != destination.fields.get(_SECRET):
            yield Difference(field="secret", source="one secret", destination="another secret")


def _record(found: Json, user: str) -> Record:
    """Return the record of a credential, without its secret."""
    told = contents_of(found["blob"])
    access = told.get("access") if found["type"] == EC2 else None
    fields = {name: value for name, value in found.items() if name != "blob"}
    return Record(
        type="credential",
        id=found["id"],
        name=str(access or f"{found['type']} of {user}"),
        fields={
            **fields,
            _ACCESS: access,
            _SECRET: fingerprint(found["blob"]),
            _DELEGATED: any(told.get(name) for name in _OF_TRUST),
        },
    )


def _delete(cloud: CloudSession, id_: str) -> None:
    cloud.delete("identity", f"/credentials/{id_}")
