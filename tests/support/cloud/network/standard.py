"""What all of neutron's collections have in common: standard attributes and owners."""

from typing import TYPE_CHECKING, Any

from tests.support.cloud.collection import Collection
from tests.support.cloud.fields import Field, Fields
from tests.support.cloud.messages import Json, Refused, Request

if TYPE_CHECKING:
    from tests.support.cloud.network import Network

STANDARD = {
    **{"id": "", "description": "", "project_id": "", "tenant_id": "", "tags": []},
    **{"created_at": "", "updated_at": "", "revision_number": 0},
}
READ_ONLY = frozenset({"id", "status", "created_at", "updated_at", "revision_number", "tags"})


class NeutronCollection(Collection):
    """A collection of neutron's. Owners are named twice, and every change is counted."""

    service: "Network"

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
