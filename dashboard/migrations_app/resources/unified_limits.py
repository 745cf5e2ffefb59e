"""Limits that a service leaves to Keystone: defaults are registered, projects have others."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dashboard.clients.openstack import CloudSession, Json
from dashboard.clients.system_scope import system_session
from dashboard.migrations_app.resources.quota_api import Limits

_ID, _VALUE = "resource_name", "resource_limit"


@dataclass(frozen=True, kw_only=True)
class UnifiedLimits:
    """The limits of one service in Keystone, nothing where there are none for it."""

    service: str

    def limits(self, cloud: CloudSession, project_id: str) -> Limits:
        """Return the limits of a project: its own, and the registered ones for the rest."""
        defaults, own = self._both(cloud, project_id)
        return {**defaults, **own}

    def default_limits(self, cloud: CloudSession, project_id: str = "") -> Limits:
        """Return the registered limits, which are the same for all projects."""
        return _defaults(self._registered(cloud))

    def overrides(self, cloud: CloudSession, project_id: str) -> Limits:
        """Return the limits of a project that are not the registered ones."""
        defaults, own = self._both(cloud, project_id)
        return {name: limit for name, limit in own.items() if limit != defaults.get(name)}

    def can_be_read(self, cloud: CloudSession) -> bool:
        """Return whether the account may list what projects have, or nothing is registered."""
        return system_session(cloud) is not None or not self._registered(cloud)

    def used(self, cloud: CloudSession, project_id: str) -> Limits:
        """Return nothing: Keystone does not know what is used."""
        return {}

    def set(self, cloud: CloudSession, project_id: str, limits: Mapping[str, int]) -> None:
        """Set some of a project's limits, in the regions for which they are registered."""
        registered = self._registered(cloud)
        own = {each[_ID]: each["id"] for each in _own(cloud, project_id, registered)}
        for each in registered:
            name = each[_ID]
            if name in limits and name in own:
                body = {"limit": {_VALUE: limits[name]}}
                cloud.patch("identity", f"/limits/{own[name]}", body)
            elif name in limits:
                made: Json = {_ID: name, _VALUE: limits[name], "project_id": project_id}
                made |= {key: each[key] for key in ("service_id", "region_id") if each.get(key)}
                cloud.post("identity", "/limits", {"limits": [made]})

    def reset(self, cloud: CloudSession, project_id: str) -> None:
        """Delete the project's own limits."""
        for each in _own(cloud, project_id, self._registered(cloud)):
            cloud.delete("identity", f"/limits/{each['id']}")

    def _both(self, cloud: CloudSession, project_id: str) -> tuple[Limits, Limits]:
        """Return the registered limits, and the project's own."""
        registered = self._registered(cloud)
        own = {each[_ID]: int(each[_VALUE]) for each in _own(cloud, project_id, registered)}
        return _defaults(registered), own

    def _registered(self, cloud: CloudSession) -> list[Json]:
        services = cloud.list("identity", "/services", "services", type=self.service)
        ids = [str(service["id"]) for service in services]
        return [each for id_ in ids for each in _listed(cloud, "registered_limits", id_)]


def _defaults(registered: Iterable[Json]) -> Limits:
    return {each[_ID]: int(each["default_limit"]) for each in registered}


def _own(cloud: CloudSession, project_id: str, registered: Iterable[Json]) -> list[Json]:
    """Return the project's own limits, as far as the account may list them.

    Within a project Keystone lists only that project's, and filters by others from Stein on.
    """
    services = {str(each["service_id"]) for each in registered}
    if not services or not (system := system_session(cloud)):
        return []
    query = f"&project_id={project_id}"
    listed = [each for id_ in sorted(services) for each in _listed(system, "limits", id_, query)]
    return [each for each in listed if each.get("project_id") == project_id]


def _listed(cloud: CloudSession, key: str, service_id: str, query: str = "") -> list[Json]:
    """Return a service's limits of that kind, none before Queens, which has them first."""
    found = cloud.find("identity", f"/{key}?service_id={service_id}{query}") or {key: []}
    return [*found[key]]
