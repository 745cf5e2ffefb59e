"""Neutron's quotas."""

from typing import TYPE_CHECKING

from tests.support.cloud.messages import Json, Request

if TYPE_CHECKING:
    from tests.support.cloud.network import Network


class NeutronQuotas:
    """The paths below ``quotas``."""

    def __init__(self, service: "Network") -> None:
        self.service = service
        self.quotas = service.cloud.quotas
        for path in ("quotas/{}/details", "quotas/{}/details.json"):
            service.route("GET", path, self.details)
        service.route("GET", "quotas/{}/default", self.defaults)
        service.route("GET", "quotas/{}", self.show)
        service.route("PUT", "quotas/{}", self.set)
        service.route("DELETE", "quotas/{}", self.reset)

    def show(self, request: Request) -> Json:
        """Answer with the limits of a project."""
        return {"quota": self.quotas.limits("network", request.ids[0])}

    def defaults(self, request: Request) -> Json:
        """Answer with the limits that new projects get."""
        return {"quota": self.quotas.defaults("network")}

    def details(self, request: Request) -> Json:
        """Answer with the limits of a project and what it uses."""
        project_id = request.ids[0]
        limits = self.quotas.limits("network", project_id)
        return {
            "quota": {
                name: {
                    "limit": limit,
                    "reserved": 0,
                    "used": self.quotas.used("network", name, project_id),
                }
                for name, limit in limits.items()
            }
        }

    def set(self, request: Request) -> Json:
        """Set limits of a project."""
        self.service.require_admin(request)
        unknown = "Unrecognized attribute(s) '{}'"
        self.quotas.require_known("network", request.body["quota"], unknown=unknown)
        own = self.quotas.own("network").setdefault(request.ids[0], {})
        own.update(request.body["quota"])
        return self.show(request)

    def reset(self, request: Request) -> None:
        """Reset a project to the default quotas."""
        self.service.require_admin(request)
        self.quotas.own("network").pop(request.ids[0], None)
