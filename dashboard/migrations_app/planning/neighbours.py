"""What a tenant may have beside what moves: objects of Neutron's extensions and other services.

A new kind is a line in one of the tables.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dashboard.clients.openstack import Json
from dashboard.errors import PumphouseError
from dashboard.migrations_app.resources.reader import TenantReader


@dataclass(frozen=True, kw_only=True)
class Count:
    """How many objects of a kind a tenant has; ``why_not`` says why nobody can tell."""

    kind: str
    number: int = 0
    why_not: str = ""


@dataclass(frozen=True, kw_only=True)
class Neighbour:
    """A service beside those that are migrated, and what tenants have there.

    ``types`` are what catalogues call it. ``path`` lists what projects have to an administrator,
    "" where it lists that to the project alone. ``{project}`` in ``query`` and ``headers`` stands
    for the project's id; ``owner`` is the field with that id, "" for a list of one project's.
    """

    kind: str
    types: tuple[str, ...]
    path: str = ""
    key: str = ""
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    owner: str = ""


# what the objects are called, the alias of their extension and the path of their collection
_OF_EXTENSIONS = (
    ("VPN services", "vpnaas", "/vpn/vpnservices"),
    ("IPsec connections", "vpnaas", "/vpn/ipsec-site-connections"),
    ("firewalls", "fwaas", "/fw/firewalls"),
    ("firewall groups", "fwaas_v2", "/fwaas/firewall_groups"),
    ("firewall policies", "fwaas_v2", "/fwaas/firewall_policies"),
    ("pools of load balancers", "lbaas", "/lb/pools"),
    ("load balancers of Neutron", "lbaasv2", "/lbaas/loadbalancers"),
    ("BGP speakers", "bgp", "/bgp-speakers"),
    ("BGP peers", "bgp", "/bgp-peers"),
    ("BGP VPNs", "bgpvpn", "/bgpvpn/bgpvpns"),
    ("metering labels", "metering", "/metering/metering-labels"),
    ("local IPs", "local_ip", "/local_ips"),
    ("tap services", "taas", "/taas/tap_services"),
    ("tap flows", "taas", "/taas/tap_flows"),
    ("tap mirrors", "tap-mirror", "/taas/tap_mirrors"),
    ("port chains", "sfc", "/sfc/port_chains"),
    ("network logs", "logging", "/log/logs"),
)
_OF_PROJECT = {"project_id": "{project}"}
_NEIGHBOURS = (
    Neighbour(
        kind="load balancers of Octavia",
        types=("load-balancer",),
        path="/v2/lbaas/loadbalancers",
        key="loadbalancers",
        query=_OF_PROJECT,
        owner="project_id",
    ),
    Neighbour(
        kind="stacks of Heat",
        types=("orchestration",),
        path="/stacks",
        key="stacks",
        query={"global_tenant": "true", "tenant": "{project}"},
        owner="project",
    ),
    Neighbour(
        kind="shares of Manila",
        types=("sharev2", "shared-file-system", "share"),
        path="/shares/detail",
        key="shares",
        query={"all_tenants": "1", **_OF_PROJECT},
        owner="project_id",
    ),
    Neighbour(
        kind="zones of Designate",
        types=("dns",),
        path="/v2/zones",
        key="zones",
        query={"limit": "1000"},
        headers={"X-Auth-Sudo-Project-Id": "{project}"},
        owner="project_id",
    ),
    Neighbour(
        kind="databases of Trove",
        types=("database",),
        path="/mgmt/instances",
        key="instances",
        owner="tenant_id",
    ),
    Neighbour(
        kind="workflows of Mistral",
        types=("workflowv2", "workflow"),
        path="/workflows",
        key="workflows",
        query={"all_projects": "true", **_OF_PROJECT},
        owner="project_id",
    ),
    Neighbour(kind="containers of Swift", types=("object-store",)),
    Neighbour(kind="other secrets of Barbican", types=("key-manager",)),
    Neighbour(kind="clusters of Magnum", types=("container-infra",)),
    Neighbour(kind="queues of Zaqar", types=("messaging", "message")),
    Neighbour(kind="alarms of Aodh", types=("alarming", "alarm")),
    Neighbour(kind="clusters of Sahara", types=("data-processing",)),
    Neighbour(kind="applications of Murano", types=("application-catalog",)),
    Neighbour(kind="leases of Blazar", types=("reservation",)),
    Neighbour(kind="network functions of Tacker", types=("nfv-orchestration",)),
)


# services that are migrated, as catalogues have called them, and those without tenants' objects
_OTHERS = frozenset(
    {
        *("identity", "compute", "compute_legacy", "computev21", "computev3", "network"),
        *("image", "placement"),
        *("volume", "volumev2", "volumev3", "block-storage", "block-store"),
        *("ec2", "s3", "cloudformation", "metering", "metric", "event", "rating", "instance-ha"),
        *("baremetal", "baremetal-introspection", "accelerator", "infra-optim", "policy"),
    }
)


def in_extensions(reader: TenantReader) -> Iterable[Count]:
    """Yield what the tenant has of Neutron's extensions whose objects do not move."""
    for kind, alias, path in _OF_EXTENSIONS:
        if alias in reader.extensions:
            yield _count(kind, lambda path=path: reader.owned(path, _key(path)))  # type: ignore[misc]


def in_services(reader: TenantReader) -> Iterable[Count]:
    """Yield what the tenant has of other services in the catalogue."""
    types = reader.cloud.service_types
    for each in _NEIGHBOURS:
        if present := next((type_ for type_ in each.types if type_ in types), ""):
            yield _counted_in(each, present, reader)
    known = _OTHERS.union(*(each.types for each in _NEIGHBOURS))
    for type_ in sorted(types - known):
        yield Count(kind=f"objects of {type_}", why_not="Pumphouse does not know the service.")


def _counted_in(neighbour: Neighbour, type_: str, reader: TenantReader) -> Count:
    if not neighbour.path:
        return Count(kind=neighbour.kind, why_not="The service lists them to the project alone.")
    return _count(neighbour.kind, lambda: _owned(neighbour, type_, reader))


def _count(kind: str, listed: Callable[[], Sequence[Any]]) -> Count:
    try:
        return Count(kind=kind, number=len(listed()))
    except PumphouseError as error:
        return Count(kind=kind, why_not=error.sentence)


def _owned(neighbour: Neighbour, type_: str, reader: TenantReader) -> list[Json]:
    """Return the project's own of what the service lists, on its first page."""
    id_ = reader.tenant.id
    query, headers = (
        {name: value.format(project=id_) for name, value in values.items()}
        for values in (neighbour.query, neighbour.headers)
    )
    service = type_.replace("-", "_")
    body = reader.cloud.call("GET", service, neighbour.path, params=query, headers=headers)
    return [each for each in body.get(neighbour.key, ()) if each.get(neighbour.owner) == id_]


def _key(path: str) -> str:
    return path.rpartition("/")[2].replace("-", "_")
