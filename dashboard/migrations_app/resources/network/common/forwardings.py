"""Port forwardings of a floating IP: its ports, each of which leads to a port of an instance.

An address is associated with one port or has forwardings, never both. They are part of it: their
ids are new each time they are made, and a protocol and external port tell them apart.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from dashboard.clients.openstack import CloudSession, Json
from dashboard.migrations_app.resources.attributes import only_set
from dashboard.migrations_app.resources.reader import TenantReader

FORWARDINGS, ELSEWHERE = "port_forwardings", "port_forwardings_elsewhere"
_INTERNAL = "internal_port_id"
ALIAS = "floating-ip-port-forwarding"
_RANGES, _DESCRIPTIONS = f"{ALIAS}-port-ranges", f"{ALIAS}-description"
_SINGLE = ("external_port", "internal_port")
_RANGE = tuple(f"{name}_range" for name in _SINGLE)
_COPIED = ("protocol", "internal_port_id", "internal_ip_address", "description")


def forwardings_in(cloud: CloudSession, floating: Mapping[str, Any]) -> list[Json]:
    """Return the forwardings of a floating IP of a cloud, without ids."""
    return [_plain(each) for each in _listed(cloud, floating)]


def by_destination(fields: Json, migratable: Collection[str], reader: TenantReader) -> Json:
    """Return the fields with the forwardings to ports that move, and with those to others."""
    found = forwardings_in(reader.cloud, fields)
    own = [each for each in found if each[_INTERNAL] in migratable]
    return {FORWARDINGS: own, ELSEWHERE: [each for each in found if each not in own]}


def internal_ports(fields: Mapping[str, Any]) -> list[str]:
    """Return the ids of the ports that the forwardings of a record lead to."""
    return sorted({each[_INTERNAL] for each in fields[FORWARDINGS]})


def led_to_copies(fields: Mapping[str, Any], copy_of: Callable[[str], str]) -> list[Json]:
    """Return the forwardings of a record with the destination's ids of the ports."""
    forwardings = fields.get(FORWARDINGS) or ()
    return [{**each, _INTERNAL: copy_of(each[_INTERNAL])} for each in forwardings]


def add_forwardings(cloud: CloudSession, id_: str, wanted: Iterable[Json]) -> None:
    """Add those of the forwardings that the floating IP with that id does not have."""
    found = _listed(cloud, cloud.get("network", f"/floatingips/{id_}", "floatingip"))
    there = {_key(_plain(each)) for each in found}
    for each in wanted:
        if _key(each) not in there:
            cloud.post("network", _path(id_), {"port_forwarding": each}, "port_forwarding")


def clear_forwardings(cloud: CloudSession, id_: str) -> None:
    """Delete all forwardings of a floating IP; nothing happens if it is gone."""
    floating = cloud.find("network", f"/floatingips/{id_}", "floatingip")
    for each in [*_listed(cloud, floating)] if floating else ():
        cloud.delete("network", f"{_path(id_)}/{each['id']}")


def fitting(forwardings: Iterable[Json], aliases: Collection[str]) -> list[Json]:
    """Return what a Neutron with these extensions takes of the forwardings."""
    if ALIAS not in aliases:
        return []
    without = () if _DESCRIPTIONS in aliases else ("description",)
    return [
        {name: value for name, value in each.items() if name not in without}
        for each in forwardings
        if _RANGES in aliases or not is_range(each)
    ]


def missing_extension(forwardings: Collection[Json], aliases: Collection[str]) -> str:
    """Return the alias of an extension that the forwardings need and Neutron lacks, "" for none."""
    needed = {
        ALIAS: bool(forwardings),
        _RANGES: any(is_range(each) for each in forwardings),
        _DESCRIPTIONS: any(each.get("description") for each in forwardings),
    }
    missing = (alias for alias in needed if needed[alias] and alias not in aliases)
    return next(missing, "")


def is_range(forwarding: Mapping[str, Any]) -> bool:
    """Return whether it forwards several ports."""
    return _RANGE[0] in forwarding


def _plain(forwarding: Mapping[str, Any]) -> Json:
    """Return a forwarding as it is created: newer releases tell a single port as a range too."""
    is_single = bool(forwarding.get(_SINGLE[0]))
    return only_set(forwarding, (*_COPIED, *(_SINGLE if is_single else _RANGE)))


def _key(forwarding: Mapping[str, Any]) -> tuple[str, str]:
    external = forwarding.get(_SINGLE[0]) or forwarding.get(_RANGE[0])
    return forwarding["protocol"], str(external)


def _listed(cloud: CloudSession, floating: Mapping[str, Any]) -> Iterable[Json]:
    """Yield the forwardings; an address has some if a router serves it for no port of its own."""
    if floating["router_id"] and not floating["port_id"]:
        yield from cloud.list("network", _path(floating["id"]), FORWARDINGS)


def _path(id_: str) -> str:
    return f"/floatingips/{id_}/port_forwardings"
