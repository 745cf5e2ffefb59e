"""What users authenticate with beside a password: credentials, application credentials, trusts."""

import hashlib
import json
from typing import TYPE_CHECKING

from tests.support.cloud.identity.collections import KeystoneCollection
from tests.support.cloud.messages import Answer, Json, Refused, Request, conflict

if TYPE_CHECKING:
    from tests.support.cloud.identity import Identity


class Credentials(KeystoneCollection):
    """Credentials with their secrets, which administrators are told."""

    def __init__(self) -> None:
        fields = {"type": "", "blob": "", "user_id": "", "project_id": None}
        super().__init__(
            "credentials",
            "credential",
            fields,
            required=("type", "blob", "user_id"),
            unique=(),
            references={"user_id": "users", "project_id": "projects"},
        )

    def make(self, given: Json, request: Request) -> Json:
        """Store a credential; the id of one for EC2 follows from its access key."""
        if given.get("type") == "ec2":
            given = {**given, "id": _id_of_ec2(given)}
            if given["id"] in self.rows:
                raise conflict(
                    "Conflict occurred attempting to store credential - Duplicate entry found "
                    f"with ID {given['id']}."
                )
        return super().make(given, request)

    def view(self, row: Json, request: Request) -> Json:
        """Return a credential, which has no name."""
        return {name: value for name, value in super().view(row, request).items() if name != "name"}

    def filters(self, request: Request) -> dict[str, list[str]]:
        """Return the parameters that credentials are filtered by."""
        return {name: v for name, v in request.query.items() if name in ("user_id", "type")}

    def forget(self, **ids: str) -> None:
        """Delete the credentials of a ``user_id`` or ``project_id``, which is deleted."""
        for row in self.where(**ids):
            del self.rows[row["id"]]


def _id_of_ec2(given: Json) -> str:
    if not given.get("project_id"):
        raise Refused(400, "Invalid input for field 'credential': 'project_id' is required.")
    try:
        access = json.loads(given.get("blob", ""))["access"]
    except (ValueError, KeyError, TypeError):
        raise Refused(400, "Invalid blob in credential") from None
    return hashlib.sha256(access.encode()).hexdigest()


class Delegations:
    """Application credentials and trusts, which their users make; nobody reads their secrets."""

    def __init__(self, service: "Identity") -> None:
        self.service = service
        path = "users/{}/application_credentials"
        service.route("GET", path, self.application_credentials)
        service.route("POST", path, self.create_application_credential)
        service.route("GET", "OS-TRUST/trusts", self.trusts)
        service.route("POST", "OS-TRUST/trusts", self.create_trust)

    @property
    def rows(self) -> dict[str, Json]:
        """All application credentials and trusts."""
        return self.service.cloud.rows("identity/delegations")

    def application_credentials(self, request: Request) -> Json:
        """Answer with the application credentials of a user."""
        return self._answer(request, "application_credentials", user_id=request.ids[0])

    def create_application_credential(self, request: Request) -> Answer:
        """Make one for oneself in the project of one's token."""
        asker = request.asker
        if asker.user_id != request.ids[0]:
            raise Refused(403, self.service.denial)
        given = {**request.body["application_credential"], "user_id": asker.user_id}
        row = self._store(given, "application_credentials", asker.project_id)
        told = {**_told(row), "secret": "told once"}
        return Answer(status=201, body={"application_credential": told})

    def trusts(self, request: Request) -> Json:
        """Answer with the trusts of whoever is asked for."""
        trustor = request.asks("trustor_user_id")
        return self._answer(request, "trusts", trustor_user_id=trustor)

    def create_trust(self, request: Request) -> Answer:
        """Make a trust as its trustor."""
        given = request.body["trust"]
        if request.asker.user_id != given["trustor_user_id"]:
            raise Refused(403, self.service.denial)
        row = self._store(given, "trusts", given.get("project_id"))
        return Answer(status=201, body={"trust": _told(row)})

    def forget(self, id_: str) -> None:
        """Delete what a user, or somebody in a project, has delegated."""
        for key, row in [*self.rows.items()]:
            if id_ in row.values():
                del self.rows[key]

    def _store(self, given: Json, kind: str, project_id: str | None) -> Json:
        id_ = self.service.cloud.new_id().replace("-", "")
        row = {"id": id_, "~kind": kind, "project_id": project_id, "expires_at": None, **given}
        self.rows[id_] = row
        return row

    def _answer(self, request: Request, kind: str, **wanted: str) -> Json:
        owner = next(iter(wanted.values()))
        if not request.asker.is_admin and request.asker.user_id != owner:
            raise Refused(403, self.service.denial)
        found = [
            _told(row)
            for row in self.rows.values()
            if row["~kind"] == kind and wanted.items() <= row.items()
        ]
        return self.service.page(request, kind, found)


def _told(row: Json) -> Json:
    return {name: value for name, value in row.items() if not name.startswith("~")}
