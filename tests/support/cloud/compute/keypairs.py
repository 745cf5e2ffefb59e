"""Key pairs; a name is unique for its user."""

import re
from typing import Any

from tests.support.cloud.collection import Collection
from tests.support.cloud.fields import Field, Fields
from tests.support.cloud.messages import Answer, Json, Refused, Request

_OF_OTHERS = (2, 10)
_IMPORT_ONLY = (2, 92)
_LISTED = ("name", "public_key", "fingerprint", "type")


class Keypairs(Collection):
    """Key pairs of users."""

    def __init__(self) -> None:
        fields: dict[str, Any] = {
            **{"id": 0, "name": "", "public_key": "", "fingerprint": "", "user_id": ""},
            **{"deleted": False, "deleted_at": None, "updated_at": None, "created_at": ""},
            "type": Field(default="ssh", since="2.2"),
            "private_key": Field(is_optional=True),
        }
        super().__init__(
            path="os-keypairs",
            singular="keypair",
            plural="keypairs",
            fields=Fields(fields),
            owner="user_id",
            required=("name",),
        )

    def is_visible(self, row: Json, request: Request) -> bool:
        """Return whether a key is that of the user who is meant: the asker, or another."""
        return bool(row["user_id"] == self._user(request))

    def _user(self, request: Request, named: str = "") -> str:
        """Return whose keys are meant: since 2.10 an administrator may name somebody."""
        wanted = named or request.asks("user_id")
        if not wanted or request.version < _OF_OTHERS:
            return request.asker.user_id
        if wanted != request.asker.user_id:
            self.service.require_admin(request)
        return wanted

    def seen(self, request: Request) -> Json:
        """Return the key of that name."""
        user_id, name = self._user(request), request.ids[0]
        if not (found := self.where(user_id=user_id, name=name)):
            raise Refused(404, f"Keypair {name} not found for user {user_id}")
        return found[0]

    def index(self, request: Request) -> Json:
        """List keys; each is wrapped, and tells less than by itself."""
        found = [self.view(row, request) for row in self.visible(request)]
        listed = [{name: row[name] for name in _LISTED if name in row} for row in found]
        return {"keypairs": [{"keypair": row} for row in listed]}

    def create(self, request: Request) -> Answer:
        """Import a public key, or make a pair where nova still does."""
        given = request.body["keypair"]
        user_id, name = self._user(request, given.get("user_id", "")), given["name"]
        allowed = r"[\w .@-]+" if request.version >= _IMPORT_ONLY else r"[\w -]+"
        if not re.fullmatch(allowed, name, re.ASCII):
            raise Refused(400, "Keypair data is invalid: Keypair name contains unsafe characters")
        if self.where(user_id=user_id, name=name):
            raise Refused(409, f"Key pair '{name}' already exists.")
        if "public_key" not in given and request.version >= _IMPORT_ONLY:
            raise Refused(400, "Invalid input for field/attribute keypair. Value: public_key.")
        made = {} if "public_key" in given else self._pair(name)
        number = len(self.rows) + 1
        row = {
            **self.fields.defaults(),
            **{"id": number, "created_at": self.cloud.now(), "fingerprint": f"{number:02x}:ab"},
            **{**given, "user_id": user_id, **made},
        }
        self.rows[f"{user_id}:{name}"] = row
        shown = {name: value for name, value in self.view(row, request).items() if name in _MADE}
        row.pop("private_key", None)
        return Answer(status=201 if request.version >= (2, 2) else 200, body={"keypair": shown})

    def _pair(self, name: str) -> Json:
        secret = self.cloud.new_id()
        return {"public_key": f"ssh-rsa {secret} {name}", "private_key": f"PRIVATE {secret}"}

    def delete(self, request: Request) -> None:
        """Delete a key."""
        row = self.seen(request)
        del self.rows[f"{row['user_id']}:{row['name']}"]

    def settle(self, row: Json) -> bool:
        """Keys are there at once."""
        return True


_MADE = (*_LISTED, "private_key", "user_id")
