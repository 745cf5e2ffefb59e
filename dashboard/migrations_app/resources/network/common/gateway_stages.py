"""The gateways of a router with all that needs them: given up, given back and taken.

In the order that Neutron wants: proxies and routes go before the gateways that they need, and
come after them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dashboard.clients.openstack import CloudSession, Json
from dashboard.errors import NeedsOperator
from dashboard.migrations_app.resources.network.common.extensions import aliases_of
from dashboard.migrations_app.resources.network.common.further_gateways import (
    FURTHER,
    add_further,
    addresses_in,
    further_addresses,
    further_gateways,
    remove_further,
    without_addresses,
)
from dashboard.migrations_app.resources.network.common.gateways import (
    GATEWAY,
    GATEWAY_QOS,
    gateway_addresses,
    near_routes,
    with_gateway,
    without_gateway,
)
from dashboard.migrations_app.resources.network.common.ndp_proxies import (
    ENABLED,
    PROXIES,
    add_proxies,
    clear_proxies,
    proxies_in,
    proxies_of,
)
from dashboard.migrations_app.resources.network.common.router_kinds import ROUTER_EXTENSIONS
from dashboard.migrations_app.resources.network.common.shared_addresses import keeps_addresses
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import Record, Ref
from dashboard.migrations_app.resources.work import Work

# stage data: the copy has the gateways, or may have them
_ATTACHED = "gateway_attached"
TAKEN = (GATEWAY, GATEWAY_QOS, "routes", FURTHER, PROXIES, ENABLED)
"""What a router loses with its gateways: fields of its record."""


def outer_parts(router: Json, reader: TenantReader) -> Json:
    """Return what a record has of a router's gateways beside what the router itself tells."""
    return {
        GATEWAY_QOS: (router[GATEWAY] or {}).get("qos_policy_id"),
        FURTHER: further_gateways(router),
        PROXIES: proxies_of(router["id"], reader),
    }


@dataclass(frozen=True, kw_only=True)
class Gateways:
    """The gateways of one router of a cloud; ``fields`` are a record's."""

    cloud: CloudSession
    router_id: str

    def read(self) -> Json:
        """Return what the router has now; it has proxies only where they are enabled."""
        router = self.cloud.get("network", self._path, "router")
        is_enabled = router.get(ENABLED, False)
        proxies = proxies_in(self.cloud, self.router_id) if is_enabled else []
        policy = (router[GATEWAY] or {}).get("qos_policy_id")
        return {
            **{GATEWAY: router[GATEWAY], GATEWAY_QOS: policy, "routes": router["routes"]},
            **{FURTHER: further_gateways(router), ENABLED: is_enabled, PROXIES: proxies},
        }

    def remove(self, fields: Mapping[str, Any]) -> None:
        """Remove all gateways, after what needs them; it can be repeated."""
        if fields.get(PROXIES):
            clear_proxies(self.cloud, self.router_id)
        if fields.get(FURTHER):
            self._put({"routes": near_routes(fields)})
            remove_further(self.cloud, self.router_id)
        self._put(without_gateway(fields))

    def set(self, fields: Mapping[str, Any], info: Json) -> None:
        """Set the first gateway as ``info`` says, then further ones, then routes."""
        first, *routes = with_gateway(fields, info)
        self._put(first)
        add_further(self.cloud, self.router_id, fields.get(FURTHER) or ())
        for body in routes:
            self._put(body)

    def proxy(self, fields: Mapping[str, Any]) -> None:
        """Answer for the addresses that the fields have, once the gateway is there."""
        if fields.get(ENABLED):
            self._put({ENABLED: True})
        if proxies := fields.get(PROXIES):
            router = self.cloud.get("network", self._path, "router")
            add_proxies(self.cloud, router, proxies)

    @property
    def _path(self) -> str:
        return f"/routers/{self.router_id}"

    def _put(self, body: Json) -> None:
        self.cloud.put("network", self._path, {"router": body})


