"""Whether a tenant fits on the destination, by what is counted there right before it begins."""

from typing import Any

from dashboard.campaigns.models import Campaign, CampaignTenant
from dashboard.campaigns.running.needs import remaining_needs
from dashboard.campaigns.running.places import places_of_hosts
from dashboard.campaigns.simulation.needs import Needs, needs_from
from dashboard.campaigns.simulation.room import ENOUGH, CloudRoom, Missing
from dashboard.clients.openstack import CloudSession, Json
from dashboard.errors import NeedsOperator
from dashboard.hosts_app.clouds import connect
from dashboard.hosts_app.compute.nova import compute_services
from dashboard.hosts_app.compute.room import rooms
from dashboard.hosts_app.models import Cloud

AVAILABILITIES = "/network-ip-availabilities"
_BACKEND = "volume_backend_name"


class RoomUnknown(Exception):
    """The room of the destination has to be read before a tenant can begin."""


class RoomCounter:
    """The room of the destination during one look, less by each tenant that takes some.

    What the tenants that are on their way still need is taken at once when it is read.
    """

    def __init__(self, campaign: Campaign) -> None:
        self._campaign = campaign
        self._room: CloudRoom | None = None

    def __call__(self, tenant: CampaignTenant) -> Missing | None:
        """Take the room of a tenant, or return what is missing.

        None also if it needs nothing, or nobody knows what.

        Raises ``RoomUnknown`` before the room was read.
        """
        needs = needs_from(tenant.needs)
        if needs == Needs():
            return None
        if self._room is None:
            raise RoomUnknown
        return self._room.take(needs)

    def read(self) -> None:
        """Read the destination. Raises any ``PumphouseError``."""
        self._room = read_room(self._campaign.destination)
        moving = self._campaign.tenants.filter(state=CampaignTenant.State.MOVING)
        for tenant in moving.exclude(plan=None).select_related("plan"):
            if tenant.plan:
                self._room.take(remaining_needs(tenant.plan))


def read_room(cloud: Cloud) -> CloudRoom:
    """Return what a cloud has free: on hosts that take servers, in pools, of public addresses."""
    session = connect(cloud)
    taking = [each for each in compute_services(session) if each.takes_servers]
    places, found = places_of_hosts(session, taking), rooms(session)
    open_hosts = {each.host for each in taking}
    return CloudRoom(
        hosts={
            name: {**room.free, **dict.fromkeys(places[name], ENOUGH)}
            for name, room in found.items()
            if name in open_hosts
        },
        gib=_free_storage(session),
        addresses=_free_addresses(session),
    )


def _free_storage(cloud: CloudSession) -> dict[str, int | None]:
    """Return the free GiB by volume type, and under "" of all pools; {} where nobody tells."""
    try:
        cloud.endpoint("block_storage")
    except NeedsOperator:
        return {}
    pools = [
        pool["capabilities"]
        for pool in cloud.list(
            "block_storage", "/scheduler-stats/get_pools", "pools", detail="true"
        )
    ]
    types = cloud.list("block_storage", "/types", "volume_types", is_public="None")
    return {
        "": _sum_of(pools),
        **{type_["name"]: _sum_of(_pools_of(type_, pools)) for type_ in types},
    }


def _pools_of(type_: Json, pools: list[Json]) -> list[Json]:
    """Return the pools of the back end that a type names, all of them if it names none."""
    backend = (type_.get("extra_specs") or {}).get(_BACKEND)
    named = [pool for pool in pools if pool.get(_BACKEND) == backend]
    return named if backend else pools


def _sum_of(pools: list[Json]) -> int | None:
    sizes = [_free(pool) for pool in pools]
    known = [size for size in sizes if size is not None]
    return sum(known) if pools and len(known) == len(sizes) else None


def _free(pool: Json) -> int | None:
    """Return the free GiB of a pool without what it reserves; thin ones may promise more.

    None for ``unknown`` and ``infinite``.
    """
    try:
        total, free = float(pool["total_capacity_gb"]), float(pool["free_capacity_gb"])
        reserved = total * float(pool.get("reserved_percentage") or 0) / 100
        if pool.get("thin_provisioning_support") in (True, "True") and _ratio(pool):
            promised = float(pool.get("provisioned_capacity_gb") or 0)
            return int((total - reserved) * _ratio(pool) - promised)
        found = free - reserved
    except (KeyError, TypeError, ValueError):
        return None
    return None if found in (float("inf"), float("-inf")) else int(found)


def _ratio(pool: Json) -> float:
    try:
        return float(pool.get("max_over_subscription_ratio") or 0)
    except ValueError:  # "auto"
        return 0.0


def _free_addresses(cloud: CloudSession) -> int | None:
    """Return how many addresses the external networks have free, None where Neutron does not
    tell."""
    found: Any = cloud.find("network", AVAILABILITIES, "network_ip_availabilities")
    if found is None:
        return None
    query = {"router:external": "true"}
    external = {each["id"] for each in cloud.list("network", "/networks", "networks", **query)}
    mine = [each for each in found if each["network_id"] in external]
    return sum(int(each["total_ips"]) - int(each["used_ips"]) for each in mine)
