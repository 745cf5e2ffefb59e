"""Everything that is on both clouds, to be compared before and after."""

from dataclasses import dataclass
from typing import Any

from dashboard.clients.openstack import CloudSession

Listing = dict[str, dict[str, Any]]

_ALL = {"all_tenants": 1}
_COLLECTIONS: dict[str, tuple[str, str, str, dict[str, Any]]] = {
    "project": ("identity", "/projects", "projects", {}),
    "user": ("identity", "/users", "users", {}),
    "role": ("identity", "/roles", "roles", {}),
    "flavor": ("compute", "/flavors/detail", "flavors", {"is_public": "None"}),
    "server": ("compute", "/servers/detail", "servers", _ALL),
    "image": ("image", "/images", "images", {}),
    "volume": ("block_storage", "/volumes/detail", "volumes", _ALL),
    "volume_type": ("block_storage", "/types", "volume_types", {"is_public": "None"}),
    "snapshot": ("block_storage", "/snapshots/detail", "snapshots", _ALL),
    "network": ("network", "/networks", "networks", {}),
    "subnet": ("network", "/subnets", "subnets", {}),
    "port": ("network", "/ports", "ports", {}),
    "router": ("network", "/routers", "routers", {}),
    "security_group": ("network", "/security-groups", "security_groups", {}),
    "floating_ip": ("network", "/floatingips", "floatingips", {}),
    "trunk": ("network", "/trunks", "trunks", {}),
    "qos_policy": ("network", "/qos/policies", "policies", {}),
    "subnet_pool": ("network", "/subnetpools", "subnetpools", {}),
    "address_scope": ("network", "/address-scopes", "address_scopes", {}),
    "address_group": ("network", "/address-groups", "address_groups", {}),
    "rbac_policy": ("network", "/rbac-policies", "rbac_policies", {}),
    "group": ("identity", "/groups", "groups", {}),
    "credential": ("identity", "/credentials", "credentials", {}),
    "server_group": ("compute", "/os-server-groups", "server_groups", {"all_projects": "True"}),
}
_TOUCHED = ("updated_at", "revision_number", "OS-EXT-STS:vm_state", "status", "port_id")


@dataclass(frozen=True)
class Inventory:
    """The ids of all objects by cloud and type, each with what changes when it is touched."""

    source: Listing
    destination: Listing

    @classmethod
    def of(cls, source: CloudSession, destination: CloudSession) -> "Inventory":
        """List both clouds now."""
        return cls(source=_listing(source), destination=_listing(destination))

    def ids(self) -> dict[str, dict[str, set[str]]]:
        """Return the ids alone, by cloud and type."""
        both = {"source": self.source, "destination": self.destination}
        return {
            cloud: {type_: set(objects) for type_, objects in listing.items()}
            for cloud, listing in both.items()
        }


def _listing(cloud: CloudSession) -> Listing:
    found: Listing = {}
    for type_, (service, path, key, query) in _COLLECTIONS.items():
        objects = cloud.list(service, path, key, **query)
        found[type_] = {
            each["id"]: {name: each[name] for name in _TOUCHED if name in each}
            for each in objects
            # neutron makes a new one whenever a router gets its gateway back
            if each.get("device_owner") != "network:router_gateway"
        }
    assignments = cloud.list("identity", "/role_assignments", "role_assignments")
    found["role_assignment"] = {str(each["links"]["assignment"]): {} for each in assignments}
    return found
