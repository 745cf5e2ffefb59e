"""What all services of a cloud in memory do: routes, versions, policies, errors and pages."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlencode

from tests.support.cloud.fields import version_of
from tests.support.cloud.messages import NO_VERSION, Answer, Json, Refused, Request, Version

if TYPE_CHECKING:
    from tests.support.cloud.memory import MemoryCloud

Handler = Callable[[Request], Any]

UNAUTHORIZED = "The request you have made requires authentication."
NOWHERE = "The resource could not be found."


class Service:
    """One service. ``type`` is its name in the catalogue, ``root`` the first part of its address,
    ``prefix`` the version below which its paths are; ``path_in_catalogue`` follows the root there.
    """

    type: ClassVar[str]
    name: ClassVar[str]
    root: ClassVar[str]
    prefix: ClassVar[str] = ""
    path_in_catalogue: ClassVar[str] = ""
    # the name of the service in the header of microversions; "" for a service without any
    microversion_name: ClassVar[str] = ""
    oldest_version: ClassVar[str] = ""
    # what it answers where the object that a page follows is not there any more
    without_marker: ClassVar[int] = 404
    # paths of what belongs to a user rather than to a project: readers may write there
    about_oneself: ClassVar[tuple[str, ...]] = ()

    def __init__(self, cloud: "MemoryCloud") -> None:
        self.cloud = cloud
        self._routes: dict[tuple[str, int], list[tuple[list[str], Handler]]] = {}

    def route(self, method: str, template: str, handler: Handler) -> None:
        """Register what answers requests to a path; ``{}`` in it stands for any part."""
        parts = template.strip("/").split("/")
        self._routes.setdefault((method, len(parts)), []).append((parts, handler))

    @property
    def type_in_catalogue(self) -> str:
        """What the catalogue calls it."""
        return self.type

    def url_in_catalogue(self, project_id: str) -> str:
        """Return the address that the catalogue has for a project."""
        path = self.path_in_catalogue.format(project_id=project_id)
        return f"{self.cloud.url}/{self.root}{path}"

    def answer(self, request: Request) -> Answer:
        """Answer a request, with an error in the service's own envelope where it is refused."""
        headers: dict[str, str] = {}
        try:
            request = self._versioned(request)
            headers = self._version_headers(request.version)
            answer = self._perform(request)
        except Refused as refused:
            answer = self.error(refused)
        answer.headers = {**headers, **answer.headers}
        return answer

    def _perform(self, request: Request) -> Answer:
        if documents := self._version_documents(request):
            return documents
        self.authorize(request)
        below = request.path.removeprefix(self.prefix)
        handler, ids = self._find(request.method, self.without_project(below))
        result = handler(replace(request, path=below, ids=ids))
        return result if isinstance(result, Answer) else _answer(request.method, result)

    def without_project(self, path: str) -> str:
        """Return the path without a project's id, where the service has it in its addresses."""
        return path

    def _find(self, method: str, path: str) -> tuple[Handler, tuple[str, ...]]:
        parts = path.strip("/").split("/")
        for template, handler in self._routes.get((method, len(parts)), ()):
            pairs = [*zip(template, parts, strict=True)]
            if all(wanted in ("{}", part) for wanted, part in pairs):
                return handler, tuple(part for wanted, part in pairs if wanted == "{}")
        raise Refused(404, NOWHERE, kind="HTTPNotFound")

    def _version_documents(self, request: Request) -> Answer | None:
        """Return the documents that tell the versions: at the root, and at the version itself."""
        known = self.cloud.release.versions[self.type]
        found = known.get(request.path.rstrip("/"))
        if found is None or request.method != "GET":
            return None
        return Answer(status=found["status"], body=self.cloud.with_address(found["body"], self))

    def authorize(self, request: Request) -> None:
        """Refuse who has no token, and readers who want to write where the release denies it."""
        if request.token is None or not request.token.roles:
            raise Refused(401, UNAUTHORIZED)
        may_write = request.token.roles - self.readers
        about_self = request.path.removeprefix(self.prefix).startswith(self.about_oneself)
        if request.method != "GET" and not may_write and not about_self:
            raise Refused(403, self.denial, kind="PolicyNotAuthorized")

    def require_admin(self, request: Request) -> None:
        """Refuse what only administrators may do."""
        if not request.asker.is_admin:
            raise Refused(403, self.denial, kind="PolicyNotAuthorized")

    @property
    def readers(self) -> frozenset[str]:
        """The names of the roles with which nobody may write here."""
        honoured = self.type in self.cloud.release.honours_reader
        return frozenset({"reader"}) if honoured else frozenset()

    @property
    def denial(self) -> str:
        """What the service says to who may not do what it wants."""
        return "Policy does not allow this to be performed."

    def over_quota(self, name: str, *, limit: int, wanted: int) -> Refused:
        """Return the error for what a quota has no room for."""
        raise NotImplementedError

    @property
    def newest_version(self) -> str:
        """The newest microversion of the release, "" for none."""
        return self.cloud.release.newest.get(self.type, "")

    def _versioned(self, request: Request) -> Request:
        """Return the request with the microversion that it asks for."""
        if not self.microversion_name:
            return request
        given = request.headers.get("OpenStack-API-Version", "").split()
        asked = given[1] if len(given) == 2 and given[0] == self.microversion_name else ""
        if not asked:
            return replace(request, version=version_of(self.oldest_version))
        wanted = version_of(self.newest_version if asked == "latest" else asked)
        if not version_of(self.oldest_version) <= wanted <= version_of(self.newest_version):
            raise Refused(
                406,
                f"Version {asked} is not supported by the API. Minimum is {self.oldest_version} "
                f"and maximum is {self.newest_version}.",
            )
        return replace(request, version=wanted)

    def _version_headers(self, version: Version) -> dict[str, str]:
        if version == NO_VERSION:
            return {}
        text = f"{version[0]}.{version[1]}"
        return {"OpenStack-API-Version": f"{self.microversion_name} {text}"}

    def error(self, refused: Refused) -> Answer:
        """Return the answer to what is refused."""
        headers = {"x-openstack-request-id": f"req-{self.cloud.new_id()}"}
        if refused.retry_after:
            headers["Retry-After"] = refused.retry_after
        if refused.status == 401:  # the middleware answers in front of every service
            return Answer(status=401, body=error_of_keystone(refused), headers=headers)
        return Answer(status=refused.status, body=self.envelope(refused), headers=headers)

    def envelope(self, refused: Refused) -> Json:
        """Return the body of an error, as this service writes it."""
        raise NotImplementedError

    def with_query(self, request: Request, query: Mapping[str, list[str]]) -> Request:
        """Return the request with other parameters."""
        return replace(request, query=query)

    def page(self, request: Request, key: str, rows: list[Json], *, id_: str = "id") -> Json:
        """Return one page of a collection, with the link to the next in the service's own way."""
        marker, limit = request.asks("marker"), int(request.asks("limit", "0"))
        ids = [str(row[id_]) for row in rows]
        if marker and marker not in ids:
            raise Refused(self.without_marker, f"marker [{marker}] not found")
        start = ids.index(marker) + 1 if marker else 0
        sizes = [size for size in (limit, self.cloud.page_size) if size]
        page = rows[start : start + min(sizes, default=len(rows))]
        is_last = start + len(page) >= len(rows)
        if is_last:
            return {key: page}
        query = {name: values for name, values in request.query.items() if name != "marker"}
        following = urlencode({**query, "marker": page[-1][id_]}, doseq=True)
        address = f"{self.cloud.url}/{self.root}{self.prefix}{request.path}?{following}"
        return {key: page, f"{key}_links": [{"rel": "next", "href": address}]}


def error_of_keystone(refused: Refused) -> Json:
    """Return the body of an error as Keystone and its middleware write it."""
    return {"error": {"code": refused.status, "message": refused.message, "title": title(refused)}}


def title(refused: Refused) -> str:
    """Return the standard name of an error's status."""
    return HTTPStatus(refused.status).phrase


def _answer(method: str, result: Any) -> Answer:
    if result is None:
        return Answer(status=204)
    return Answer(status=201 if method == "POST" else 200, body=result)
