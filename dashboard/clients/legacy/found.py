"""What a cloud has of a service, by which an old API is told from today's."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from keystoneauth1 import exceptions as auth_errors
from keystoneauth1.access import AccessInfo
from keystoneauth1.adapter import Adapter
from keystoneauth1.discover import EndpointData
from keystoneauth1.session import Session

from dashboard.clients.cloud_access import CloudAccess
from dashboard.clients.legacy.keystone_login import EitherVersion

MajorVersion = tuple[int | float, ...]


@dataclass(frozen=True, kw_only=True)
class Found:
    """One service of one cloud, as ``ServiceAdapters`` found it.

    ``adapter`` leads to its address. ``version`` is the major version that was found without
    asking more than today's clouds are asked: None where the service is not in the catalogue, or
    speaks none of the versions of today, (0, 0) for Neutron, which has one version. ``other``
    returns another service of the cloud, as ``ServiceAdapters`` does.
    """

    service: str
    adapter: Adapter
    version: MajorVersion | None
    session: Session = field(repr=False)
    access: CloudAccess
    region: Callable[[], str | None] = field(repr=False)
    other: Callable[[str], Any] = field(repr=False)

    @property
    def login(self) -> AccessInfo:
        """What Keystone said at the login: the version of its API, and the catalogue."""
        found: AccessInfo = self.session.auth.get_access(self.session)
        return found

    @property
    def version_told_at_login(self) -> MajorVersion | None:
        """The newest version that Keystone told of when the login asked it, None if none did."""
        login = self.session.auth
        if not isinstance(login, EitherVersion):
            return None
        try:
            told = login.get_discovery(self.session, login.auth_url, authenticated=False)
        except auth_errors.ClientException:
            return None
        return max((data["version"] for data in told.version_data()), default=None)

    @cached_property
    def catalogue_types(self) -> frozenset[str]:
        """The types of all services of the catalogue, as that calls them."""
        return frozenset(service["type"] for service in self.login.service_catalog.catalog)

    @cached_property
    def document(self) -> EndpointData | None:
        """What the version document of the address says: this may cost a request."""
        return self.adapter.get_endpoint_data()

    def address(self, type_: str, interface: str = "") -> str:
        """Return the address that the catalogue has for exactly that type, "" for none.

        ``interface`` is public, internal or admin; without it the configured one counts.
        """
        options = self.access.service(self.service)
        wanted = [interface] if interface else options.interface
        region = self.region()
        addresses = {
            endpoint["interface"].removesuffix("URL"): str(endpoint["url"]).rstrip("/")
            for entry in self.login.service_catalog.normalize_catalog()
            if entry["type"] == type_
            for endpoint in entry["endpoints"]
            if endpoint["url"] and region in (None, endpoint["region_name"])
        }
        names = [wanted] if isinstance(wanted, str) else wanted
        return next((addresses[name] for name in names if name in addresses), "")

    def at(self, address: str) -> Adapter:
        """Return an adapter for an address; nothing is discovered there."""
        options = self.access.service(self.service)
        return Adapter(
            self.session,
            endpoint_override=address,
            rate_limit=options.rate_limit,
            concurrency=options.concurrency,
        )
