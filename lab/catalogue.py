"""The initial objects of a new cloud: the service user, the service catalogue, an external network.

Keystone's bootstrap creates the administrator and the roles admin, member and reader. Each step
first checks what exists, so that an interrupted `up` can be repeated.
"""

from lab.clouds import REGION, Cloud
from lab.components import COMPONENTS
from lab.components.cinder import backends
from lab.components.component import Component
from lab.configuration import SERVICE_PROJECT, SERVICE_USER
from lab.passwords import password
from lab.rest import AdministratorSession, Answer

EXTERNAL_NETWORK = "public"


def fill(session: AdministratorSession) -> None:
    """Create the service user and the catalogue."""
    _make_service_user(session)
    known = {entry["type"] for entry in session.get("keystone", "/v3/services", "services")}
    for component in COMPONENTS:
        if component.service_type and component.service_type not in known:
            _make_endpoints(session, component)


def make_volume_types(session: AdministratorSession) -> None:
    """Create a volume type for each back end, by its name."""
    types = f"/v3/{session.project}/types"
    known = {each["name"] for each in session.get("cinder", types, "volume_types")}
    for name in backends():
        if name not in known:
            attributes = {"name": name, "extra_specs": {"volume_backend_name": name}}
            session.create("cinder", types, "volume_type", attributes)


def make_external_network(session: AdministratorSession) -> None:
    """Create the network of the floating addresses."""
    networks = "/v2.0/networks"
    if session.get("neutron", f"{networks}?name={EXTERNAL_NETWORK}", "networks"):
        return
    attributes: Answer = {
        "name": EXTERNAL_NETWORK,
        "router:external": True,
        "provider:network_type": "flat",
        "provider:physical_network": EXTERNAL_NETWORK,
    }
    network = session.create("neutron", networks, "network", attributes)
    session.create("neutron", "/v2.0/subnets", "subnet", _subnet(session.cloud, network["id"]))


def _subnet(cloud: Cloud, network: str) -> Answer:
    return {
        "name": EXTERNAL_NETWORK,
        "network_id": network,
        "ip_version": 4,
        "cidr": cloud.external_range,
        "enable_dhcp": False,
    }


def _make_service_user(session: AdministratorSession) -> None:
    """Create one user for all services; Nova and Cinder 2026.2 require the role `service`."""
    project = _ensure(session, "project", {"name": SERVICE_PROJECT, "domain_id": "default"})
    secret = password(session.cloud.name, use="service")
    attributes = {"name": SERVICE_USER, "domain_id": "default", "password": secret}
    user = _ensure(session, "user", attributes)
    for name in ("admin", "service"):
        role = _ensure(session, "role", {"name": name})
        session.call("PUT", "keystone", f"/v3/projects/{project}/users/{user}/roles/{role}")


def _ensure(session: AdministratorSession, kind: str, attributes: Answer) -> str:
    """Return the id of a named object; create it if it does not exist."""
    path = f"/v3/{kind}s"
    found = session.get("keystone", f"{path}?name={attributes['name']}", f"{kind}s")
    made = found[0] if found else session.create("keystone", path, kind, attributes)
    return str(made["id"])


def _make_endpoints(session: AdministratorSession, component: Component) -> None:
    attributes = {"name": component.name, "type": component.service_type}
    service = session.create("keystone", "/v3/services", "service", attributes)
    for interface in ("public", "internal", "admin"):
        endpoint = {
            "service_id": service["id"],
            "interface": interface,
            "region_id": REGION,
            "url": session.cloud.url(component.name) + component.endpoint_path,
        }
        session.create("keystone", "/v3/endpoints", "endpoint", endpoint)
