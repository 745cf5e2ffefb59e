"""Talks to one OpenStack cloud as one identity.

keystoneauth authenticates and finds endpoints; bodies stay the API's own JSON, so that no attribute
is lost to a model that does not know it. Every failure leaves here as one of ``dashboard.errors``,
with OpenStack's own reason and request id in it.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from keystoneauth1.session import Session

from dashboard import secrets
from dashboard.clients.answers import check_absence, json_of, part_of
from dashboard.clients.call_limits import call_limits, kind_of
from dashboard.clients.cloud_access import CloudAccess
from dashboard.clients.connection_errors import translated_errors
from dashboard.clients.legacy.writes import note_write
from dashboard.clients.lists import Query, whole_list
from dashboard.clients.logging_in import auth_plugin, pooled_http
from dashboard.clients.reading import ask_again
from dashboard.clients.refusals import refusal_of
from dashboard.clients.service_adapters import ServiceAdapters
from dashboard.clients.waits import note_state
from dashboard.errors import NeedsOperator, PumphouseError, Retryable

Json = dict[str, Any]
Found = TypeVar("Found")

ANSWER_SECONDS = 120
FIX_OF_LOGIN = "Configure the login of an administrator with auth_type password and a project_name."
SLOWEST_UPLOAD = 10 * 1024 * 1024  # bytes a second


class CloudSession:
    """One identity on one cloud.

    ``services`` are named as in openstacksdk: compute, network, image, block_storage, identity.
    Tokens are fetched once and renewed by keystoneauth; ``calls`` counts requests by service.
    """

    def __init__(self, access: CloudAccess, *, calls: Counter[str] | None = None) -> None:
        self.access = access
        self.name = access.name
        self.calls: Counter[str] = Counter() if calls is None else calls
        secrets.register(access.auth.get("password"))
        self.session = Session(
            session=pooled_http(),
            auth=auth_plugin(access),
            verify=access.verify,
            cert=(access.cert, access.key) if access.cert and access.key else access.cert,
            timeout=access.timeout or ANSWER_SECONDS,
            app_name="pumphouse",
        )
        self._adapters = ServiceAdapters(self.session, access)
        call_limits.allow(access.name, access.limits.at(datetime.now(UTC)).calls)

    def scoped_to(self, project_id: str) -> "CloudSession":
        """Return the same account acting in another project.

        Raises ``NeedsOperator`` where the login is tied to its scope.
        """
        if fixed := self.access.fixed_scope:
            raise NeedsOperator(
                f"The login of cloud {self.name} has {fixed} and can act in no other project.",
                fix=FIX_OF_LOGIN,
            )
        by_name = ("project_name", "project_domain_name", "project_domain_id")
        auth = {key: value for key, value in self.access.auth.items() if key not in by_name}
        return self._as(replace(self.access, auth={**auth, "project_id": project_id}))

    def as_user(self, user_id: str, *, password: str, project_id: str) -> "CloudSession":
        """Return that user of this cloud acting in that project, however the operator logs in."""
        auth = {
            "auth_url": self.access.auth["auth_url"],
            "user_id": user_id,
            "password": password,
            "project_id": project_id,
        }
        auth_type = "password" if self.speaks_only_v2 else "v3password"
        return self._as(replace(self.access, auth_type=auth_type, auth=auth))

    def _as(self, access: CloudAccess) -> "CloudSession":
        return CloudSession(access, calls=self.calls)

    @property
    def speaks_only_v2(self) -> bool:
        """Whether the cloud's Keystone was found, at a login, to have no version 3."""
        return bool(getattr(self.session.auth, "speaks_only_v2", False))

    @property
    def user_id(self) -> str:
        """The id of the account itself."""
        return str(self._read(self.session.get_user_id))

    @property
    def project_id(self) -> str:
        """The id of the project that the account is scoped to.

        Raises ``NeedsOperator`` without one: a login may be for a domain or the whole system.
        """
        project_id = self._read(self.session.get_project_id)
        if not project_id:
            raise NeedsOperator(f"The login of cloud {self.name} has no project.", fix=FIX_OF_LOGIN)
        return str(project_id)

    @property
    def roles(self) -> dict[str, str]:
        """The account's roles in its project: names by id."""
        access = self._read(lambda: self.session.auth.get_access(self.session))
        return dict(zip(access.role_ids, access.role_names, strict=True))

    @property
    def service_types(self) -> frozenset[str]:
        """The types of all services in the catalogue, as that calls them."""
        access = self._read(lambda: self.session.auth.get_access(self.session))
        return frozenset(service["type"] for service in access.service_catalog.catalog)

    def fresh_token(self, *, seconds: int) -> str:
        """Return a token that lives for at least that many seconds more."""
        auth = self.session.auth
        if self._read(lambda: auth.get_access(self.session)).will_expire_soon(seconds):
            auth.invalidate()
        return str(self._read(self.session.get_token))

    def list(
        self, service: str, path: str, key: str, *, microversion: str = "", **query: Any
    ) -> Iterator[Json]:
        """Yield every object of a collection, page after page, as ``whole_list`` does."""

        def read(params: Query) -> Json:
            return self.call("GET", service, path, params=params, microversion=microversion)

        yield from whole_list(read, key, query, cloud=self.name, request=f"GET {service} {path}")

    def get(self, service: str, path: str, key: str = "", *, microversion: str = "") -> Json:
        """Return one object. Raises ``NeedsOperator`` when there is none."""
        body = self.call("GET", service, path, microversion=microversion)
        found = self._part(body, key, f"GET {service} {path}")
        note_state(found)
        return found

    def find(
        self, service: str, path: str, key: str = "", *, microversion: str = ""
    ) -> Json | None:
        """Return one object, or None when the cloud has none at that path."""
        body = self.call("GET", service, path, microversion=microversion, missing_ok=True)
        found = self._part(body, key, f"GET {service} {path}") if body else None
        note_state(found)
        return found

    def supports(self, service: str, microversion: str) -> bool:
        """Return whether the service speaks that microversion."""
        return self._read(lambda: self._adapters.supports(service, microversion))

    def newest_microversion(self, service: str) -> tuple[int, int]:
        """Return the newest microversion of a service, (0, 0) for a service without any."""
        return self._read(lambda: self._adapters.newest_microversion(service))

    def at_most(self, service: str, microversion: str) -> str:
        """Return that microversion, the service's newest where that is older, "" without any."""
        return self._read(lambda: self._adapters.at_most(service, microversion))

    def endpoint(self, service: str) -> str:
        """Return the address at which the service is reached."""
        return str(self._read(lambda: self._adapters[service].get_endpoint()) or "")

    def post(
        self, service: str, path: str, body: Any = None, key: str = "", *, microversion: str = ""
    ) -> Json:
        """Create something and return the answer, or what it has under ``key``."""
        answer = self.call("POST", service, path, body=body, microversion=microversion)
        return self._part(answer, key, f"POST {service} {path}")

    def put(self, service: str, path: str, body: Any = None, *, microversion: str = "") -> Json:
        """Change or set something and return the answer."""
        return self.call("PUT", service, path, body=body, microversion=microversion)

    def patch(
        self, service: str, path: str, body: Any, *, headers: Mapping[str, str] | None = None
    ) -> Json:
        """Change something in part and return the answer."""
        return self.call("PATCH", service, path, body=body, headers=headers)

    def delete(self, service: str, path: str, *, microversion: str = "") -> None:
        """Delete something; a 404 is fine."""
        self.call("DELETE", service, path, microversion=microversion, missing_ok=True)

    def call(
        self,
        method: str,
        service: str,
        path: str,
        *,
        body: Any = None,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        microversion: str = "",
        missing_ok: bool = False,
    ) -> Json:
        """Do one request and return its JSON; {} where there is none, or a ``missing_ok`` 404."""

        options: Json = {
            "json": body,
            "params": params or None,
            "headers": dict(headers or {}),
            "microversion": microversion or None,
        }

        def exchange() -> Json:
            response = self._request(method, service, path, options)
            request = f"{method} {service} {path.partition('?')[0]}"
            return self._json(response, request, missing_ok=missing_ok)

        if method != "GET":
            self._be_ready(service)
            return exchange()
        # keystoneauth repeats it as often as the configuration says
        if self.access.service(service).retries:
            return exchange()
        repeated = call_limits.of(self.name, service).count_retry
        return ask_again(exchange, before_again=repeated)

    def _request(self, method: str, service: str, path: str, options: Json) -> Any:
        """Do one request, when the service can take one more."""
        self.calls[service] += 1
        retries = self._retries(service, method)
        call_limits.refresh(self.name, self._allowed_calls)
        limit = call_limits.of(self.name, service)
        adapter = self._ask(lambda: self._adapters[service])
        with limit.call(kind_of(method, path)) as outcome:
            response = self._ask(
                lambda: adapter.request(path, method, raise_exc=False, **options, **retries)
            )
            outcome.status = response.status_code
        return response

    def _allowed_calls(self) -> Mapping[str, int]:
        return self.access.limits_now().at(datetime.now(UTC)).calls

    def _be_ready(self, service: str) -> None:
        """Log in and find the service, which may be tried again; a write may not."""
        self._read(lambda: self._adapters[service])
        note_write(self.session)
        self._read(self.session.get_token)

    def _json(self, response: Any, request: str, *, missing_ok: bool) -> Json:
        if response.status_code == 404 and missing_ok:
            check_absence(response, cloud=self.name, request=request)
            return {}
        if response.status_code >= 400:
            raise self._refusal(response, request)
        return json_of(response, cloud=self.name, request=request)

    def exchange_bytes(
        self, method: str, service: str, path: str, *, headers: Mapping[str, str], data: bytes = b""
    ) -> bytes:
        """Send or fetch what is no JSON, such as a secret: keystoneauth logs nothing of it."""
        self._be_ready(service)
        self.calls[service] += 1
        asked: Json = {"headers": dict(headers), "raise_exc": False, "log": False}
        answer = self._ask(
            lambda: self._adapters[service].request(path, method, data=data or None, **asked)
        )
        if answer.status_code >= 400:
            raise self._refusal(answer, f"{method} {service} {path}")
        return bytes(answer.content)

    def stream(self, path: str, *, service: str = "image") -> Any:
        """Open the bytes of an image or object for reading; the answer is closed by the caller."""

        def opened() -> Any:
            self.calls[service] += 1
            response = self._ask(
                lambda: self._adapters[service].get(path, stream=True, raise_exc=False)
            )
            if response.status_code >= 400:
                raise self._refusal(response, f"GET {service} {path}")
            return response

        return ask_again(opened)

    def upload(self, path: str, chunks: Any, *, service: str = "image") -> Mapping[str, str]:
        """Send bytes to an image or object, and return the headers of the answer.

        With the token given by hand: keystoneauth would answer a 401 by sending the request again,
        with a body that has been consumed. The token lives long enough for servers that look at it
        only when they have all of the body.
        """
        self.calls[service] += 1
        headers = {
            "Content-Type": "application/octet-stream",
            "X-Auth-Token": self.fresh_token(seconds=600 + len(chunks) // SLOWEST_UPLOAD),
        }
        response = self._ask(
            lambda: self._adapters[service].put(
                path,
                data=chunks,
                headers=headers,
                authenticated=False,
                raise_exc=False,
                timeout=ANSWER_SECONDS * 10,
            )
        )
        if response.status_code == 401:
            raise Retryable(f"Cloud {self.name} no longer took the token of an upload.")
        if response.status_code >= 400:
            raise self._refusal(response, f"PUT {service} {path}")
        answered: Mapping[str, str] = response.headers
        return answered

    def _retries(self, service: str, method: str) -> Mapping[str, Any]:
        """Return what the configuration asks for, of reads: a write whose answer was lost may
        have been done."""
        return self.access.service(service).retries if method == "GET" else {}

    def _part(self, body: Json, key: str, request: str) -> Json:
        found: Json = part_of(body, key, cloud=self.name, request=request)
        return found

    def _refusal(self, response: Any, request: str) -> PumphouseError:
        return refusal_of(response, cloud=self.name, request=request)

    def _read(self, question: Callable[[], Found]) -> Found:
        return ask_again(lambda: self._ask(question))

    def _ask(self, question: Callable[[], Found]) -> Found:
        """Ask keystoneauth, with its errors as ours."""
        with translated_errors(self.access):
            return question()
