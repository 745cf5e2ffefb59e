"""What ``pumphouse migrate`` names: whose the objects are, and how a plan chooses them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from dashboard.clients.openstack import CloudSession
from dashboard.errors import BadInput, NotFound
from dashboard.migrations_app.planning.choosing import PROJECT, all_of
from dashboard.migrations_app.resources.registry import resource_types

SERVERS, VOLUMES, FLAVORS = "servers", "volumes", "flavors"
OF_SERVERS = frozenset({"server", "port", "volume"})
"""What moves with servers: a move of projects alone leaves it, and what needs it, alone."""

Chosen = Mapping[str, Sequence[str]]
"""By a tenant's name or id what is chosen of it, as a plan's option ``only`` has it."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a service shows an object of a type by its id, and the attribute with its project."""

    type: str
    service: str
    path: str
    key: str = ""
    project: str = "project_id"


PLACES = {
    "images": Place(type="image", service="image", path="/images", project="owner"),
    VOLUMES: Place(
        type="volume",
        service="block_storage",
        path="/volumes",
        key="volume",
        project="os-vol-tenant-attr:tenant_id",
    ),
    SERVERS: Place(
        type="server", service="compute", path="/servers", key="server", project="tenant_id"
    ),
    "networks": Place(type="network", service="network", path="/networks", key="network"),
    FLAVORS: Place(type="flavor", service="compute", path="/flavors", key="flavor", project=""),
}
OF_TENANTS = ("identity", "projects", "resources")
RESOURCES = (*PLACES, *OF_TENANTS)
"""What can be migrated alone; ``resources`` is another word for projects."""


@dataclass(frozen=True, kw_only=True)
class SingleObjects:
    """What was asked for: objects by their ids, all of a tenant, or the servers of a host."""

    resource: str
    ids: Sequence[str] = ()
    tenant: str = ""
    host: str = ""

    def chosen(self, cloud: CloudSession) -> Chosen:
        """Return what is chosen of which tenant of the cloud.

        Raises ``BadInput`` for what cannot be asked together, ``NotFound`` for an unknown id.
        """
        self._require_sense()
        if self.resource in OF_TENANTS:
            return self._of_tenants(cloud, self.ids or [self.tenant])
        type_name = PLACES[self.resource].type
        if self.host:
            return _grouped("server", _servers_on(cloud, self.host))
        if self.tenant:
            named = [f"{type_name}:{id_}" for id_ in self.ids]
            return {self.tenant: named or [all_of(type_name)]}
        owners = ((_owner(cloud, PLACES[self.resource], id_), id_) for id_ in self.ids)
        return _grouped(type_name, owners)

    def _require_sense(self) -> None:
        if not (self.ids or self.tenant or self.host):
            raise BadInput("Which objects?", fix="Give --ids, --tenant or --host.")
        if self.host and (self.resource != SERVERS or self.ids or self.tenant):
            raise BadInput("--host stands alone and is about servers.", fix="Remove the rest.")
        if self.resource in OF_TENANTS and self.ids and self.tenant:
            raise BadInput(f"The ids of {self.resource} are tenants.", fix="Remove --tenant.")
        if self.resource == FLAVORS and not self.tenant:
            raise BadInput("Flavors belong to no tenant.", fix="Add --tenant: who uses them.")

    def _of_tenants(self, cloud: CloudSession, tenants: Iterable[str]) -> Chosen:
        if self.resource == "identity":
            return {tenant: [*map(all_of, _identity_types())] for tenant in tenants}
        types = [all_of(name) for name in _types_without_servers()]
        return {tenant: [*types, *_detached_volumes(cloud, tenant)] for tenant in tenants}


def _identity_types() -> list[str]:
    types = resource_types().items()
    return [name for name, type_ in types if ".identity." in type(type_).__module__]


def _types_without_servers() -> list[str]:
    """Return the types whose objects move without any server."""
    held = {*OF_SERVERS}
    for name, type_ in resource_types().items():  # each after those that it needs
        if held & {*type_.needs}:
            held.add(name)
    return [name for name in resource_types() if name not in {*held, PROJECT}]


def _detached_volumes(cloud: CloudSession, tenant: str) -> list[str]:
    projects = {each["id"] for each in cloud.list("identity", "/projects", "projects", name=tenant)}
    project = PLACES[VOLUMES].project
    return [
        f"volume:{volume['id']}"
        for volume in cloud.list("block_storage", "/volumes/detail", "volumes", all_tenants=1)
        if volume[project] in {tenant, *projects} and not volume["attachments"]
    ]


def _servers_on(cloud: CloudSession, host: str) -> Iterable[tuple[str, str]]:
    """Yield project and id of each server on a host; Nova ignores filters it does not know."""
    for server in cloud.list("compute", "/servers/detail", "servers", all_tenants=1, host=host):
        if server.get("OS-EXT-SRV-ATTR:host") == host:
            yield server["tenant_id"], server["id"]


def _owner(cloud: CloudSession, place: Place, id_: str) -> str:
    found = cloud.find(place.service, f"{place.path}/{id_}", place.key)
    if found is None:
        raise NotFound(f"Cloud {cloud.name} has no {place.type} {id_}.", fix="Check the id.")
    return str(found[place.project])


def _grouped(type_name: str, owned: Iterable[tuple[str, str]]) -> Chosen:
    by_tenant: dict[str, list[str]] = {}
    for tenant, id_ in owned:
        by_tenant.setdefault(tenant, []).append(f"{type_name}:{id_}")
    return by_tenant
