"""NDP proxies of a router: IPv6 addresses behind it that it answers for outside.

They need its gateway: whoever takes that from it must delete them first. Like forwardings, they
have new ids each time they are made.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from dashboard.clients.openstack import CloudSession, Json
from dashboard.migrations_app.resources.attributes import only_set
from dashboard.migrations_app.resources.reader import TenantReader

PROXIES, ENABLED = "ndp_proxies", "enable_ndp_proxy"
ALIAS = "l3-ndp-proxy"
_PATH = "/ndp_proxies"
_COPIED = ("name", "description", "port_id", "ip_address")


def proxies_of(router_id: str, reader: TenantReader) -> list[Json]:
    """Return the proxies of a router, without ids."""
    if ALIAS not in reader.extensions:
        return []
    listed = reader.list("network", _PATH, PROXIES)
    return [_plain(each) for each in listed if each["router_id"] == router_id]


def comparable_proxies(
    fields: Mapping[str, Any], translate: Callable[[str, str], str]
) -> list[Json]:
    """Return the proxies of a record with the destination's ids of their ports."""
    proxies = fields.get(PROXIES) or ()
    return [{**each, "port_id": translate("port", each["port_id"])} for each in proxies]


def proxies_in(cloud: CloudSession, router_id: str) -> list[Json]:
    """Return the proxies that a router has now, without ids."""
    return [_plain(each) for each in _listed(cloud, router_id)]


def add_proxies(cloud: CloudSession, router: Json, wanted: Iterable[Json]) -> None:
    """Add those of the proxies that the router does not have, for its project."""
    owner = {"router_id": router["id"], "project_id": router["project_id"]}
    there = proxies_in(cloud, router["id"])
    for each in wanted:
        if each not in there:
            cloud.post("network", _PATH, {"ndp_proxy": {**each, **owner}}, "ndp_proxy")


def clear_proxies(cloud: CloudSession, router_id: str) -> None:
    """Delete all proxies of a router."""
    for each in _listed(cloud, router_id):
        cloud.delete("network", f"{_PATH}/{each['id']}")


def _listed(cloud: CloudSession, router_id: str) -> list[Json]:
    """Return a router's proxies among all: Neutron filters by none of their attributes."""
    listed = cloud.list("network", _PATH, PROXIES)
    return [each for each in listed if each["router_id"] == router_id]


def _plain(proxy: Json) -> Json:
    return only_set(proxy, _COPIED)
