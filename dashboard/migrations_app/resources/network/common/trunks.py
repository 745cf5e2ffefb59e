"""Which trunks carry a port, or are carried by one."""

from collections.abc import Collection

from dashboard.clients.openstack import Json
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import Ref

SUB_PORT_OWNER = "trunk:subport"


def trunks_on(port_ids: Collection[str], reader: TenantReader) -> list[Ref]:
    """Return the trunks whose parent is one of the ports: guests need them when they boot."""
    return [Ref("trunk", trunk["id"]) for trunk in reader.trunks if trunk["port_id"] in port_ids]


def trunks_with(port_id: str, reader: TenantReader) -> list[Json]:
    """Return the trunk that has the port as a sub-port, or none."""
    return [
        trunk
        for trunk in reader.trunks
        if any(sub["port_id"] == port_id for sub in trunk["sub_ports"])
    ]


def server_behind(port: Json, reader: TenantReader) -> str:
    """Return the id of the server that a port leads to, by its trunk too; "" for none."""
    parents = {trunk["port_id"] for trunk in trunks_with(port["id"], reader)}
    servers = (each["device_id"] for each in reader.ports if each["id"] in parents)
    return port["device_id"] or next(servers, "")
