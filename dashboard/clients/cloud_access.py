"""What is needed to reach one cloud, whichever format of file or Fuel it comes from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dashboard.clients.backup_stores.access import StoreAccess
from dashboard.clients.cloud_limits import CloudLimits
from dashboard.clients.legacy.lent_roles import NOWHERE, LentRoles
from dashboard.clients.rbd import CephPool

PASSWORD_TYPES = frozenset({"password", "v3password"})
SERVICES = (
    *("block_storage", "compute", "identity", "image", "key_manager", "network", "placement"),
)

_FIXED_SCOPES = ("system_scope", "domain_id", "domain_name", "trust_id")


@dataclass(frozen=True, kw_only=True)
class ServiceOptions:
    """How one service is found and asked, where that differs from service to service.

    ``service_type`` and ``service_name`` are those of the catalogue; ``version`` is the major
    version, "" for the newest that is known. ``rate_limit`` is in requests a second. ``retries``
    are what keystoneauth takes for requests that only read.
    """

    region_name: str | None = None
    interface: str | list[str] = "public"
    service_type: str = ""
    service_name: str | None = None
    endpoint_override: str | None = None
    version: str = ""
    rate_limit: float | None = None
    concurrency: int | None = None
    retries: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class CloudAccess:
    """How to log in to a cloud, and what Pumphouse alone knows of it.

    ``auth`` is what the keystoneauth plugin ``auth_type`` takes; ``verify`` is False, True or the
    path of a CA bundle; ``timeout`` is in seconds. ``services`` has what the configuration says of
    single services, by their names in openstacksdk.

    ``keystone_connection`` is the address of the Keystone database, for password hashes;
    ``environment`` the name of the Fuel environment that the cloud lives in; ``urls`` are shown to
    people; ``populate`` and ``workloads`` describe generated test tenants. ``shared_pools`` are
    pools of volumes that another cloud uses as well, by labels that both clouds use.
    ``backup_store`` is a label of the store of its volumes' backups: two clouds with the same one
    read and write the same backups; or it says how a store of its own is reached. ``ceph`` says how
    the pools of its volumes are reached that are on Ceph. ``limits`` are how much the cloud may be
    asked for at most;
    ``reread_limits`` reads them again. ``lent_roles`` is where roles are recorded that the account
    lends itself. The repr shows no secret.
    """

    name: str
    auth: Mapping[str, Any] = field(repr=False)
    auth_type: str = "password"
    region_name: str | None = None
    interface: str | list[str] = "public"
    verify: bool | str = True
    cert: str | None = None
    key: str | None = None
    timeout: float | None = None
    services: Mapping[str, ServiceOptions] = field(default_factory=dict)
    keystone_connection: str | None = field(default=None, repr=False)
    environment: str | None = None
    urls: Mapping[str, str] = field(default_factory=dict)
    populate: Mapping[str, int] = field(default_factory=dict)
    workloads: Mapping[str, Any] = field(default_factory=dict, repr=False)
    lent_roles: LentRoles = field(default=NOWHERE, repr=False, compare=False)
    shared_pools: Mapping[str, str] = field(default_factory=dict)
    backup_store: str | StoreAccess | None = None
    ceph: Mapping[str, CephPool] = field(default_factory=dict)
    limits: CloudLimits = field(default_factory=CloudLimits)
    reread_limits: Callable[[], CloudLimits] | None = field(default=None, repr=False, compare=False)

    def limits_now(self) -> CloudLimits:
        """Return the limits as the configuration has them now, where it can be read again."""
        return self.reread_limits() if self.reread_limits else self.limits

    @property
    def account(self) -> str:
        """Who logs in, as far as the login tells."""
        return str(self.auth.get("username") or self.auth.get("user_id") or "its account")

    @property
    def fixed_scope(self) -> str:
        """What ties the login to one scope, "" if it can act wherever it has a role.

        Only a password gets a token for another project. Keystone refuses that to application
        credentials, to tokens where it does not rescope, and to federated logins.
        """
        if self.auth_type not in PASSWORD_TYPES:
            return f"auth_type {self.auth_type}"
        return next((key for key in _FIXED_SCOPES if self.auth.get(key)), "")

    def service(self, name: str) -> ServiceOptions:
        """Return the options of a service."""
        default = ServiceOptions(region_name=self.region_name, interface=self.interface)
        return self.services.get(name, default)
