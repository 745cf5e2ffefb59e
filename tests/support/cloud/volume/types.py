"""Types of volumes."""

from tests.support.cloud.collection import Collection
from tests.support.cloud.fields import Fields
from tests.support.cloud.messages import Json, Request

DEFAULT = "__DEFAULT__"


class VolumeTypes(Collection):
    """Types of volumes; since Train there is always one."""

    def __init__(self) -> None:
        fields = {
            **{"id": "", "name": "", "description": None, "extra_specs": {}, "is_public": True},
            **{"qos_specs_id": None, "os-volume-type-access:is_public": True},
        }
        super().__init__(
            path="types",
            singular="volume_type",
            plural="volume_types",
            fields=Fields(fields),
            owner="",
            required=("name",),
            unique=("name",),
            for_admin=frozenset({"create", "update", "delete"}),
        )

    def add_defaults(self) -> None:
        """Make the types that a cloud of the release has."""
        self.add("nfs", extra_specs={"volume_backend_name": "nfs"})
        if self.cloud.release.is_from("2023.1"):
            self.add(DEFAULT, description="Default Volume Type")

    def add(self, name: str, **fields: object) -> Json:
        """Store a type."""
        row = {**self.fields.defaults(), "id": self.cloud.new_id(), "name": name, **fields}
        self.rows[row["id"]] = row
        return row

    def chosen(self, name_or_id: str | None) -> Json | None:
        """Return the type that is meant, the default one for none, None where there is none."""
        wanted = name_or_id or DEFAULT
        return next((t for t in self.rows.values() if wanted in (t["id"], t["name"])), None)

    def matches(self, row: Json, request: Request) -> bool:
        """All types are public here."""
        return True
