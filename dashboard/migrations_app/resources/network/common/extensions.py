"""Which attributes of Neutron's objects need an extension."""

from collections.abc import Mapping
from typing import Any

from dashboard.clients.openstack import CloudSession
from dashboard.migrations_app.resources.network.common.tags import TAGGING

# attributes that only exist with an extension: its alias, and the value that does not need it
EXTENSIONS: Mapping[str, tuple[str, Any]] = {
    "allowed_address_pairs": ("allowed-address-pairs", None),
    "binding:vnic_type": ("binding", "normal"),
    "dns_domain": ("dns-integration", None),
    "dns_name": ("dns-integration", None),
    "extra_dhcp_opts": ("extra_dhcp_opt", None),
    "hardware_offload_type": ("port-hardware-offload-type", None),
    "hints": ("port-hints", None),
    "mac_learning_enabled": ("mac-learning", False),
    "mtu": ("net-mtu-writable", None),
    "numa_affinity_policy": ("port-numa-affinity-policy", None),
    "port_security_enabled": ("port-security", True),
    "propagate_uplink_status": ("uplink-status-propagation", False),
    "is_default": ("qos-default", False),
    "qos_policy_id": ("qos", None),
    "qinq": ("qinq", False),
    "routes": ("extraroute", None),
    "service_types": ("subnet-service-types", None),
    "stateful": ("stateful-security-group", True),
    "tags": (TAGGING, None),
    "trusted": ("port-trusted-vif", False),
    "vlan_transparent": ("vlan-transparent", False),
}


def aliases_of(cloud: CloudSession) -> set[str]:
    """Return the aliases of a cloud's extensions, for a stage; planning has its reader's."""
    listed = cloud.list("network", "/extensions", "extensions")
    return {extension["alias"] for extension in listed}
