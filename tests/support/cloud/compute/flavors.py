"""Flavors, their extra specs, and who may use the private ones."""

from collections.abc import Iterable
from typing import Any

from tests.support.cloud.collection import Collection
from tests.support.cloud.fields import Field, Fields
from tests.support.cloud.messages import Json, Refused, Request

_PUBLIC = "os-flavor-access:is_public"
_NO_SWAP_AS_NUMBER = (2, 75)


class Flavors(Collection):
    """Flavors. A private one is seen by the projects that have access to it."""

    def __init__(self) -> None:
        fields = {
            **{"id": "", "name": "", "ram": 0, "vcpus": 0, "disk": 0, "swap": 0, "links": []},
            **{"OS-FLV-EXT-DATA:ephemeral": 0, "OS-FLV-DISABLED:disabled": False},
            **{"rxtx_factor": 1.0, _PUBLIC: True},
            "description": Field(since="2.55"),
            "extra_specs": Field(default={}, since="2.61"),
        }
        super().__init__(
            path="flavors",
            singular="flavor",
            fields=Fields(fields),
            owner="",
            required=("name", "ram", "vcpus", "disk"),
            unique=("name",),
            for_admin=frozenset({"create", "update", "delete"}),
        )

    def routes(self) -> Iterable[tuple[str, str, Any]]:
        """Also the extra specs and the access of projects."""
        yield "GET", "flavors/detail", self.index
        yield "GET", "flavors/{}/os-extra_specs", self.show_specs
        yield "POST", "flavors/{}/os-extra_specs", self.set_specs
        yield "GET", "flavors/{}/os-flavor-access", self.show_access
        yield "POST", "flavors/{}/action", self.act
        yield from super().routes()

    def own_fields(self, request: Request) -> Json:
        """Flavors may be given an id."""
        return {"id": self.cloud.new_id()}

    def prepare(self, row: Json, given: Json, request: Request) -> None:
        """Refuse an id that is taken."""
        row["id"] = str(row["id"])
        if row["id"] in self.rows:
            raise Refused(409, f"Flavor with ID {row['id']} already exists.")
        row["links"] = [
            {"rel": "self", "href": f"{self.cloud.url}/compute/v2.1/flavors/{row['id']}"},
            {"rel": "bookmark", "href": f"{self.cloud.url}/compute/flavors/{row['id']}"},
        ]

    def duplicate(self, row: Json) -> Refused:
        """Return the error for a name that is taken."""
        return Refused(409, f"Flavor with name {row['name']} already exists.")

    def view(self, row: Json, request: Request) -> Json:
        """Return a flavor; no swap is "" before microversion 2.75."""
        found = super().view(row, request)
        if not found["swap"] and request.version < _NO_SWAP_AS_NUMBER:
            found["swap"] = ""
        return found

    def is_visible(self, row: Json, request: Request) -> bool:
        """Return whether a flavor is everybody's, or the asker's project has access to it."""
        asker = request.asker
        return asker.is_admin or row[_PUBLIC] or asker.project_id in self.access_of(row["id"])

    def matches(self, row: Json, request: Request) -> bool:
        """Public ones are listed by default, all of them for ``is_public=None``."""
        wanted = request.asks("is_public", "true").lower()
        return wanted == "none" or row[_PUBLIC] == (wanted == "true")

    def show_specs(self, request: Request) -> Json:
        """Answer with the extra specs."""
        return {"extra_specs": self.seen(request)["extra_specs"]}

    def set_specs(self, request: Request) -> Json:
        """Set some of the extra specs."""
        self.permit("update", request)
        self.seen(request)["extra_specs"].update(request.body["extra_specs"])
        return {"extra_specs": request.body["extra_specs"]}

    def show_access(self, request: Request) -> Json:
        """Answer with the projects that may use a private flavor."""
        self.permit("update", request)
        row = self.get(request.ids[0])
        if row[_PUBLIC]:
            raise Refused(404, "Access list not available for public flavors.")
        found = [{"flavor_id": row["id"], "tenant_id": id_} for id_ in self.access_of(row["id"])]
        return {"flavor_access": found}

    def act(self, request: Request) -> Json:
        """Grant a project access to a private flavor, or revoke it."""
        self.permit("update", request)
        row = self.get(request.ids[0])
        [(action, arguments)] = request.body.items()
        project_id = arguments["tenant"]
        if action == "addTenantAccess":
            self._add_access(row, project_id)
        elif project_id not in self.access_of(row["id"]):
            raise Refused(404, f"Flavor access not found for {row['id']} / {project_id}.")
        else:
            del self.accesses[f"{row['id']}:{project_id}"]
        return self.show_access(request)

    def _add_access(self, row: Json, project_id: str) -> None:
        if row[_PUBLIC]:
            raise Refused(409, "Can not add access to a public flavor.")
        if project_id in self.access_of(row["id"]):
            raise Refused(
                409, f"Flavor access already exists for flavor {row['id']} and project {project_id}"
            )
        self.give(row["id"], project_id)

    def give(self, flavor_id: str, project_id: str) -> None:
        """Grant a project the use of a private flavor."""
        id_ = f"{flavor_id}:{project_id}"
        self.accesses[id_] = {"id": id_, "flavor_id": flavor_id, "tenant_id": project_id}

    @property
    def accesses(self) -> dict[str, Json]:
        """Who may use private flavors, by the ids of flavor and project."""
        return self.cloud.rows("compute/flavor_access")

    def access_of(self, flavor_id: str) -> list[str]:
        """Return the ids of the projects that may use a private flavor."""
        rows = self.accesses.values()
        return [row["tenant_id"] for row in rows if row["flavor_id"] == flavor_id]

    def remove(self, row: Json, request: Request) -> None:
        """Take a flavor away, and who may use it."""
        super().remove(row, request)
        for project_id in self.access_of(row["id"]):
            del self.accesses[f"{row['id']}:{project_id}"]
