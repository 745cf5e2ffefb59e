"""Unified limits: what is registered for services, and what projects have instead."""

from typing import TYPE_CHECKING

from tests.support.cloud.messages import Answer, Json, Refused, Request

if TYPE_CHECKING:
    from tests.support.cloud.identity import Identity

GLANCE = "the-id-of-glance"


class UnifiedLimits:
    """The paths of registered limits and of those of projects. Of all services Glance has some."""

    def __init__(self, service: "Identity") -> None:
        self.service = service
        service.route("GET", "services", self.services)
        service.route("GET", "registered_limits", self.registered)
        service.route("POST", "registered_limits", self.register)
        service.route("GET", "limits", self.index)
        service.route("POST", "limits", self.create)
        service.route("PATCH", "limits/{}", self.update)
        service.route("DELETE", "limits/{}", self.delete)

    @property
    def defaults(self) -> dict[str, Json]:
        """The registered limits by their resources."""
        return self.service.cloud.rows("identity/registered_limits")

    @property
    def rows(self) -> dict[str, Json]:
        """The limits of projects by their ids."""
        return self.service.cloud.rows("identity/limits")

    def services(self, request: Request) -> Json:
        """Answer with Glance, the only service that is known by an id here."""
        self.service.require_admin(request)
        known = request.asks("type", "image") == "image"
        return {"services": [{"id": GLANCE, "type": "image", "name": "glance"}] if known else []}

    def registered(self, request: Request) -> Json:
        """Answer with the registered limits."""
        return {"registered_limits": [*self.defaults.values()]}

    def register(self, request: Request) -> Json:
        """Register limits."""
        self.service.require_admin(request)
        for given in request.body["registered_limits"]:
            row = {"id": self.service.cloud.new_id(), "region_id": None, **given}
            self.defaults[given["resource_name"]] = row
        return self.registered(request)

    def index(self, request: Request) -> Json:
        """Answer with the limits of a project, or of all: Keystone filters since Stein.

        Who acts in a project sees only that project's.
        """
        filters = self.service.cloud.release.is_from("2023.1")
        wanted = request.asks("project_id") if filters else ""
        if not request.asker.is_system:
            own = request.asker.project_id
            wanted = own if wanted in ("", own) else "nobody's"
        rows = [row for row in self.rows.values() if wanted in ("", row["project_id"])]
        return {"limits": rows}

    def create(self, request: Request) -> Json:
        """Set limits of a project for resources that are registered, each once."""
        self.service.require_admin(request)
        for given in request.body["limits"]:
            name, project_id = given["resource_name"], given["project_id"]
            if name not in self.defaults or given["service_id"] != GLANCE:
                raise Refused(403, "Unable to create limits: no registered limit exists.")
            for row in self.rows.values():
                if (row["resource_name"], row["project_id"]) == (name, project_id):
                    raise Refused(409, "Conflict occurred attempting to store limit.")
            id_ = self.service.cloud.new_id()
            self.rows[id_] = {"id": id_, "region_id": None, "description": None, **given}
        return {"limits": [*self.rows.values()]}

    def _named(self, request: Request) -> Json:
        self.service.require_admin(request)
        if request.ids[0] not in self.rows:
            raise Refused(404, f"Could not find limit: {request.ids[0]}.")
        return self.rows[request.ids[0]]

    def update(self, request: Request) -> Json:
        """Change a limit."""
        row = self._named(request)
        row.update(request.body["limit"])
        return {"limit": row}

    def delete(self, request: Request) -> Answer:
        """Delete a limit: the registered one counts from then on."""
        del self.rows[self._named(request)["id"]]
        return Answer(status=204)
