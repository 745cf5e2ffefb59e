"""Barbican: secrets, which only those with a role in their project may read."""

import re
from typing import TYPE_CHECKING, Any

from tests.support.cloud.messages import Answer, Json, Refused, Request
from tests.support.cloud.service import Service

if TYPE_CHECKING:
    from tests.support.cloud.memory import MemoryCloud

_DESCRIBING = ("name", "algorithm", "bit_length", "mode", "secret_type", "expiration")
_TYPES = ("application/octet-stream", "text/plain")
PAGE = 10
_id = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class KeyManager(Service):
    """Barbican's v1 API. An administrator of one project reads nothing of another one.

    Until its policies were renewed, one needs the role ``creator``; it is ``member`` since.
    """

    type = "key_manager"
    name = "barbican"
    root = "key-manager"
    prefix = "/v1"

    def __init__(self, cloud: "MemoryCloud") -> None:
        super().__init__(cloud)
        self.route("GET", "secrets", self.index)
        self.route("POST", "secrets", self.create)
        self.route("GET", "secrets/{}", self.show)
        self.route("PUT", "secrets/{}", self.fill)
        self.route("DELETE", "secrets/{}", self.delete)
        self.route("GET", "secrets/{}/payload", self.payload)
        self.route("GET", "secrets/{}/acl", self.show_access)
        self.route("PUT", "secrets/{}/acl", self.set_access)

    @property
    def type_in_catalogue(self) -> str:
        """The catalogue has it with a hyphen."""
        return "key-manager"

    @property
    def rows(self) -> dict[str, Json]:
        """The secrets by their ids."""
        return self.cloud.rows("key_manager/secrets")

    @property
    def _writers(self) -> set[str]:
        recent = self.cloud.release.is_from("2025.1")
        return {"admin", "member" if recent else "creator"}

    def _version_documents(self, request: Request) -> Answer | None:
        return None

    def envelope(self, refused: Refused) -> Json:
        """Return the body of an error."""
        return {"code": refused.status, "title": "Refused", "description": refused.message}

    def _require_writer(self, request: Request) -> None:
        if not self._writers & request.asker.roles:
            raise Refused(403, "Forbidden: not allowed. Please review your user/project privileges")

    def _readable(self, request: Request) -> Json:
        """Return a secret also to who is named in its access list."""
        row = self.rows.get(request.ids[0])
        if row and request.asker.user_id in row["~access"].get("users", ()):
            return row
        return self._own(request)

    def _own(self, request: Request) -> Json:
        """Return a secret to who has a role in its project, or is a private one's creator."""
        if not _id.fullmatch(request.ids[0]) or request.ids[0] not in self.rows:
            raise Refused(404, "Not Found. Sorry but your secret is in another castle.")
        row, asker = self.rows[request.ids[0]], request.asker
        self._require_writer(request)
        is_open = row["~access"]["project-access"] or asker.is_admin
        if row["~project"] != asker.project_id or not (
            is_open or row["creator_id"] == asker.user_id
        ):
            raise Refused(403, "Forbidden: not allowed. Please review your user/project privileges")
        return row

    def _shown(self, row: Json) -> Json:
        told = {name: value for name, value in row.items() if not name.startswith("~")}
        del told["id"]
        types = {"content_types": {"default": row["~type"]}} if row["~payload"] else {}
        return {**told, **types}

    def index(self, request: Request) -> Json:
        """Answer with one page of the asker's project, whose links are addresses."""
        self._require_writer(request)
        wanted = request.asks("name")
        own = [row for row in self.rows.values() if row["~project"] == request.asker.project_id]
        rows = [row for row in own if wanted in ("", row["name"])]
        start, limit = int(request.asks("offset", "0")), int(request.asks("limit", str(PAGE)))
        found: Json = {"secrets": [self._shown(row) for row in rows[start : start + limit]]}
        if start + limit < len(rows):
            query = f"limit={limit}&offset={start + limit}"
            found["next"] = f"{self.cloud.url}/{self.root}/v1/secrets?{query}"
        return {**found, "total": len(rows)}

    def create(self, request: Request) -> Answer:
        """Store a secret, which may get its payload later."""
        self._require_writer(request)
        row = self.store(request, request.body)
        return Answer(status=201, body={"secret_ref": row["secret_ref"]})

    def store(self, request: Request, given: Json) -> Json:
        """Store a secret of the asker."""
        asker, now = request.asker, self.cloud.now(form="%Y-%m-%dT%H:%M:%S")
        id_ = self.cloud.new_id()
        row = {
            **dict.fromkeys(_DESCRIBING),
            **{name: given[name] for name in _DESCRIBING if name in given},
            **{"id": id_, "creator_id": asker.user_id, "created": now, "updated": now},
            **{"status": "ACTIVE", "secret_ref": f"http://barbican.inside:9311/v1/secrets/{id_}"},
            **{"~project": asker.project_id, "~access": {"project-access": True}},
            **{"~payload": given.get("payload", "").encode(), "~type": _TYPES[1]},
        }
        row["secret_type"] = row["secret_type"] or "opaque"
        self.rows[id_] = row
        return row

    def show(self, request: Request) -> Json:
        """Answer with all but the payload."""
        return self._shown(self._readable(request))

    def payload(self, request: Request) -> Answer:
        """Answer with the payload alone."""
        row = self._readable(request)
        if request.headers.get("Accept") != row["~type"]:
            raise Refused(406, "Not Acceptable: it has no such content type.")
        return Answer(body=row["~payload"], headers={"Content-Type": row["~type"]})

    def fill(self, request: Request) -> Answer:
        """Take the payload of a secret that has none."""
        row = self._own(request)
        if request.headers.get("Content-Type") not in _TYPES:
            raise Refused(415, "Unexpected content-type, expected one of octet-stream and text.")
        if row["~payload"]:
            raise Refused(409, "Secret already has data, cannot modify it.")
        row.update({"~payload": request.content, "~type": request.headers["Content-Type"]})
        return Answer(status=204)

    def delete(self, request: Request) -> Answer:
        """Delete a secret."""
        del self.rows[self._own(request)["id"]]
        return Answer(status=204)

    def show_access(self, request: Request) -> Json:
        """Answer with who may read a secret beside its project."""
        return {"read": {"users": [], **self._own(request)["~access"]}}

    def set_access(self, request: Request) -> Json:
        """Replace who may read a secret."""
        row = self._own(request)
        row["~access"] = request.body["read"]
        return {"acl_ref": f"{row['secret_ref']}/acl"}

    # what Cinder and Glance do with keys, as whoever asks them

    def clone(self, id_: str, request: Request) -> str:
        """Store what a secret has, its name too, as one of the asker, and return its id."""
        asked: Any = Request(method="GET", path="", ids=(id_,), token=request.token)
        row = self._readable(asked)
        copy = self.store(asked, {name: row[name] for name in _DESCRIBING})
        copy.update({"~payload": row["~payload"], "~type": row["~type"]})
        return str(copy["id"])

    def make_key(self, request: Request) -> str:
        """Store a new key of the asker, and return its id."""
        described = {"algorithm": "aes", "bit_length": 256, "secret_type": "symmetric"}
        row = self.store(request, described)
        row.update({"~payload": bytes.fromhex(row["id"].replace("-", "")), "~type": _TYPES[0]})
        return str(row["id"])

    def read(self, id_: str, request: Request) -> bytes:
        """Return a payload to whoever asks. Raises ``Refused`` for others' secrets."""
        row = self._readable(Request(method="GET", path="", ids=(id_,), token=request.token))
        return bytes(row["~payload"])

    def forget(self, id_: str, request: Request) -> None:
        """Delete a key with its image, if the asker may."""
        try:
            del self.rows[
                self._own(Request(method="", path="", ids=(id_,), token=request.token))["id"]
            ]
        except Refused:
            return
