"""Finds a cloud's services by the rules of openstacksdk: service types, versions, microversions.

openstacksdk's own connection builds the same keystoneauth adapters, but takes two seconds to
import, most of it for models that nothing here uses.
"""

import re
from functools import cached_property
from typing import Any

from keystoneauth1 import discover
from keystoneauth1 import exceptions as auth_errors
from keystoneauth1.adapter import Adapter
from keystoneauth1.session import Session
from requests import Response
from typing_extensions import override

from dashboard.clients.cloud_access import SERVICES, CloudAccess
from dashboard.clients.connection_errors import cause_of
from dashboard.clients.legacy.found import Found, MajorVersion
from dashboard.clients.legacy.old_apis import translator_of
from dashboard.clients.legacy.translator import Translator
from dashboard.errors import NeedsOperator, Retryable

Version = tuple[int, int]

# The oldest and the newest major version that may be used, of services that have several or whose
# address in the catalogue may lack it. Placement has one, and reports it in a way that keystoneauth
# does not understand before Rocky.
MAJOR_VERSIONS = {
    "block_storage": ("2", "3.latest"),
    "compute": ("2", "2.latest"),
    "identity": ("3", "3.latest"),
    "image": ("2", "2.latest"),
}
SERVICE_NAMES = {
    "block_storage": "Block Storage (Cinder)",
    "compute": "Compute (Nova)",
    "identity": "Identity (Keystone)",
    "image": "Image (Glance)",
}
# Neutron has one, and before Ocata shows its version document to nobody.
NETWORK_VERSION = "v2.0"
KEY_MANAGER_VERSION = "v1"
WITH_MICROVERSIONS = ("compute", "block_storage")
NO_MICROVERSION: Version = (0, 0)


class LocatedAdapter(Adapter):  # type: ignore[misc]  # keystoneauth has no types
    """An adapter that looks up its service's address once, not in the catalogue each time."""

    address: str | None = None

    def locate(self) -> None:
        """Keep the address of the service, if it was found."""
        address = self.get_endpoint()
        # keystoneauth fills in what stands behind a percent sign
        self.address = address and address.replace("%", "%%")

    @override
    def request(self, url: str, method: str, **options: Any) -> Response:
        if self.address:
            options.setdefault("endpoint_override", self.address)
        response: Response = super().request(url, method, **options)
        return response


