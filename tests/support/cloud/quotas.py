"""Quotas of projects: the defaults of the release, what is set for a project, and what is used."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.support.cloud.messages import Answer, Json, Refused, Request

if TYPE_CHECKING:
    from tests.support.cloud.collection import Collection
    from tests.support.cloud.memory import MemoryCloud
    from tests.support.cloud.service import Service

UNLIMITED = -1
Amount = Callable[[Json], int]


@dataclass(frozen=True)
class Counted:
    """What a quota counts: how much each object of a collection takes."""

    collection: "Collection"
    amount: Amount


class Quotas:
    """The quotas of all services of a cloud."""

    def __init__(self, cloud: "MemoryCloud") -> None:
        self.cloud = cloud
        self._counted: dict[tuple[str, str], Counted] = {}

    def count(self, name: str, collection: "Collection", amount: Amount = lambda row: 1) -> None:
        """Limit the objects of a collection, each of which takes an amount of the quota."""
        self._counted[collection.service.type, name] = Counted(collection, amount)

    def set_default(self, service: str, **limits: int) -> None:
        """Set defaults of this cloud."""
        self.cloud.rows("quotas/defaults").setdefault(service, {}).update(limits)

    def defaults(self, service: str) -> dict[str, int]:
        """Return the limits of projects for which nothing was set."""
        own = self.cloud.rows("quotas/defaults").get(service, {})
        of_types = {}
        if service == "block_storage":
            of_types = self.cloud.block_storage.types.default_limits()
        return {**self.cloud.release.quotas.get(service, {}), **of_types, **own}

    def own(self, service: str) -> dict[str, Json]:
        """Return what was set for projects, by their ids."""
        return self.cloud.rows(f"quotas/{service}")

    def require_known(self, service: str, given: Json, *, unknown: str) -> None:
        """Raise ``Refused`` for limits that the service does not have, or that are no limits."""
        names = sorted({*given} - {*self.defaults(service)})
        if names:
            raise Refused(400, unknown.format(", ".join(names)))
        for name, limit in given.items():
            if not isinstance(limit, int) or limit < UNLIMITED:
                raise Refused(400, f"Invalid input for field/attribute {name}. Value: {limit}.")

    def limits(self, service: str, project_id: str) -> dict[str, int]:
        """Return a project's limits."""
        return {**self.defaults(service), **self.own(service).get(project_id, {})}

    def used(self, service: str, name: str, project_id: str) -> int:
        """Return how much of a quota a project uses."""
        counted = self._counted.get((service, name))
        if counted is None:
            return 0
        owned = counted.collection.where(**{counted.collection.owner: project_id})
        return sum(counted.amount(row) for row in owned)

    def require(self, collection: "Collection", row: Json) -> None:
        """Raise ``Refused``, in the service's words, where a new object would be too much."""
        service = collection.service
        for (type_, name), counted in self._counted.items():
            if counted.collection is not collection:
                continue
            project_id = row[collection.owner]
            limit = self.limits(type_, project_id).get(name, UNLIMITED)
            wanted = self.used(type_, name, project_id) + counted.amount(row)
            if limit != UNLIMITED and wanted > limit:
                raise service.over_quota(name, limit=limit, wanted=counted.amount(row))


class QuotaSets:
    """The paths of quotas as nova and cinder have them.

    ``unknown`` completes the refusal of limits that there are not. ``details`` is the path of what
    is used; a service with it looks, before it sets a limit, whether more is used.
    """

    def __init__(self, service: "Service", *, unknown: str, details: str = "") -> None:
        self.service = service
        self.quotas = service.cloud.quotas
        self.unknown = unknown
        self.checks_usage = bool(details)
        service.route("GET", "os-quota-sets/{}", self.show)
        service.route("GET", "os-quota-sets/{}/defaults", self.defaults)
        service.route("PUT", "os-quota-sets/{}", self.set)
        service.route("DELETE", "os-quota-sets/{}", self.reset)
        service.route("GET", "os-quota-class-sets/{}", self.show_class)
        if details:
            service.route("GET", details, self.details)

    def show(self, request: Request) -> Json:
        """Answer with the limits of a project; with what it uses where cinder is asked so."""
        if request.asks("usage").lower() == "true":
            return self.details(request)
        limits = self.quotas.limits(self.service.type, request.ids[0])
        return {"quota_set": {"id": request.ids[0], **limits}}

    def defaults(self, request: Request) -> Json:
        """Answer with the limits that new projects get."""
        return {"quota_set": {"id": request.ids[0], **self.quotas.defaults(self.service.type)}}

    def show_class(self, request: Request) -> Json:
        """Answer with the default class."""
        limits = self.quotas.defaults(self.service.type)
        return {"quota_class_set": {"id": request.ids[0], **limits}}

    def details(self, request: Request) -> Json:
        """Answer with the limits of a project and what it uses."""
        type_, project_id = self.service.type, request.ids[0]
        found = {
            name: {
                "limit": limit,
                "in_use": self.quotas.used(type_, name, project_id),
                "reserved": 0,
            }
            for name, limit in self.quotas.limits(type_, project_id).items()
        }
        return {"quota_set": {"id": project_id, **found}}

    def set(self, request: Request) -> Json:
        """Set limits of a project, if there are such and the service takes them."""
        self.service.require_admin(request)
        project_id, given = request.ids[0], dict(request.body["quota_set"])
        is_forced = given.pop("force", False)
        self.quotas.require_known(self.service.type, given, unknown=self.unknown)
        if self.checks_usage and not is_forced:
            self._require_used(project_id, given)
        self.quotas.own(self.service.type).setdefault(project_id, {}).update(given)
        return {"quota_set": self.quotas.limits(self.service.type, project_id)}

    def _require_used(self, project_id: str, given: Json) -> None:
        """Raise ``Refused`` for a limit below what is used, as nova does unless it is forced."""
        for name, limit in given.items():
            used = self.quotas.used(self.service.type, name, project_id)
            if UNLIMITED != limit < used:
                sentence = f"Quota limit {limit} for {name} must be greater than or equal to "
                raise Refused(400, f"{sentence}already used and reserved {used}.")

    def reset(self, request: Request) -> Answer:
        """Reset a project to the default quotas."""
        self.service.require_admin(request)
        self.quotas.own(self.service.type).pop(request.ids[0], None)
        return Answer(status=202)
