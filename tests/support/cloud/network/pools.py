"""Address scopes and subnet pools."""

from ipaddress import ip_network
from typing import Any

from tests.support.cloud.fields import Field, Fields
from tests.support.cloud.messages import Json, Refused, Request
from tests.support.cloud.network.shared import SharedCollection
from tests.support.cloud.network.standard import with_extension


class AddressScopes(SharedCollection):
    """Address scopes: the pools in one do not overlap."""

    object_type = "address_scope"
    extension = "address-scope"
    tagged_as = None

    def __init__(self) -> None:
        fields = {"ip_version": 4, "shared": False}
        super().__init__("address-scopes", "address_scope", fields, required=("name", "ip_version"))
        names = ("id", "name", "project_id", "tenant_id")
        self.fields = Fields({**dict.fromkeys(names, ""), **fields})

    def touch(self, row: Json) -> None:
        """Do nothing: scopes do not count their changes."""

    def remove(self, row: Json, request: Request) -> None:
        """Delete a scope in which there is no pool."""
        if self.service.pools.where(address_scope_id=row["id"]):
            raise Refused(
                409,
                f"Unable to complete operation on address scope {row['id']}. There are one or more "
                "subnet pools in use on the address scope.",
                kind="AddressScopeInUse",
            )
        super().remove(row, request)


class SubnetPools(SharedCollection):
    """Subnet pools, of whose prefixes subnets are taken."""

    object_type = "subnetpool"
    extension = "subnet_allocation"

    def __init__(self) -> None:
        fields: dict[str, Any] = {
            **{"prefixes": [], "ip_version": 4, "default_quota": None, "shared": False},
            **{"default_prefixlen": "8", "min_prefixlen": "8", "max_prefixlen": "32"},
            "is_default": with_extension("default-subnetpools", False),
            "address_scope_id": with_extension("address-scope"),
        }
        super().__init__(
            "subnetpools",
            "subnetpool",
            fields,
            required=("name", "prefixes"),
            references={"address_scope_id": "address-scopes"},
        )

    def missing(self, id_: str) -> Refused:
        """Return the error for an id that there is not."""
        return Refused(404, f"Subnet pool {id_} could not be found.", kind="SubnetPoolNotFound")

    def prepare(self, row: Json, given: Json, request: Request) -> None:
        """Set the version by the prefixes, and refuse a second default pool of it."""
        super().prepare(row, given, request)
        if "ip_version" in given:
            raise Refused(400, "Attribute 'ip_version' not allowed in POST", kind="HTTPBadRequest")
        row["ip_version"] = ip_network(row["prefixes"][0]).version
        if row["ip_version"] == 6:
            row |= {name: given.get(name, value) for name, value in _LENGTHS_OF_IPV6.items()}
        row |= {name: str(row[name]) for name in _LENGTHS_OF_IPV6}
        if row["is_default"]:
            if not request.asker.is_admin:
                raise Refused(403, self.service.denial, kind="PolicyNotAuthorized")
            if self.where(is_default=True, ip_version=row["ip_version"]):
                raise _invalid("A default subnetpool for this IP family has already been set.")

    def allocate(self, row: Json) -> None:
        """Take a subnet's prefix of its pool. Neutron answers 500 if that has no room for it."""
        if not row.get("subnetpool_id"):
            return
        pool, wanted = self.get(row["subnetpool_id"]), ip_network(row["cidr"])
        prefixes = [ip_network(prefix) for prefix in pool["prefixes"]]
        taken = self.service.subnets.where(subnetpool_id=pool["id"])
        is_inside = any(wanted.subnet_of(prefix) for prefix in prefixes)  # type: ignore[arg-type]
        if not is_inside or any(wanted.overlaps(ip_network(each["cidr"])) for each in taken):
            raise Refused(
                500,
                "Failed to allocate subnet: Cannot allocate requested subnet from the available "
                "set of prefixes.",
                kind="SubnetAllocationError",
            )

    def remove(self, row: Json, request: Request) -> None:
        """Delete a pool of which no subnet is."""
        if self.service.subnets.where(subnetpool_id=row["id"]):
            sentence = "Unable to delete subnet pool: Subnet pool has existing allocations."
            raise Refused(400, sentence, kind="SubnetPoolDeleteError")
        super().remove(row, request)


class AddressGroups(SharedCollection):
    """Named groups of addresses, which rules may have as their remote."""

    object_type = "address_group"
    extension = "address-group"
    tagged_as = None

    def __init__(self) -> None:
        super().__init__("address-groups", "address_group", {"addresses": []}, required=("name",))
        names = ("id", "name", "description", "project_id", "tenant_id")
        counted = ("created_at", "updated_at", "revision_number")
        later = {name: Field(default=0, release="2026.2") for name in counted}
        self.fields = Fields({**dict.fromkeys(names, ""), "addresses": [], **later})

    def prepare(self, row: Json, given: Json, request: Request) -> None:
        """Refuse an address that is no network."""
        for address in row["addresses"]:
            if "/" not in address:
                raise _invalid(f"'{address}' is not a valid IP subnet.")

    def change(self, row: Json, given: Json, request: Request) -> None:
        """Change a group; its addresses have calls of their own."""
        if "addresses" in given:
            sentence = "Cannot update read-only attribute addresses"
            raise Refused(400, sentence, kind="HTTPBadRequest")
        super().change(row, given, request)

    def remove(self, row: Json, request: Request) -> None:
        """Delete a group that no rule names."""
        if self.service.rules.where(remote_address_group_id=row["id"]):
            raise Refused(
                409,
                f"Address group {row['id']} is in use on one or more security group rules.",
                kind="AddressGroupInUse",
            )
        super().remove(row, request)


_LENGTHS_OF_IPV6 = {"default_prefixlen": 64, "min_prefixlen": 64, "max_prefixlen": 128}


def _invalid(sentence: str) -> Refused:
    return Refused(400, f"Invalid input for operation: {sentence}", kind="InvalidInput")
