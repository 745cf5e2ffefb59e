"""What all of neutron's collections have in common: standard attributes and owners."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from tests.support.cloud.collection import Collection
from tests.support.cloud.fields import Field, Fields
from tests.support.cloud.messages import Json, Refused, Request
from tests.support.cloud.service import NOWHERE, Handler

if TYPE_CHECKING:
    from tests.support.cloud.network import Network

TAGGING = "standard-attr-tag"
STANDARD = {
    **{"id": "", "description": "", "project_id": "", "tenant_id": ""},
    "tags": Field(default=[], extension=TAGGING),
    **{"created_at": "", "updated_at": "", "revision_number": 0},
}
LONGEST_TAG, MOST_TAGS = 60, 50
READ_ONLY = frozenset({"id", "status", "created_at", "updated_at", "revision_number", "tags"})


class NeutronCollection(Collection):
    """A collection of neutron's. Owners are named twice, and every change is counted."""

    service: "Network"
    # what the path of the tags begins with, where that is not the collection's; None: it has none
    tagged_as: str | None = ""
    # the alias of the extension that has the collection, "" for neutron's own
    extension = ""

    def guarded(self, handler: Handler) -> Handler:
        """Return what answers with 404 where neutron lacks the extension."""

        def answer(request: Request) -> Any:
            if self.extension and self.extension not in self.cloud.release.extensions:
                raise Refused(404, NOWHERE, kind="HTTPNotFound")
            return handler(request)

        return answer

    def __init__(
        self,
        path: str,
        singular: str,
        fields: dict[str, Any],
        *,
        is_named: bool = True,
        **rules: Any,
    ) -> None:
        rules = {"read_only": READ_ONLY, **rules}
        known = Fields({**STANDARD, **({"name": ""} if is_named else {}), **fields})
        super().__init__(path=path, singular=singular, fields=known, **rules)

    def routes(self) -> Iterable[tuple[str, str, Any]]:
        """Also the tags."""
        yield from super().routes()
        if self.tagged_as is not None:
            path = f"{self.tagged_as or self.path}/{{}}/tags"
            yield "GET", path, self.show_tags
            yield "PUT", path, self.put_tags
            yield "DELETE", path, self.delete_tags

    def show_tags(self, request: Request) -> Json:
        """Answer with the tags of an object."""
        return {"tags": self._tagged(request, self.seen)["tags"]}

    def put_tags(self, request: Request) -> Json:
        """Replace the tags of an object."""
        row, tags = self._tagged(request, self.owned), request.body["tags"]
        if too_long := [tag for tag in tags if len(tag) > LONGEST_TAG]:
            sentence = f"'{too_long[0]}' exceeds maximum length of {LONGEST_TAG}."
            raise Refused(400, f"Invalid input for operation: {sentence}", kind="InvalidInput")
        if len(tags) > MOST_TAGS or len({*tags}) < len(tags):
            sentence = f"The number of tags exceed the per-resource limit of {MOST_TAGS}"
            raise Refused(400, f"Bad tag request: {sentence}", kind="BadRequest")
        row["tags"] = [*tags]
        self.touch(row)
        return {"tags": row["tags"]}

    def delete_tags(self, request: Request) -> None:
        """Take all tags off an object."""
        self._tagged(request, self.owned)["tags"] = []

    def _tagged(self, request: Request, found: Callable[[Request], Json]) -> Json:
        if TAGGING not in self.cloud.release.extensions:
            raise Refused(404, NOWHERE, kind="HTTPNotFound")
        return found(request)

    def accepted(self, given: Json, request: Request) -> Json:
        """Return what was sent, with the owner under both of its names."""
        owner = given.get("project_id") or given.get("tenant_id")
        given = super().accepted(given, request)
        if owner and owner != request.asker.project_id and not request.asker.is_admin:
            raise Refused(403, self.service.denial, kind="PolicyNotAuthorized")
        return {**given, **({"project_id": owner, "tenant_id": owner} if owner else {})}

    def own_fields(self, request: Request) -> Json:
        """Return what every new object gets."""
        now, owner = self.cloud.now(), request.asker.project_id
        times = {"created_at": now, "updated_at": now}
        return {"id": self.cloud.new_id(), "project_id": owner, "tenant_id": owner, **times}

    def change(self, row: Json, given: Json, request: Request) -> None:
        """Apply a change, and count it."""
        super().change(row, given, request)
        self.touch(row)

    def touch(self, row: Json) -> None:
        """Count a change of an object."""
        row["updated_at"] = self.cloud.now()
        row["revision_number"] += 1

    def filters(self, request: Request) -> dict[str, list[str]]:
        """Return the parameters that filter; the owner's old name means the same."""
        return {
            {"tenant_id": "project_id"}.get(name, name): values
            for name, values in super().filters(request).items()
        }


def with_extension(alias: str, default: Any = None, **options: Any) -> Field:
    """Return a field that objects have where neutron has an extension."""
    return Field(default=default, extension=alias, **options)
