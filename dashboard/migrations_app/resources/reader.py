"""Reads what belongs to one tenant of one cloud, each list only once."""

import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from typing import Any

from typing_extensions import override

from dashboard.clients.openstack import CloudSession, Json
from dashboard.errors import BadInput, NotFound
from dashboard.migrations_app.resources.flavor_sizes import (
    deleted_flavor,
    extra_specs_of,
    is_told,
    listed_flavor,
)
from dashboard.migrations_app.resources.identity_reader import IdentityReader
from dashboard.migrations_app.resources.reservations import has_reservations, with_reservations

# a method named list hides the builtin within the class
JsonList = list[Json]

# 2.47 tells the flavor by name, 2.73 why a server is locked, 2.90 the host name; from 2.95 on an
# evacuated server stays stopped, which nothing here wants
SERVER_MICROVERSION = "2.90"
TAGS_TOLD_SINCE = "2.70"
MOST_NAMED = 5
RESEMBLING_FROM = 0.5
_MAC = "OS-EXT-IPS-MAC:mac_addr"


@dataclass(frozen=True)
class TenantRef:
    """A project of one cloud. ``id`` is empty for one that does not exist yet."""

    id: str
    name: str
    domain_name: str = "Default"


class TenantReader(IdentityReader):
    """The lists of one tenant on one cloud, each fetched at most once.

    Types that read the same list share the call: lists that several types read have a property
    here, all others go through ``list``. Several threads may use a reader.
    """

    def __init__(
        self,
        cloud: CloudSession,
        tenant: TenantRef,
        *,
        options: Mapping[str, str] | None = None,
        original_roles: Callable[[JsonList], JsonList] | None = None,
        maintenance_locks: Collection[str] = (),
        original_limits: Mapping[str, Mapping[str, int]] | None = None,
        destination: "TenantReader | None" = None,
    ) -> None:
        self.cloud = cloud
        self.tenant = tenant
        # the plan's options, if it reads for a plan
        self.options: Mapping[str, str] = options or {}
        self._original_roles = original_roles
        # the ids of the servers that are locked for the tenant's maintenance only
        self.maintenance_locks = maintenance_locks
        # (type, source id) -> destination's id of the projects that moved, whichever plan moved
        # them, and of what projects share, for a reader of the source
        self.migrated: Mapping[tuple[str, str], str] = {}
        # of a tenant in maintenance that has frozen its quotas: the limits from before, by service
        self.original_limits = original_limits or {}
        # for a reader of the source: that of the destination, if there is one
        self.destination = destination
        # whether to ask also for what services tell of one object at a time, a call for each
        self.asks_of_each = False
        # (type, source id) -> id on this cloud, for a reader of the destination
        self.destination_ids: dict[tuple[str, str], str] = {}
        self._lists: dict[str, JsonList] = {}
        self._extra_specs: dict[str, Json] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    @override
    def list(
        self, service: str, path: str, key: str, *, microversion: str = "", **query: Any
    ) -> JsonList:
        """Return a whole collection, from memory if it was read before."""
        name = f"{service}{path}{microversion}{sorted(query.items())}"
        with self._lock:
            lock = self._locks.setdefault(name, threading.Lock())
        with lock:
            if name not in self._lists:
                found = self.cloud.list(service, path, key, microversion=microversion, **query)
                self._lists[name] = [*found]
            return self._lists[name]

    @property
    def extensions(self) -> frozenset[str]:
        """The aliases of the extensions that the cloud's Neutron has."""
        listed = self.list("network", "/extensions", "extensions")
        return frozenset(extension["alias"] for extension in listed)

    def owned(self, path: str, key: str) -> JsonList:
        """Return the tenant's own objects of one of Neutron's collections."""
        return self.list("network", path, key, project_id=self.tenant.id)

    def matching(self, path: str, key: str, attribute: str, values: Iterable[str]) -> JsonList:
        """Return Neutron's objects whose attribute has one of the values; none for no values.

        Asks in portions, because services accept URLs of at most 8 KiB.
        """
        found: JsonList = []
        for portion in _portions(sorted(values)):
            query: Json = {attribute: portion}
            found += self.list("network", path, key, **query)
        return found

    def migrated_of(self, type_name: str) -> Iterable[str]:
        """Return the source's ids of what has moved of a type, as far as projects share it."""
        return [id_ for name, id_ in self.migrated if name == type_name]

    @cached_property
    def operators_volume_quota(self) -> Json:
        """Cinder's limits of the operator's project, each with what is in use."""
        path = f"/os-quota-sets/{self.cloud.project_id}?usage=true"
        return self.cloud.get("block_storage", path, "quota_set")

    @cached_property
    def operators_image_quota(self) -> Json:
        """Glance's limits of the operator's project, each with its ``usage``.

        None are told before Yoga, nor where Glance takes none from Keystone.
        """
        return self.cloud.find("image", "/info/usage", "usage") or {}

    @cached_property
    def compute_microversion(self) -> str:
        """The microversion for reading servers: the newest that cloud and Pumphouse support."""
        return self.cloud.at_most("compute", SERVER_MICROVERSION)

    @property
    def servers(self) -> JsonList:
        """The tenant's servers. The flavor is embedded by name from microversion 2.47 on."""
        return self.list(
            "compute",
            "/servers/detail",
            "servers",
            microversion=self.compute_microversion,
            all_tenants=1,
            project_id=self.tenant.id,
        )

    @property
    def volumes(self) -> JsonList:
        """The tenant's volumes; 3.13 tells their groups, 3.64 the keys of encrypted ones.

        Those that are reserved for shelved servers have their attachments from Nova.
        """
        found = self.list(
            "block_storage",
            "/volumes/detail",
            "volumes",
            microversion=self.cloud.at_most("block_storage", "3.64"),
            all_tenants=1,
            project_id=self.tenant.id,
        )
        if not has_reservations(found):
            return found
        return with_reservations(found, self.servers, self.attachments_of)

    def attachments_of(self, server_id: str) -> JsonList:
        """Return the volumes attached to a server as Nova tells them; from 2.70 on with tags."""
        path, microversion = f"/servers/{server_id}/os-volume_attachments", TAGS_TOLD_SINCE
        microversion = self.cloud.at_most("compute", microversion)
        return self.list("compute", path, "volumeAttachments", microversion=microversion)

    @property
    def volume_snapshots(self) -> JsonList:
        """The tenant's snapshots of volumes, the oldest first."""
        found = self.list(
            "block_storage",
            "/snapshots/detail",
            "snapshots",
            microversion=self.cloud.at_most("block_storage", "3.41"),
            all_tenants=1,
            project_id=self.tenant.id,
        )
        return sorted(found, key=lambda snapshot: (snapshot["created_at"], snapshot["id"]))

    @property
    def volume_types(self) -> JsonList:
        """Every volume type of the cloud: Cinder lists public ones only, unless asked for all."""
        return self.list("block_storage", "/types", "volume_types", is_public="None")

    @property
    def ports(self) -> JsonList:
        """All ports of the tenant, those that Neutron made for itself included.

        Ports that an operator made for the tenant's servers belong to the operator's project. They
        are found by their MACs, because a server does not tell the ids of its ports.
        """
        own = self.owned("/ports", "ports")
        missing = set(_macs(self.servers)) - {port["mac_address"] for port in own}
        servers = {server["id"] for server in self.servers}
        found = self.matching("/ports", "ports", "mac_address", missing)
        return own + [port for port in found if port["device_id"] in servers]

    @property
    def trunks(self) -> JsonList:
        """The tenant's trunks; none where Neutron lacks the extension."""
        return self.owned("/trunks", "trunks") if "trunk" in self.extensions else []

    @property
    def routers(self) -> JsonList:
        """The tenant's routers."""
        return self.owned("/routers", "routers")

    @property
    def floating_ips(self) -> JsonList:
        """The tenant's floating addresses."""
        return self.owned("/floatingips", "floatingips")

    @property
    def subnets(self) -> JsonList:
        """The tenant's own subnets."""
        return self.owned("/subnets", "subnets")

    @property
    def networks(self) -> JsonList:
        """The tenant's own networks, and those of other projects that it uses."""
        own = self.owned("/networks", "networks")
        others = self._networks_in_use() - {network["id"] for network in own}
        return own + self.matching("/networks", "networks", "id", others)

    def _networks_in_use(self) -> set[str]:
        used = {port["network_id"] for port in self.ports}
        used |= {address["floating_network_id"] for address in self.floating_ips}
        for router in self.routers:
            gateways = [
                router.get("external_gateway_info"),
                *(router.get("external_gateways") or ()),
            ]
            used |= {gateway["network_id"] for gateway in gateways if gateway}
        return used

    @cached_property
    def image_schema(self) -> Json:
        """What images of the cloud can have: the properties of Glance's own schema."""
        return self.cloud.get("image", "/schemas/image", "properties")

    @property
    def flavors(self) -> JsonList:
        """Every flavor of the cloud, private ones included; 2.61 lists their extra specs too."""
        microversion = self.cloud.at_most("compute", "2.61")
        return self.list(
            "compute", "/flavors/detail", "flavors", microversion=microversion, is_public="None"
        )

    def extra_specs(self, flavor: Json) -> Json:
        """Return the extra specs of a listed flavor."""
        if flavor["id"] not in self._extra_specs:
            self._extra_specs[flavor["id"]] = extra_specs_of(self.cloud, flavor)
        return self._extra_specs[flavor["id"]]

    @property
    def deleted_flavors(self) -> JsonList:
        """The flavors that servers of the tenant run with and that are not listed any more."""
        embedded = (server.get("flavor") or {} for server in self.servers)
        told = [each for each in embedded if is_told(each)]
        found = (deleted_flavor(each) for each in told if not listed_flavor(each, self.flavors))
        return [*{flavor["id"]: flavor for flavor in found}.values()]

    def flavor_id(self, server: Json) -> str:
        """Return the id of a server's flavor, "" if it has been deleted and tells no sizes.

        From microversion 2.47 on a server tells its flavor by name, with the sizes that it runs
        with. One that was made again under the name with other sizes is another flavor.
        """
        embedded = server.get("flavor") or {}
        flavor = listed_flavor(embedded, self.flavors)
        if flavor is None and is_told(embedded):
            flavor = deleted_flavor(embedded)
        return str(flavor["id"]) if flavor else ""


