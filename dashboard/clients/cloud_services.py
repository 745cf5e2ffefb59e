"""What a clouds.yaml says of single services: addresses, versions, interfaces, limits.

``region`` is openstacksdk's view of the cloud, which knows all names that a service ever had.
"""

from collections.abc import Callable
from functools import cached_property
from typing import Any

from os_service_types import ServiceTypes
from typing_extensions import override

from dashboard.clients.cloud_access import SERVICES, ServiceOptions
from dashboard.clients.cloud_keys import INTERFACES, OLD_TYPE, check_address
from dashboard.clients.sdk_config import told_by_openstacksdk
from dashboard.clients.yaml_sections import Section

# The versions that are spoken, by the major version to ask for.
VERSIONS = {
    "block_storage": {"2": "2", "2.0": "2", "3": "3", "3.0": "3"},
    "compute": dict.fromkeys(("2", "2.0", "2.1"), "2"),
    "identity": dict.fromkeys(("3", "3.0"), "3"),
    "image": dict.fromkeys(("2", "2.0"), "2"),
    "network": dict.fromkeys(("2", "2.0"), "2"),
    "placement": dict.fromkeys(("1", "1.0"), "1"),
}
RETRIES = (
    *("connect_retries", "connect_retry_delay"),
    *("status_code_retries", "status_code_retry_delay", "retriable_status_codes"),
)


class _KnownTypes(ServiceTypes):
    """The types of services. The library's own table is copied by each of its look-ups."""

    @cached_property
    @override
    def all_types_by_service_type(self) -> dict[str, list[str]]:
        return super().all_types_by_service_type


_known_types = _KnownTypes()


def read_services(region: Any, entry: Section) -> dict[str, ServiceOptions]:
    """Read the options of each service. Raises BadInput for what cannot be honoured."""
    # it looks types up a hundred times: to copy the table took nearly all the time of a file
    region._service_type_manager = _known_types
    with told_by_openstacksdk(entry):
        return {service: _read(service, region, entry) for service in SERVICES}


def read_interface(interface: Any, entry: Section, key: str = "interface") -> str | list[str]:
    """Return an interface, or several in the order of preference, without the old suffix."""
    names = interface if isinstance(interface, list) else [interface or "public"]
    if not set(names) <= set(INTERFACES):
        raise entry.fault(f"Expected one of {', '.join(INTERFACES)}.", key=key)
    plain = [name.removesuffix("URL") for name in names]
    return plain if isinstance(interface, list) else plain[0]


def _read(service: str, region: Any, entry: Section) -> ServiceOptions:
    type_ = service.replace("_", "-")

    def key_of(option: str) -> str:
        return _key(entry, type_, option)

    _refuse_unused(service, region, entry, key_of)
    if override := _override(type_, region):
        check_address(override, entry, key_of("endpoint_override"))
    return ServiceOptions(
        region_name=region.get_region_name(type_) or None,
        interface=read_interface(region.get_interface(type_), entry, key_of("interface")),
        service_type=region.get_service_type(type_),
        service_name=region.get_service_name(type_),
        endpoint_override=override,
        version=_version(service, region.get_api_version(type_), entry, key_of("api_version")),
        rate_limit=_number(region.get_rate_limit(type_), float),
        concurrency=_number(region.get_concurrency(type_), int),
        retries=_retries(region, type_),
    )


def _override(type_: str, region: Any) -> str | None:
    """Return the address that the file has for a service.

    openstacksdk takes a login of version 2.0 for one without a scope, and Keystone's address for
    that of its API.
    """
    found: str | None = region.get_endpoint(type_)
    named = (f"{type_}_endpoint_override", f"{type_}_endpoint")
    is_old = type_ == "identity" and region.config.get("auth_type") == OLD_TYPE
    return None if is_old and not any(region.config.get(name) for name in named) else found


def _refuse_unused(service: str, region: Any, entry: Section, key_of: Callable[[str], str]) -> None:
    type_ = service.replace("_", "-")
    if not region.has_service(type_):
        raise entry.fault(f"Pumphouse needs {service}.", key=f"has_{service}", fix="Remove it.")
    if region.get_default_microversion(type_):
        raise entry.fault(
            "Pumphouse chooses the microversion of each request.",
            key=key_of("default_microversion"),
            fix="Remove it.",
        )
    of_cloud, of_service = region.get_region_name(), region.get_region_name(type_)
    if service != "identity" and of_cloud != of_service:
        raise entry.fault(
            "Pumphouse uses one region for all services but Keystone.",
            key=key_of("region_name"),
            fix="Remove it, and choose the region with region_name.",
        )


def _version(service: str, asked: str | None, entry: Section, key: str) -> str:
    if not asked:
        return ""
    if asked not in VERSIONS[service]:
        known = " or ".join(dict.fromkeys(VERSIONS[service].values()))
        raise entry.fault(
            f"Pumphouse speaks version {known} of {service}, and chooses microversions itself.",
            key=key,
            fix=f"Write {known}, or remove it.",
        )
    return VERSIONS[service][asked]


def _retries(region: Any, type_: str) -> dict[str, Any]:
    # older releases of openstacksdk do not know them all
    getters = {name: getattr(region, f"get_{name}") for name in RETRIES}
    found = {name: getter(type_) for name, getter in getters.items() if getter}
    return {name: value for name, value in found.items() if value is not None}


def _number(value: Any, type_: type) -> Any:
    return None if value is None else type_(value)


def _key(entry: Section, type_: str, option: str) -> str:
    """Return the key of an option that the file has, under any name of the service."""
    names = [name.replace("-", "_") for name in _known_types.get_all_types(type_)]
    keys = [f"{name}_{option}" for name in names]
    return next((key for key in keys if key in entry), keys[0])