def _moved(work: Work, before: Mapping[str, Any]) -> Json:
    """Return the fields that gateways are set by, with the destination's ids of what they name.

    What the destination has no extension for is left out; the plan names that.
    """
    there = aliases_of(work.destination)
    moved = {**before}
    for name in (FURTHER, PROXIES, ENABLED):
        if ROUTER_EXTENSIONS[name][0] not in there:
            moved[name] = None
    moved[FURTHER] = [_further(work, each) for each in moved.get(FURTHER) or ()]
    moved[PROXIES] = [
        {**each, "port_id": work.destination_id_of("port", each["port_id"])}
        for each in moved.get(PROXIES) or ()
    ]
    return moved


def _further(work: Work, gateway: Json) -> Json:
    network_id = work.destination_id_of("network", gateway["network_id"])
    addresses = addresses_in(gateway) if keeps_addresses(work.options) else []
    fixed = {"external_fixed_ips": [{"ip_address": address} for address in addresses]}
    return {"network_id": network_id, **(fixed if addresses else {})}


def give_up_gateways(work: Work) -> None:
    """Remove the gateways of the source's router, if it has some, after storing them."""
    if not work.record.fields[GATEWAY]:
        return
    gateways = Gateways(cloud=work.source, router_id=work.record.id)
    if not work.stage_data.get(GATEWAY):
        work.save(**gateways.read())
    gateways.remove({**work.record.fields, **work.stage_data})


def give_back_gateways(work: Work) -> None:
    """Set what was stored on the source's router; the copy may still have the addresses."""
    before = {**work.record.fields, **work.stage_data}
    info = {**before[GATEWAY]}
    if work.stage_data.get(_ATTACHED):
        del info["external_fixed_ips"]
        before[FURTHER] = without_addresses(before.get(FURTHER) or ())
    gateways = Gateways(cloud=work.source, router_id=work.record.id)
    gateways.set(before, info)
    gateways.proxy(before)
    work.save(**{GATEWAY: None})


def take_gateways(work: Work, before: Mapping[str, Any]) -> None:
    """Set on the copy what the source's router had. Proxies that Neutron refuses are a loss."""
    info = {
        "network_id": work.destination_id_of("network", before[GATEWAY]["network_id"]),
        "enable_snat": before[GATEWAY].get("enable_snat", True),
    }
    if keeps_addresses(work.options) and (addresses := gateway_addresses(before)):
        info["external_fixed_ips"] = [{"ip_address": address} for address in addresses]
    # as planned: the source's router still names a policy that is left out
    policy = work.record.fields.get(GATEWAY_QOS)
    if policy and ROUTER_EXTENSIONS[GATEWAY_QOS][0] in aliases_of(work.destination):
        info["qos_policy_id"] = work.destination_id_of("qos_policy", policy)
    work.save(**{_ATTACHED: True})
    wanted = _moved(work, before)
    gateways = Gateways(cloud=work.destination, router_id=work.destination_id)
    gateways.set(wanted, info)
    try:
        gateways.proxy(wanted)
    except NeedsOperator as error:
        for name in (ENABLED, PROXIES):
            work.lose(name, f"Neutron refused it: {error.sentence}")


def put_down_gateways(work: Work, before: Mapping[str, Any]) -> None:
    """Remove the copy's gateways."""
    Gateways(cloud=work.destination, router_id=work.destination_id).remove(before)
    work.save(**{_ATTACHED: False})


def networks_outside(record: Record) -> Iterable[Ref]:
    """Yield the networks of the router's gateways."""
    gateways = [record.fields[GATEWAY], *record.fields.get(FURTHER, ())]
    yield from (Ref("network", gateway["network_id"]) for gateway in gateways)


def proxied_ports(record: Record) -> Iterable[Ref]:
    """Yield the ports for whose addresses the router answers."""
    proxies = record.fields.get(PROXIES, ())
    yield from (Ref("port", proxy["port_id"], "create") for proxy in proxies)


def outer_addresses(record: Record) -> Iterable[tuple[str, str]]:
    """Yield the networks and addresses of all gateways."""
    for address in gateway_addresses(record.fields):
        yield record.fields[GATEWAY]["network_id"], address
    yield from further_addresses(record.fields)