def find_tenant(cloud: CloudSession, name_or_id: str) -> TenantRef:
    """Return the project of that name or id.

    Raises ``NotFound``, or ``BadInput`` if several domains have one of that name.
    """
    projects = [*cloud.list("identity", "/projects", "projects", name=name_or_id)]
    if not projects and (by_id := cloud.find("identity", f"/projects/{name_or_id}", "project")):
        projects = [by_id]
    if not projects:
        raise _unknown(cloud, name_or_id)
    if len(projects) > 1:
        ids = ", ".join(f"{project['id']} (domain {project['domain_id']})" for project in projects)
        raise BadInput(
            f"Cloud {cloud.name} has {len(projects)} tenants named {name_or_id!r}.",
            fix=f"Use an id instead: {ids}.",
        )
    project = projects[0]
    domain = cloud.get("identity", f"/domains/{project['domain_id']}", "domain")
    return TenantRef(project["id"], project["name"], domain["name"])


def _unknown(cloud: CloudSession, name: str) -> NotFound:
    """Return the error, with the names that were probably meant: a cloud may have thousands."""
    projects: Iterable[Json] = cloud.list("identity", "/projects", "projects")
    by_folded = {project["name"].lower(): project["name"] for project in projects}
    near = get_close_matches(name.lower(), by_folded, n=MOST_NAMED, cutoff=RESEMBLING_FROM)
    meant = f"Did you mean {' or '.join(by_folded[each] for each in near)}? " if near else ""
    return NotFound(
        f"Cloud {cloud.name} has no tenant {name!r}.",
        fix=f"{meant}List them with: pumphouse tenants {cloud.name} --refresh.",
    )


def _portions(values: list[str], size: int = 100) -> Iterable[list[str]]:
    return (values[start : start + size] for start in range(0, len(values), size))


def _macs(servers: Iterable[Json]) -> Iterable[str]:
    for server in servers:
        for addresses in server.get("addresses", {}).values():
            yield from (address[_MAC] for address in addresses if _MAC in address)
