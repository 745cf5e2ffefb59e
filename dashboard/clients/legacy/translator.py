"""Today's API in front of an old one: an adapter with a table of routes.

A subclass is one old API. Its methods answer today's requests with the help of the old API:

    @route("GET", "/users/{user_id}")
    def user(self, call: Call, user_id: str) -> Json:
        return {"user": _user(self.ask("GET", f"/users/{user_id}")["user"])}

They return the body of the answer, None for an empty one, an ``Answer`` with another status than
200, or the response of the old API itself. A field that the old API does not have is left out.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar
from urllib.parse import parse_qs

from keystoneauth1.adapter import Adapter

from dashboard.clients.legacy.answers import Answer, OldApiRefusedError, refused
from dashboard.clients.legacy.found import Found

Json = dict[str, Any]
Handler = Callable[..., Any]
Method = TypeVar("Method", bound=Handler)

_ROUTES = "_routes_of_today"
_part = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, kw_only=True)
class Call:
    """A request of today. ``query`` has the last value of each parameter, as text, and ``lists``
    all of them; ``body`` is JSON; ``options`` are what keystoneauth takes beside, as ``stream`` or
    ``data``."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    lists: Mapping[str, list[str]] = field(default_factory=dict)
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)


def route(method: str, template: str) -> Callable[[Method], Method]:
    """Make a method of a ``Translator`` the answer to a request; ``{name}`` is one part of its
    path, which is passed on by that name. A method may have several."""

    def marked(function: Method) -> Method:
        routes = getattr(function, _ROUTES, ())
        setattr(function, _ROUTES, (*routes, (method, _pattern(template))))
        return function

    return marked


class Translator:
    """One old API behind the interface of today's.

    It is used where keystoneauth's adapter is for today's clouds, and has what ``CloudSession``
    needs of that. ``service`` is named as in openstacksdk; ``name`` is the API's own.
    """

    name: ClassVar[str]
    service: ClassVar[str]
    newest_microversion: ClassVar[tuple[int, int]] = (0, 0)
    """What callers ask no more than; (0, 0) for none."""
    has_todays_paths: ClassVar[bool] = False
    """Whether a request without a route is passed on as it is."""
    _table: ClassVar[list[tuple[str, re.Pattern[str], str]]] = []

    def __init_subclass__(cls) -> None:
        """Collect the routes of the class, and those that it inherits."""
        names = {name: None for base in reversed(cls.__mro__) for name in vars(base)}
        found = ((name, getattr(getattr(cls, name), _ROUTES, ())) for name in names)
        cls._table = [(method, path, name) for name, each in found for method, path in each]

    def __init__(self, found: Found) -> None:
        self.found = found
        self.old = self.connect(found)

    @classmethod
    def speaks(cls, found: Found) -> bool:
        """Return whether the cloud has only this API of the service.

        It is asked of every cloud, so that it must ask today's clouds nothing: look at
        ``found.version`` and ``found.catalogue_types`` before anything that sends a request.
        """
        raise NotImplementedError

    def connect(self, found: Found) -> Adapter:
        """Return the adapter that leads to the old API: that of the service itself."""
        return found.adapter

    def get_endpoint(self) -> str:
        """Return the address of the old API."""
        return str(self.old.get_endpoint() or "")

    def request(
        self,
        path: str,
        method: str,
        *,
        json: Any = None,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        **options: Any,
    ) -> Any:
        """Answer a request of today. ``microversion`` and ``raise_exc`` are without effect: no
        old API has microversions, and errors are answers."""
        path, _, query = path.partition("?")
        beside = {key: options[key] for key in options if key not in ("microversion", "raise_exc")}
        lists = {**parse_qs(query, keep_blank_values=True), **_lists(params or {})}
        call = Call(
            method=method,
            path=path,
            query={name: values[-1] for name, values in lists.items()},
            lists=lists,
            body=json,
            headers=headers or {},
            options=beside,
        )
        try:
            return self.answered(call)
        except OldApiRefusedError as error:
            return error.response

    def get(self, path: str, **options: Any) -> Any:
        """Answer a GET."""
        return self.request(path, "GET", **options)

    def put(self, path: str, **options: Any) -> Any:
        """Answer a PUT."""
        return self.request(path, "PUT", **options)

    def _untranslated(self, call: Call) -> Any:
        """Answer what has no route: by the old API, if its paths are mostly those of today, else
        404 to a read, since there is no such thing, and 501."""
        if self.has_todays_paths:
            return self.pass_on(call)
        sentence = f"{self.name} has nothing for {call.method} {call.path}."
        return refused(404 if call.method == "GET" else 501, sentence)

    def pass_on(self, call: Call, path: str = "") -> Any:
        """Send a request to the old API as it is, or to another path; return its response."""
        return self.old.request(
            path or call.path,
            call.method,
            json=call.body,
            params=_as_sent(call.lists) or None,
            headers={"Accept": "application/json", **call.headers},
            raise_exc=False,
            **call.options,
        )

    def ask(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        query: Mapping[str, Any] | None = None,
        of: Adapter | None = None,
    ) -> Json:
        """Ask the old API and return its JSON, {} where the answer has none.

        ``of`` is another adapter than the usual one. Raises ``OldApiRefusedError``, which becomes
        the answer, for 400 and above.
        """
        response = (of or self.old).request(
            path,
            method,
            json=body,
            params=dict(query) if query else None,
            headers={"Accept": "application/json"},
            raise_exc=False,
        )
        if response.status_code >= 400:
            raise OldApiRefusedError(response)
        found: Json = response.json() if response.content else {}
        return found

    def find(self, path: str, *, query: Mapping[str, Any] | None = None) -> Json | None:
        """Return what the old API has at a path, None for a 404."""
        try:
            return self.ask("GET", path, query=query)
        except OldApiRefusedError as error:
            if error.response.status_code == 404:
                return None
            raise

    def answered(self, call: Call) -> Any:
        """Return the answer of the route that fits a request, or of the old API itself."""
        for method, pattern, name in self._table:
            if method == call.method and (found := pattern.fullmatch(call.path)):
                result = getattr(self, name)(call, **found.groupdict())
                return result if hasattr(result, "status_code") else _answer(result)
        return self._untranslated(call)


def _answer(body: Any) -> Answer:
    return Answer(204) if body is None else Answer(200, body)


def _as_sent(lists: Mapping[str, list[str]]) -> Json:
    return {name: values[0] if len(values) == 1 else values for name, values in lists.items()}


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(_part.sub(r"(?P<\1>[^/]+)", template))


def _lists(params: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the values of each parameter as texts; those without any are left out."""
    lists = {
        name: [*value] if isinstance(value, (list, tuple, set, frozenset)) else [value]
        for name, value in params.items()
    }
    return {name: [str(value) for value in values] for name, values in lists.items() if values}
