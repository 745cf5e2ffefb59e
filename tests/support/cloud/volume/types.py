"""Types of volumes."""

from collections.abc import Iterable
from typing import Any

from tests.support.cloud.collection import Collection
from tests.support.cloud.fields import Fields
from tests.support.cloud.messages import Answer, Json, Refused, Request
from tests.support.cloud.quotas import UNLIMITED

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

    def default_limits(self) -> dict[str, int]:
        """Return the limits that there are of each type by itself: none."""
        kinds, names = (
            ("gigabytes", "snapshots", "volumes"),
            (t["name"] for t in self.rows.values()),
        )
        return {f"{kind}_{name}": UNLIMITED for name in names for kind in kinds}

    def add(self, name: str, **fields: object) -> Json:
        """Store a type."""
        row = {**self.fields.defaults(), "id": self.cloud.new_id(), "name": name, **fields}
        self.rows[row["id"]] = row
        return row

    def chosen(self, name_or_id: str | None) -> Json | None:
        """Return the type that is meant, the default one for none, None where there is none."""
        wanted = name_or_id or DEFAULT
        return next((t for t in self.rows.values() if wanted in (t["id"], t["name"])), None)

    def routes(self) -> Iterable[tuple[str, str, Any]]:
        """Also the access of projects to private types."""
        yield "GET", "types/{}/os-volume-type-access", self.show_access
        yield "GET", "types/{}/encryption", self.show_encryption
        yield "POST", "types/{}/encryption", self.set_encryption
        yield "POST", "types/{}/action", self.change_access
        yield from super().routes()

    def matches(self, row: Json, request: Request) -> bool:
        """Public ones are listed by default, all of them for ``is_public=None``."""
        wanted = request.asks("is_public", "true").lower()
        return wanted == "none" or row["is_public"] == (wanted == "true")

    def is_usable(self, row: Json, request: Request) -> bool:
        """Return whether the asker's project may make volumes of a type."""
        return row["is_public"] or request.asker.project_id in self.access_of(row["id"])

    def prepare(self, row: Json, given: Json, request: Request) -> None:
        """Take the name under which Cinder is sent that a type is private."""
        row["is_public"] = row["os-volume-type-access:is_public"]

    def duplicate(self, row: Json) -> Refused:
        """Return the error for a second type with the same name."""
        return Refused(409, f"Volume Type {row['name']} already exists.")

    def remove(self, row: Json, request: Request) -> None:
        """Delete a type of which there is no volume."""
        if self.service_collection("volumes").where(volume_type_id=row["id"]):
            raise Refused(400, "Target volume type is still in use.")
        super().remove(row, request)
        for project_id in self.access_of(row["id"]):
            del self.accesses[f"{row['id']}:{project_id}"]

    def show_encryption(self, request: Request) -> Json:
        """Answer with how volumes of a type are encrypted, {} where they are not."""
        self.service.require_admin(request)
        found: Json = self.get(request.ids[0]).get("~encryption", {})
        return found

    def set_encryption(self, request: Request) -> Json:
        """Have a type encrypt, of which there is no volume."""
        self.service.require_admin(request)
        row = self.get(request.ids[0])
        if row.get("~encryption") or self.service_collection("volumes").where(
            volume_type_id=row["id"]
        ):
            raise Refused(400, "Cannot create encryption specs. Volume type in use.")
        row["~encryption"] = dict(request.body["encryption"])
        return {"encryption": {**row["~encryption"], "volume_type_id": row["id"]}}

    def show_access(self, request: Request) -> Json:
        """Answer with the projects that may use a private type."""
        self.service.require_admin(request)
        row = self.get(request.ids[0])
        if row["is_public"]:
            raise Refused(404, "Access list not available for public volume types.")
        access = self.access_of(row["id"])
        return {
            "volume_type_access": [{"volume_type_id": row["id"], "project_id": p} for p in access]
        }

    @property
    def accesses(self) -> dict[str, Json]:
        """Who may use private types, by the ids of type and project."""
        return self.cloud.rows("block_storage/type_access")

    def access_of(self, type_id: str) -> list[str]:
        """Return the ids of the projects that may use a private type."""
        rows = self.accesses.values()
        return [row["project_id"] for row in rows if row["volume_type_id"] == type_id]

    def change_access(self, request: Request) -> Answer:
        """Grant a project access to a private type, or revoke it."""
        self.permit("update", request)
        [(action, arguments)] = request.body.items()
        row, project_id = self.get(request.ids[0]), arguments["project"]
        access, told = self.access_of(row["id"]), f"{row['id']} / {project_id}"
        id_ = f"{row['id']}:{project_id}"
        if action == "addProjectAccess":
            if project_id in access:
                raise Refused(409, f"Type access for {told} already exists.")
            told_of = {"volume_type_id": row["id"], "project_id": project_id}
            self.accesses[id_] = {"id": id_, **told_of}
        elif project_id not in access:
            raise Refused(404, f"Volume type access not found for {told} combination.")
        else:
            del self.accesses[id_]
        return Answer(status=202)
