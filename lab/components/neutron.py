"""Neutron: networks. The lab needs no agents, RPC servers or periodic workers."""

from lab.clouds import Cloud
from lab.commands import Command, configured, has_script, wsgi
from lab.components.component import Component
from lab.configuration import database, service_login, write

# The defaults suit one tenant; the tests' tenants share a cloud.
QUOTAS = {
    "quota_network": 1000,
    "quota_subnet": 1000,
    "quota_port": 5000,
    "quota_router": 500,
    "quota_floatingip": 500,
    "quota_security_group": 500,
    "quota_security_group_rule": 5000,
}

# What a tenant can have; none of them needs an agent to store and list its objects.
SERVICE_PLUGINS = (
    "router",
    "qos",
    "trunk",
    "port_forwarding",
    "conntrack_helper",
    "network_ip_availability",
)


def configure(cloud: Cloud) -> None:
    """Write neutron.conf."""
    (cloud.directory / "neutron").mkdir(parents=True, exist_ok=True)
    sections: dict[str, dict[str, object]] = {
        "DEFAULT": {
            "host": f"{cloud.name}-control",
            "bind_host": "127.0.0.1",
            "bind_port": cloud.port("neutron"),
            "api_workers": 1,
            "rpc_workers": 0,
            "core_plugin": "ml2",
            "service_plugins": ",".join(SERVICE_PLUGINS),
            "state_path": cloud.directory / "neutron",
            "dhcp_agent_notification": False,
            "api_paste_config": cloud.venv / "etc" / "neutron" / "api-paste.ini",
        },
        "database": database(cloud, "neutron"),
        "nova": service_login(cloud),
        "placement": service_login(cloud),
        "ml2": {
            "type_drivers": "local,flat,vlan,vxlan",
            "tenant_network_types": "vxlan",
            "mechanism_drivers": "lab",
            "extension_drivers": "port_security,qos,dns",
        },
        "ml2_type_flat": {"flat_networks": "*"},
        "ml2_type_vlan": {"network_vlan_ranges": "physnet1:100:500"},
        "ml2_type_vxlan": {"vni_ranges": "1:20000"},
        "quotas": dict(QUOTAS),
    }
    write(cloud, "neutron", sections)


def migrations(cloud: Cloud) -> list[Command]:
    """Return the commands that create the tables."""
    return [configured(cloud, "neutron-db-manage", ("neutron",), "upgrade", "heads")]


def processes(cloud: Cloud) -> dict[str, Command]:
    """Return the command of the release's own server, or of a WSGI server if it has none."""
    if has_script(cloud, "neutron-server"):
        command = configured(cloud, "neutron-server", ("neutron",))
    else:
        command = wsgi(cloud, "neutron.wsgi.api:application", "neutron")
    return {"neutron": command}


COMPONENT = Component(
    name="neutron",
    databases=("neutron",),
    configure=configure,
    migrations=migrations,
    processes=processes,
    service_type="network",
)
