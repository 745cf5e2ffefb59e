"""A collection of a service: rows of JSON with the rules that all collections have in common."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.support.cloud.fields import Fields
from tests.support.cloud.messages import Answer, Json, Refused, Request
from tests.support.cloud.service import Handler, Service

# parameters that choose or order rows rather than filter by a field
NOT_FILTERS = frozenset(
    {"limit", "marker", "sort_key", "sort_dir", "sort", "fields", "page_reverse", "all_tenants"}
)
LATER = "~later"
# the change that takes an object away
GONE = "~gone"


@dataclass(kw_only=True)
class Collection:
    """A collection: what its objects have, need and forbid.

    ``path`` and ``singular`` are the API's; ``owner`` is the field with the project's id, "" where
    objects are everybody's. ``unique`` fields must not have the same values twice. ``references``
    name the collections that fields point into; what is pointed at cannot be deleted.
    ``for_admin`` are the actions (list, create, update, delete) that only administrators may do.
    """

    path: str
    singular: str
    fields: Fields
    plural: str = ""
    owner: str = "project_id"
    required: tuple[str, ...] = ()
    unique: tuple[str, ...] = ()
    references: Mapping[str, str] = field(default_factory=dict)
    for_admin: frozenset[str] = frozenset()
    read_only: frozenset[str] = frozenset({"id"})
    change_method: str = "PUT"

    def join(self, service: Service) -> None:
        """Become part of a service: answer its requests."""
        self.service = service
        self.cloud = service.cloud
        self.plural = self.plural or self.path.replace("-", "_")
        for method, template, handler in self.routes():
            service.route(method, template, self.guarded(handler))

    def guarded(self, handler: Handler) -> Handler:
        """Return what answers a request in place of the handler."""
        return handler

    def routes(self) -> Iterable[tuple[str, str, Any]]:
        """Yield what requests are answered, and by which methods."""
        one = f"{self.path}/{{}}"
        yield "GET", self.path, self.index
        yield "POST", self.path, self.create
        yield "GET", one, self.show
        yield self.change_method, one, self.update
        yield "DELETE", one, self.delete

    @property
    def rows(self) -> dict[str, Json]:
        """All objects by id."""
        return self.cloud.rows(f"{self.service.type}/{self.path}")

    # reading

    def index(self, request: Request) -> Json:
        """Answer with a page of those objects that the asker sees and the query wants."""
        self.permit("list", request)
        found = [row for row in self.visible(request) if self.matches(row, request)]
        page = self.service.page(request, self.plural, found)
        page[self.plural] = [self.view(row, request) for row in page[self.plural]]
        return page

    def show(self, request: Request) -> Json:
        """Answer with one object."""
        return {self.singular: self.view(self.seen(request), request)}

    def visible(self, request: Request) -> list[Json]:
        """Return the objects that the asker may see."""
        there = (row for row in [*self.rows.values()] if self.settle(row))
        return [row for row in there if self.is_visible(row, request)]

    def is_visible(self, row: Json, request: Request) -> bool:
        """Return whether the asker may see an object: its own project's, or all as an admin."""
        asker = request.asker
        return not self.owner or asker.is_admin or row[self.owner] == asker.project_id

    def matches(self, row: Json, request: Request) -> bool:
        """Return whether an object has one of the wanted values of each parameter."""
        return all(
            any(_is_same(row.get(name), value) for value in values)
            for name, values in self.filters(request).items()
        )

    def filters(self, request: Request) -> Mapping[str, list[str]]:
        """Return the parameters that filter by fields."""
        return {name: v for name, v in request.query.items() if name not in NOT_FILTERS}

    def view(self, row: Json, request: Request) -> Json:
        """Return an object as the asker sees it."""
        return self.fields.view(row, self.cloud.release, request)

    def get(self, id_: str) -> Json:
        """Return an object. Raises ``Refused`` with 404 when there is none."""
        if id_ not in self.rows:
            raise self.missing(id_)
        return self.rows[id_]

    def seen(self, request: Request) -> Json:
        """Return the object that a request names, if the asker may see it."""
        row = self.get(request.ids[0])
        if not (self.settle(row) and self.is_visible(row, request)):
            raise self.missing(request.ids[0])
        return row

    def missing(self, id_: str) -> Refused:
        """Return the error for an id that there is not, in the service's words."""
        name = self.singular.replace("_", " ").capitalize()
        kind = f"{self.singular.title().replace('_', '')}NotFound"
        return Refused(404, f"{name} {id_} could not be found.", kind=kind)

    def where(self, **wanted: Any) -> list[Json]:
        """Return the objects that have all of these values."""
        return [
            row
            for row in [*self.rows.values()]
            if all(row.get(name) == value for name, value in wanted.items())
        ]

    # writing

    def create(self, request: Request) -> Json | Answer:
        """Make an object and answer with it."""
        self.permit("create", request)
        given = self.accepted(request.body.get(self.singular) or {}, request)
        row = self.make(given, request)
        return {self.singular: self.view(row, request)}

    def accepted(self, given: Json, request: Request) -> Json:
        """Return the attributes that were sent, if all of them can be."""
        release = self.cloud.release
        if unknown := self.fields.unknown(given, release, request.version):
            raise self.unrecognized(unknown)
        if self.fields.denied(given):
            self.service.require_admin(request)
        return given

    def unrecognized(self, names: list[str]) -> Refused:
        """Return the error for attributes that the service does not know."""
        sentence = f"Unrecognized attribute(s) '{', '.join(names)}'"
        return Refused(400, sentence, kind="HTTPBadRequest")

    def make(self, given: Json, request: Request) -> Json:
        """Store a new object and return it."""
        for name in self.required:
            if given.get(name) is None:
                raise self.lacking(name)
        row = {**self.fields.defaults(), **self.own_fields(request), **given}
        self.prepare(row, given, request)
        self.require_references(row)
        self.require_unique(row)
        self.cloud.quotas.require(self, row)
        self.rows[row["id"]] = row
        self.made(row, request)
        return row

    def own_fields(self, request: Request) -> Json:
        """Return what every new object gets: its id and owner."""
        own = {"id": self.cloud.new_id()}
        return {**own, self.owner: request.asker.project_id} if self.owner else own

    def lacking(self, name: str) -> Refused:
        """Return the error for a required attribute that was not sent."""
        return Refused(400, f"Invalid input for field/attribute {name}. '{name}' is required.")

    def prepare(self, row: Json, given: Json, request: Request) -> None:
        """Complete a new object before it is stored, or raise ``Refused``."""

    def made(self, row: Json, request: Request) -> None:
        """Do what follows from a new object."""

    def require_references(self, row: Json) -> None:
        """Raise ``Refused`` for an object that points at what there is not."""
        for name, path in self.references.items():
            if row.get(name):
                self.service_collection(path).get(row[name])

    def require_unique(self, row: Json) -> None:
        """Raise ``Refused`` with 409 for the second of what there may be one of."""
        wanted = {name: row.get(name) for name in self.unique}
        if wanted and any(other["id"] != row["id"] for other in self.where(**wanted)):
            raise self.duplicate(row)

    def duplicate(self, row: Json) -> Refused:
        """Return the error for a second object with the same name."""
        return Refused(409, f"Duplicate entry {row[self.unique[0]]!r}.", kind="Conflict")

    def update(self, request: Request) -> Json:
        """Change an object and answer with it."""
        self.permit("update", request)
        row = self.owned(request)
        given = self.accepted(request.body.get(self.singular) or {}, request)
        for name in given:
            if name in self.read_only:
                raise Refused(400, f"Cannot update read-only attribute {name}")
        self.change(row, given, request)
        return {self.singular: self.view(row, request)}

    def change(self, row: Json, given: Json, request: Request) -> None:
        """Apply a change that was sent."""
        changed = {**row, **given}
        self.require_references(changed)
        self.require_unique(changed)
        row.update(given)

    def owned(self, request: Request) -> Json:
        """Return the object that a request names, if the asker may change it."""
        row, asker = self.seen(request), request.asker
        if self.owner and not asker.is_admin and row[self.owner] != asker.project_id:
            raise Refused(403, self.service.denial, kind="PolicyNotAuthorized")
        return row

    def delete(self, request: Request) -> None:
        """Delete an object that nothing uses."""
        self.permit("delete", request)
        self.remove(self.owned(request), request)

    def remove(self, row: Json, request: Request) -> None:
        """Take an object away, or raise ``Refused`` where it is in use."""
        self.rows.pop(row["id"], None)

    def permit(self, action: str, request: Request) -> None:
        """Raise ``Refused`` with 403 for what only administrators may do."""
        if action in self.for_admin:
            self.service.require_admin(request)

    def service_collection(self, path: str) -> "Collection":
        """Return another collection of the cloud, named as ``type/path`` or by its path here."""
        type_, _, name = path.rpartition("/")
        return self.cloud.collection(type_ or self.service.type, name)

    # states that change while one looks

    def later(self, row: Json, **changes: Any) -> None:
        """Change an object once it has been read as often as the cloud is slow."""
        row[LATER] = {"polls": self.cloud.polls, "changes": changes}
        if not self.cloud.polls:
            self._apply(row)

    def settle(self, row: Json) -> bool:
        """Change an object that is being looked at, if it is time; return whether it is there."""
        if pending := row.get(LATER):
            pending["polls"] -= 1
            if pending["polls"] < 0:
                self._apply(row)
        return row["id"] in self.rows

    def _apply(self, row: Json) -> None:
        changes = row.pop(LATER)["changes"]
        if changes.pop(GONE, False):
            self.gone(row)
            self.rows.pop(row["id"], None)
        row.update(changes)

    def gone(self, row: Json) -> None:
        """Do what follows from an object's being deleted, when that took its time."""


def _is_same(value: Any, wanted: str) -> bool:
    if isinstance(value, bool):
        return str(value).lower() == wanted.lower()
    return ("" if value is None else str(value)) == wanted
