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

    @property
    def of_users(self) -> dict[str, Json]:
        """What nova has set for users of projects, by the ids of both."""
        return self.cloud.rows("quotas/compute-users")

    def limits_of_user(self, project_id: str, user_id: str) -> dict[str, int]:
        """Return nova's limits of a user in a project."""
        own = self.of_users.get(f"{project_id}:{user_id}", {"limits": {}})
        return {**self.limits("compute", project_id), **own["limits"]}

    def used(self, service: str, name: str, project_id: str, **of: str) -> int:
        """Return how much of a quota a project uses, or a user of it."""
        counted = self._counted.get((service, name))
        if counted is None:
            return 0
        owned = counted.collection.where(**{counted.collection.owner: project_id, **of})
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
            if type_ == "compute":
                self._require_of_user(name, counted, row)

    def _require_of_user(self, name: str, counted: Counted, row: Json) -> None:
        """Raise ``Refused`` where a new object would be too much for the user who makes it."""
        project_id, user_id = row[counted.collection.owner], row["user_id"]
        limit = self.limits_of_user(project_id, user_id).get(name, UNLIMITED)
        wanted = self.used("compute", name, project_id, user_id=user_id) + counted.amount(row)
        if limit != UNLIMITED and wanted > limit:
            raise counted.collection.service.over_quota(name, limit=limit, wanted=wanted)


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
        return {"quota_set": {"id": request.ids[0], **self._limits(request)}}

    def _limits(self, request: Request) -> dict[str, int]:
        """Return the limits of the project, or of the user of it that nova is asked about."""
        user_id = request.asks("user_id") if self.checks_usage else ""
        if user_id:
            return self.quotas.limits_of_user(request.ids[0], user_id)
        return self.quotas.limits(self.service.type, request.ids[0])

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
        of = {"user_id": request.asks("user_id")} if request.asks("user_id") else {}
        found = {
            name: {
                "limit": limit,
                "in_use": self.quotas.used(type_, name, project_id, **of),
                "reserved": 0,
            }
            for name, limit in self._limits(request).items()
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
        if self.checks_usage and (user_id := request.asks("user_id")):
            self._set_for_user(project_id, user_id, given)
        else:
            self.quotas.own(self.service.type).setdefault(project_id, {}).update(given)
        return {"quota_set": self._limits(request)}

    def _set_for_user(self, project_id: str, user_id: str, given: Json) -> None:
        """Set limits of a user, which may not be above the project's."""
        most = self.quotas.limits("compute", project_id)
        for name, limit in given.items():
            if most[name] != UNLIMITED and not 0 <= limit <= most[name]:
                sentence = f"Quota limit {limit} for {name} must be less than or equal to "
                raise Refused(400, f"{sentence}{most[name]}.")
        id_ = f"{project_id}:{user_id}"
        ids = {"id": id_, "project_id": project_id, "user_id": user_id}
        row = self.quotas.of_users.setdefault(id_, {**ids, "limits": {}})
        row["limits"].update(given)

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
        project_id, user_id = request.ids[0], request.asks("user_id")
        if self.checks_usage:
            for row in [*self.quotas.of_users.values()]:
                if row["project_id"] == project_id and user_id in ("", row["user_id"]):
                    del self.quotas.of_users[row["id"]]
        if not user_id:
            self.quotas.own(self.service.type).pop(project_id, None)
        return Answer(status=202)
