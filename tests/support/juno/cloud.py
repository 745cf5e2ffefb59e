"""The stand-in as a whole: its ports, its state and its tokens."""

import copy
import json
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from dashboard.clients.cloud_access import CloudAccess
from dashboard.plugins import named_classes
from tests.support.juno.api import JunoApi
from tests.support.juno.messages import UNAUTHORIZED, Caller, Json, Refused, Reply, Request
from tests.support.juno.server import Server

RECORDED_PORTS = {
    "keystone": 44500,
    "keystone-admin": 44357,
    "glance": 44292,
    "nova": 44774,
    "cinder": 44776,
    "ec2": 44773,
}
_SEEDS = Path(__file__).parent / "seeds"


class JunoCloud:
    """A cloud of 2014. ``keystone`` are the versions that its Keystone speaks.

    ``state`` has what each API has, by the API's name; ``asked`` is every request but logins, as
    "METHOD port /path". ``encode_disk`` makes a file in the format qcow2 of a disk's bytes, for who
    looks into it; by default it is only called so. The policies deny every write to who has no
    other roles than ``read_only_roles``. ``retold`` is what becomes of each reply.
    """

    def __init__(self, *, keystone: tuple[str, ...] = ("v2.0", "v3")) -> None:
        self.keystone_versions = keystone
        self.state: dict[str, Any] = copy.deepcopy(_seeds())
        self.tokens = self._tokens_of_all()
        self.asked: list[str] = []
        self.read_only_roles: frozenset[str] = frozenset()
        self.encode_disk: Callable[[bytes], bytes] = bytes
        self.retold: Callable[[Request, Reply], Reply] = lambda _, reply: reply
        self.lock = threading.RLock()
        self.apis = [api(self) for api in named_classes(JunoApi, "tests.support.juno")]
        self.servers = {name: Server(name, self.answer) for name in RECORDED_PORTS}

    def _tokens_of_all(self) -> dict[str, tuple[str, str]]:
        """Return a token of each user in each tenant, and of each alone, named as in recordings."""
        keystone = self.state["keystone"]
        pairs = ((u, t) for u in keystone["users"] for t in (*keystone["tenants"], {}))
        return {
            "-".join(["TOKEN", user["name"], *([tenant["name"]] if tenant else [])]): (
                user["id"],
                tenant.get("id", ""),
            )
            for user, tenant in pairs
        }

    def url(self, port: str = "keystone") -> str:
        """Return the address of a port."""
        return f"http://127.0.0.1:{self.servers[port].number}"

    def access(self, name: str = "juno", *, project: str = "admin", **options: Any) -> CloudAccess:
        """Return the login of the administrator."""
        auth = {
            "auth_url": f"{self.url()}/v3",
            "username": "admin",
            "password": "PASSWORD-admin",
            "project_name": project,
            "user_domain_id": "default",
            "project_domain_id": "default",
        }
        return CloudAccess(name=name, **{"auth": auth, **options})

    def with_addresses(self, body: Any) -> Any:
        """Return a recorded body with the stand-in's addresses in place of the recorded ones."""
        text = json.dumps(body)
        for name, number in RECORDED_PORTS.items():
            text = text.replace(f"127.0.0.1:{number}", f"127.0.0.1:{self.servers[name].number}")
        return json.loads(text)

    def as_recorded(self, body: Any) -> Any:
        """Return a body of the stand-in with the recorded addresses."""
        text = json.dumps(body)
        for name, number in RECORDED_PORTS.items():
            text = text.replace(f"127.0.0.1:{self.servers[name].number}", f"127.0.0.1:{number}")
        return json.loads(text)

    def new_id(self) -> str:
        """Return an id that nothing has yet."""
        return uuid.uuid4().hex

    def caller(self, request: Request) -> Caller:
        """Return who sent the token of a request. Raises ``Refused`` without a good one."""
        token = request.headers.get("X-Auth-Token", "")
        if token not in self.tokens:
            raise Refused(401, UNAUTHORIZED)
        user_id, tenant_id = self.tokens[token]
        keystone = self.state["keystone"]
        if not any(user["id"] == user_id and user["enabled"] for user in keystone["users"]):
            raise Refused(401, UNAUTHORIZED)
        names = {role["id"]: role["name"] for role in keystone["roles"]}
        held = (each for each in keystone["grants"] if each["tenant"] == tenant_id)
        roles = frozenset(names[each["role"]] for each in held if each["user"] == user_id)
        return Caller(user_id=user_id, tenant_id=tenant_id, roles=roles)

    def answer(self, request: Request) -> Reply:
        """Answer a request, one at a time."""
        with self.lock:
            return self.retold(request, self._answer(_in_v2(request)))

    def _answer(self, request: Request) -> Reply:
        if not request.path.endswith("/tokens"):
            self.asked.append(f"{request.method} {request.port} {request.path}")
        if self._is_denied(request):
            return Reply(403, "Policy doesn't allow this to be performed.")
        for api in self.apis:
            if request.port in api.ports and (reply := api.answer(request)):
                return reply
        return Reply(404, "404 Not Found\n\nThe resource could not be found.\n\n   ")

    def _is_denied(self, request: Request) -> bool:
        """Return whether the policies deny a write, which they do before anything is looked up."""
        is_read = request.method in ("GET", "HEAD") or request.port.startswith("keystone")
        if is_read or not self.read_only_roles:
            return False
        return bool(roles := self.caller(request).roles) and roles <= self.read_only_roles


def _in_v2(request: Request) -> Request:
    """Return a request to Nova under the older of its two names as one under the newer."""
    path = request.path
    is_older = request.port == "nova" and path.startswith("/v1.1/")
    return replace(request, path=path.replace("/v1.1/", "/v2/", 1)) if is_older else request


@contextmanager
def running_juno(*, keystone: tuple[str, ...] = ("v2.0", "v3")) -> Iterator[JunoCloud]:
    """Serve a cloud of 2014 on loopback while inside."""
    cloud = JunoCloud(keystone=keystone)
    try:
        yield cloud
    finally:
        for server in cloud.servers.values():
            server.close()


@cache
def _seeds() -> Mapping[str, Json]:
    return {path.stem: json.loads(path.read_text()) for path in sorted(_SEEDS.glob("*.json"))}
