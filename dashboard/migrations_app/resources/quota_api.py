"""Where each service keeps the quotas of projects, and how they are read and set."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from dashboard.clients.openstack import CloudSession, Json

UNLIMITED = -1
Limits = dict[str, int]


class LimitStore(Protocol):
    """Where the limits of projects in one service are kept."""

    @property
    def service(self) -> str:
        """The service that the limits are of."""

    def limits(self, cloud: CloudSession, project_id: str) -> Limits:
        """Return the limits of a project: what is set for it, and the defaults for the rest."""

    def default_limits(self, cloud: CloudSession, project_id: str = "") -> Limits:
        """Return the limits of a project for which nothing is set."""

    def overrides(self, cloud: CloudSession, project_id: str) -> Limits:
        """Return the limits of a project that are not the defaults."""

    def used(self, cloud: CloudSession, project_id: str) -> Limits:
        """Return by resource how much a project uses; nothing where the service does not tell."""

    def set(self, cloud: CloudSession, project_id: str, limits: Mapping[str, int]) -> None:
        """Set some of a project's limits."""

    def reset(self, cloud: CloudSession, project_id: str) -> None:
        """Reset a project's limits to the defaults, which they follow from then on."""


@dataclass(frozen=True, kw_only=True)
class QuotaApi:
    """The paths of one service's quotas, each with the project's id in it.

    ``own`` has the limits of a project, ``defaults`` those of a project for which nothing is set,
    ``usage`` the limits with what is used. ``with_limits`` is sent beside limits that are set.
    """

    service: str
    key: str
    own: str
    defaults: str
    usage: str
    with_limits: Mapping[str, bool] = field(default_factory=dict)

    def limits(self, cloud: CloudSession, project_id: str) -> Limits:
        """Return the limits of a project: what is set for it, and the defaults for the rest."""
        return _numbers(cloud.get(self.service, self.own.format(project_id), self.key))

    def default_limits(self, cloud: CloudSession, project_id: str = "") -> Limits:
        """Return the limits of a project for which nothing is set.

        They are the same whichever project is named; services may check that it exists.
        """
        path = self.defaults.format(project_id or cloud.project_id)
        return _numbers(cloud.get(self.service, path, self.key))

    def overrides(self, cloud: CloudSession, project_id: str) -> Limits:
        """Return the limits of a project that are not the defaults."""
        defaults = self.default_limits(cloud, project_id)
        limits = self.limits(cloud, project_id)
        return {name: limit for name, limit in limits.items() if limit != defaults.get(name)}

    def with_usage(self, cloud: CloudSession, project_id: str) -> Json:
        """Return by resource the ``limit`` of a project and what it uses, as the service says."""
        return cloud.get(self.service, self.usage.format(project_id), self.key)

    def used(self, cloud: CloudSession, project_id: str) -> dict[str, int]:
        """Return by resource how much a project uses; nothing where the service does not tell."""
        found = cloud.find(self.service, self.usage.format(project_id), self.key) or {}
        return {name: used_of(each) for name, each in found.items() if isinstance(each, dict)}

    def set(self, cloud: CloudSession, project_id: str, limits: Mapping[str, int]) -> None:
        """Set some of a project's limits."""
        body = {self.key: {**limits, **self.with_limits}}
        cloud.put(self.service, self.own.format(project_id), body)

    def reset(self, cloud: CloudSession, project_id: str) -> None:
        """Reset a project's limits to the defaults, which they follow from then on."""
        cloud.delete(self.service, self.own.format(project_id))


def used_of(resource: Json) -> int:
    """Return how much of one resource is used; Neutron says used, Nova and Cinder say in_use."""
    used = resource.get("in_use") or resource.get("used") or 0
    return int(used) + int(resource.get("reserved") or 0)


def _numbers(found: Json) -> Limits:
    """Return the limits without what else the answer has, such as the project's id."""
    return {name: value for name, value in found.items() if isinstance(value, int)}


COMPUTE = QuotaApi(
    service="compute",
    key="quota_set",
    own="/os-quota-sets/{}",
    defaults="/os-quota-sets/{}/defaults",
    usage="/os-quota-sets/{}/detail",
    # else Nova refuses limits below what is used
    with_limits={"force": True},
)
BLOCK_STORAGE = QuotaApi(
    service="block_storage",
    key="quota_set",
    own="/os-quota-sets/{}",
    defaults="/os-quota-sets/{}/defaults",
    usage="/os-quota-sets/{}?usage=true",
)
NETWORK = QuotaApi(
    service="network",
    key="quota",
    own="/quotas/{}",
    defaults="/quotas/{}/default",
    usage="/quotas/{}/details",
)
QUOTA_APIS = (COMPUTE, BLOCK_STORAGE, NETWORK)
