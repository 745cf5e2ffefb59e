"""Hosts of the stand-in's Nova: services that are named by host and binary, integer ids."""

from typing import Any

from tests.support.juno.api import route
from tests.support.juno.messages import Json, Refused, Request
from tests.support.juno.nova_api import NovaApi

_REASON = "disabled_reason"


class NovaHosts(NovaApi):
    """The hosts of the cloud, for administrators."""

    name = "nova"

    @route("GET", "/v2/{tenant}/os-services")
    def services(self, request: Request, tenant: str) -> Json:
        """List the services, of a host or a binary where one is named."""
        self.require_admin(request, tenant, "services")
        wanted = {n: v for n, v in request.query.items() if n in ("host", "binary")}
        found = self.state["services"]
        return {
            "services": [
                service
                for service in found
                if all(service[name] == value for name, value in wanted.items())
            ]
        }

    @route("PUT", "/v2/{tenant}/os-services/{verb}")
    def change_service(self, request: Request, tenant: str, verb: str) -> Json:
        """Enable or disable the service of a host and binary, with a reason or without one."""
        self.require_admin(request, tenant, "services")
        given = request.body
        named = (given["host"], given["binary"])
        mine = [each for each in self.state["services"] if (each["host"], each["binary"]) == named]
        if not mine:
            raise Refused(404, f"Could not find binary {named[1]} on host {named[0]}.")
        changed: dict[str, Any] = {"status": "enabled" if verb == "enable" else "disabled"}
        reason = {_REASON: given[_REASON]} if verb == "disable-log-reason" else {}
        mine[0].update({_REASON: None, **changed, **reason})
        return {"service": {"host": named[0], "binary": named[1], **changed, **reason}}

    @route("GET", "/v2/{tenant}/os-hypervisors/detail")
    def hypervisors(self, request: Request, tenant: str) -> Json:
        """List the hypervisors; their ids are numbers."""
        self.require_admin(request, tenant, "hypervisors")
        return {"hypervisors": self.state["hypervisors"]}

    @route("GET", "/v2/{tenant}/os-aggregates")
    def aggregates(self, request: Request, tenant: str) -> Json:
        """List the aggregates."""
        self.require_admin(request, tenant, "aggregates")
        return {"aggregates": self.state["aggregates"]}

    @route("GET", "/v2/{tenant}/os-migrations")
    def migrations(self, request: Request, tenant: str) -> Json:
        """List the records of cold migrations; there are none of live ones."""
        self.require_admin(request, tenant, "migrations:index")
        return {"migrations": self.state["migrations"]}

    @route("GET", "/v2/{tenant}/os-availability-zone/detail")
    def zones_in_detail(self, request: Request, tenant: str) -> Json:
        """List the zones with their hosts and services."""
        self.require_admin(request, tenant, "availability_zone:detail")
        return {"availabilityZoneInfo": self.state["zones"]}
