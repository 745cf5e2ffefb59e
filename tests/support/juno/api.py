"""One API of the stand-in: a table of routes on one or several ports."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from tests.support.juno.messages import Json, Refused, Reply, Request

if TYPE_CHECKING:
    from tests.support.juno.cloud import JunoCloud

Method = TypeVar("Method", bound=Callable[..., Any])

_ROUTES = "_routes_of_juno"
_part = re.compile(r"\{(\w+)\}")


def route(
    method: str, template: str, *, ports: tuple[str, ...] = (), open_to_all: bool = False
) -> Callable[[Method], Method]:
    """Make a method of a ``JunoApi`` the answer to a request; ``{name}`` is one part of its path.

    ``ports`` are those that have it, where not all of the API's do; ``open_to_all`` needs no token.
    """
    pattern = re.compile(_part.sub(r"(?P<\1>[^/]+)", template))

    def marked(function: Method) -> Method:
        routes = getattr(function, _ROUTES, ())
        setattr(function, _ROUTES, (*routes, (method, pattern, ports, open_to_all)))
        return function

    return marked


class JunoApi:
    """A subclass answers for one API. ``ports`` are named as in the recordings.

    Methods return JSON (with 200), None (204) or a ``Reply``, and raise ``Refused``. Several APIs
    may share a port: the first that has a route answers.
    """

    name: ClassVar[str]
    ports: ClassVar[tuple[str, ...]]
    _table: ClassVar[list[tuple[str, Any]]] = []

    def __init_subclass__(cls) -> None:
        """Collect the routes: of two that fit, the one with fewer variable parts answers."""
        names = dir(cls)
        found = [
            (name, each) for name in names for each in getattr(getattr(cls, name), _ROUTES, ())
        ]
        cls._table = sorted(found, key=lambda named: named[1][1].groups)

    def __init__(self, cloud: "JunoCloud") -> None:
        self.cloud = cloud

    @property
    def state(self) -> Json:
        """What the API has: the seed of its name, and what was written since."""
        found: Json = self.cloud.state[self.name]
        return found

    def answer(self, request: Request) -> Reply | None:
        """Return the reply to a request, None where this API has no route for it."""
        for name, (method, pattern, ports, open_to_all) in self._table:
            found = pattern.fullmatch(request.path)
            if found and method == request.method and request.port in (ports or self.ports):
                return self._perform(getattr(self, name), request, found, open_to_all)
        return None

    def envelope(self, refused: Refused) -> Any:
        """Return the body of an error, as this API writes it."""
        raise NotImplementedError

    def _perform(
        self, handler: Callable[..., Any], request: Request, found: re.Match[str], is_open: bool
    ) -> Reply:
        try:
            if not is_open:
                self.cloud.caller(request)
            result = handler(request, **found.groupdict())
        except Refused as refused:
            return Reply(refused.status, self.envelope(refused))
        if isinstance(result, Reply):
            return result
        return Reply(204) if result is None else Reply(200, result)
