"""The key pairs of users in an old Nova, which shows them to their user only.

Those of others are read with the EC2 credentials of their user. A user without any is known to have
the keys that servers name: they are listed without what is in them.
"""

import json
from collections.abc import Iterator
from urllib.parse import unquote

from dashboard.clients.legacy.answers import OldApiRefusedError, refused
from dashboard.clients.legacy.ec2_tokens import token_of
from dashboard.clients.legacy.paging import by_marker
from dashboard.clients.legacy.translator import Call, Json, Translator

_PATH = "/os-keypairs"


class Keys:
    """The key pairs of the users of one cloud; those of others are read once."""

    def __init__(self, nova: Translator) -> None:
        self._nova = nova
        self._of_others: dict[str, list[Json]] = {}

    def of(self, user_id: str | None) -> list[Json]:
        """Return the key pairs of a user: None is the caller.

        Where nobody can read them, those that servers name, without ``public_key``.
        """
        if user_id in (None, self._nova.found.login.user_id):
            return _unwrapped(self._nova.ask("GET", _PATH))
        if user_id not in self._of_others:
            self._of_others[user_id] = self._read(user_id)
        return self._of_others[user_id]

    def named(self, name: str, call: Call) -> Json:
        """Return the answer to a request for one key pair: 404 where there is none."""
        wanted = unquote(name)
        for key in self.of(call.query.get("user_id")):
            if key["name"] == wanted:
                return {"keypair": key}
        raise OldApiRefusedError(refused(404, f"There is no key pair {wanted}."))

    def _read(self, user_id: str) -> list[Json]:
        for credential in self._credentials(user_id):
            if token := token_of(self._nova.found, credential):
                return self._as_user(token, credential["tenant_id"])
        return [*self._named_by_servers(user_id)]

    def _credentials(self, user_id: str) -> list[Json]:
        """Return the user's EC2 credentials: none where Keystone does not tell them."""
        identity = self._nova.found.other("identity")
        answer = identity.request(
            "/credentials", "GET", params={"user_id": user_id}, raise_exc=False
        )
        listed = [] if answer.status_code >= 400 else answer.json()["credentials"]
        mine = (each for each in listed if (each["type"], each["user_id"]) == ("ec2", user_id))
        return [{**json.loads(each["blob"]), "tenant_id": each["project_id"]} for each in mine]

    def _as_user(self, token: str, tenant_id: str) -> list[Json]:
        """Ask with a user's token, at the address of the tenant that it is for."""
        address = self._nova.get_endpoint().rstrip("/").rpartition("/")[0]
        answer = self._nova.found.session.get(
            f"{address}/{tenant_id}{_PATH}",
            headers={"X-Auth-Token": token, "Accept": "application/json"},
            authenticated=False,
            raise_exc=False,
        )
        if answer.status_code >= 400:
            raise OldApiRefusedError(answer)
        return _unwrapped(answer.json())

    def _named_by_servers(self, user_id: str) -> Iterator[Json]:
        query = {"all_tenants": "1", "user_id": user_id}
        servers = by_marker(self._nova, "/servers/detail", "servers", query)
        names = {server["key_name"] for server in servers if server.get("key_name")}
        yield from ({"name": name} for name in sorted(names))


def _unwrapped(answer: Json) -> list[Json]:
    return [each["keypair"] for each in answer["keypairs"]]