class ServiceAdapters:
    """The adapters of one session: ``adapters["compute"].get("/servers")``.

    Services are named as in openstacksdk, with underscores. Where the cloud speaks only an old API
    of one, its adapter translates. What keystoneauth raises when a service is not found or does not
    answer is passed on.
    """

    def __init__(self, session: Session, access: CloudAccess) -> None:
        self._session = session
        self._access = access
        self._adapters: dict[str, Adapter | Translator] = {}
        self._newest: dict[str, Version] = {}

    def __getitem__(self, service: str) -> Adapter | Translator:
        """Return the adapter of a service; its version is looked up the first time.

        Raises ``Retryable`` when the service does not report its versions.
        """
        if service not in self._adapters:
            self._adapters[service] = self._connect(service)
        return self._adapters[service]

    def supports(self, service: str, microversion: str) -> bool:
        """Return whether the service speaks that microversion."""
        return self.newest_microversion(service) >= _version(microversion)

    def at_most(self, service: str, microversion: str) -> str:
        """Return that microversion, the service's newest where that is older, "" without any."""
        newest = self.newest_microversion(service)
        if newest == NO_MICROVERSION:
            return ""
        return str(discover.version_to_string(min(newest, _version(microversion))))

    def newest_microversion(self, service: str) -> Version:
        """Return the newest microversion of a service, (0, 0) for a service without any."""
        if service not in WITH_MICROVERSIONS:
            return NO_MICROVERSION
        if service not in self._newest:
            self._newest[service] = self._find_newest(service)
        return self._newest[service]

    def _connect(self, service: str) -> Adapter | Translator:
        adapter = self._adapter(service)
        try:
            version = self._locate(adapter, service)
        except auth_errors.EndpointNotFound:
            if translator := self._translator(service, adapter, None):
                return translator
            raise
        if translator := self._translator(service, adapter, version):
            return translator
        if version is None and not adapter.endpoint_override:
            raise self._silence(adapter, service)
        if not adapter.endpoint_override:
            adapter.locate()
        return adapter

    def _locate(self, adapter: Adapter, service: str) -> MajorVersion | None:
        """Find the address of a service; return the version there, where it has several.

        An address from the configuration may lack the version; where it shows none it is what the
        operator wants.
        """
        if adapter.endpoint_override:
            data = adapter.get_endpoint_data()
            adapter.endpoint_override = (data and data.service_url) or adapter.endpoint_override
            return data.api_version if data else None
        if service in MAJOR_VERSIONS:
            found: MajorVersion | None = adapter.get_api_major_version()
            return found
        if service == "network":
            adapter.endpoint_override = _with_version(adapter.get_endpoint(), NETWORK_VERSION)
        if service == "key_manager":
            address = adapter.get_endpoint(skip_discovery=True)
            adapter.endpoint_override = _with_version(address, KEY_MANAGER_VERSION)
        return NO_MICROVERSION

    def _translator(
        self, service: str, adapter: Adapter, version: MajorVersion | None
    ) -> Translator | None:
        return translator_of(
            Found(
                service=service,
                adapter=adapter,
                version=version,
                session=self._session,
                access=self._access,
                region=lambda: self._region_of(service),
                other=self.__getitem__,
            )
        )

    def _silence(self, adapter: Adapter, service: str) -> Retryable:
        """Return why a service does not tell its versions: keystoneauth keeps that to itself."""
        address = adapter.get_endpoint(skip_discovery=True)
        name = SERVICE_NAMES[service]
        return Retryable(
            f"{name} of cloud {self._access.name} does not answer at {address}: "
            f"{self._reason(address)}.",
            fix=f"Check that {name} runs and can be reached from here.",
        )

    def _reason(self, address: str) -> str:
        try:
            answer = self._session.get(address, authenticated=False, raise_exc=False)
        except auth_errors.ClientException as error:
            return cause_of(error)
        if answer.status_code >= 400:
            return f"{answer.status_code} {answer.reason or ''}".rstrip()
        return "what it answers is no list of versions"

    def _adapter(self, service: str) -> LocatedAdapter:
        options = self._access.service(service)
        oldest, newest = MAJOR_VERSIONS.get(service, (None, None))
        if oldest and options.version:
            oldest, newest = options.version, f"{options.version}.latest"
        return LocatedAdapter(
            self._session,
            service_type=options.service_type or service.replace("_", "-"),
            service_name=options.service_name,
            interface=options.interface,
            region_name=None if options.endpoint_override else self._region_of(service),
            endpoint_override=options.endpoint_override,
            min_version=oldest,
            max_version=newest,
            rate_limit=options.rate_limit,
            concurrency=options.concurrency,
        )

    def _region_of(self, service: str) -> str | None:
        if chosen := self._access.service(service).region_name:
            return chosen
        if service == "identity" and self._region not in self._regions("identity"):
            return None  # it is in a region of its own
        return self._region

    @cached_property
    def _region(self) -> str | None:
        """The region of all services where none was chosen: the only one in the catalogue.

        keystoneauth would take the first address of each service, whatever its region.
        """
        others = (service for service in SERVICES if service != "identity")
        regions = set[str]().union(*map(self._regions, others))
        if len(regions) > 1:
            raise NeedsOperator(
                f"Cloud {self._access.name} has several regions: {', '.join(sorted(regions))}.",
                fix="Choose one with region_name in the configuration.",
            )
        return next(iter(regions), None)

    def _regions(self, service: str) -> set[str]:
        options = self._access.service(service)
        if options.endpoint_override:
            return set()
        catalog = self._session.auth.get_access(self._session).service_catalog
        found = catalog.get_endpoints_data(
            service_type=options.service_type or service.replace("_", "-"),
            service_name=options.service_name,
            interface=options.interface,
        )
        return {each.region_name for type_ in found.values() for each in type_ if each.region_name}

    def _find_newest(self, service: str) -> Version:
        adapter = self[service]
        if isinstance(adapter, Translator):
            return adapter.newest_microversion
        data = adapter.get_endpoint_data()
        if data and data.max_microversion:
            return _version(data.max_microversion)
        has_document = data is None or data.status
        return NO_MICROVERSION if has_document else self._ask_newest(service)

    def _ask_newest(self, service: str) -> Version:
        """Ask for the latest microversion and return the one that is answered with.

        For clouds whose version documents cannot be read, as those behind some gateways.
        """
        answer = self[service].get("/limits", microversion="latest", raise_exc=False)
        if answer.status_code >= 500:
            raise auth_errors.from_response(answer, "GET", answer.url)
        found = re.search(r"(\d+\.\d+)$", answer.headers.get("OpenStack-API-Version", ""))
        return _version(found[1]) if found else NO_MICROVERSION


def _version(microversion: str | tuple[int, ...]) -> Version:
    major, minor = discover.normalize_version_number(microversion)
    return major, minor


def _with_version(url: str, version: str) -> str:
    url = url.rstrip("/")
    return url if url.endswith(f"/{version}") else f"{url}/{version}"
