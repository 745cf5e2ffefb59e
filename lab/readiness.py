"""Waits until a cloud is ready."""

from functools import partial

from lab.catalogue import make_external_network, make_volume_types
from lab.clouds import PORTS, Cloud
from lab.components import cinder
from lab.membership import hosts_now
from lab.processes import listens, note, wait_until
from lab.rest import AdministratorSession


def wait_for_login(cloud: Cloud) -> AdministratorSession:
    """Wait for Keystone."""
    wait_until(f"{cloud.name} keystone", lambda: AdministratorSession(cloud), group=cloud.name)
    return AdministratorSession(cloud)


def wait_for_services(session: AdministratorSession) -> None:
    """Wait for all services, then create the objects that need running services."""
    cloud = session.cloud
    for service in PORTS:
        listening = partial(listens, cloud.port(service))
        wait_until(f"{cloud.name} {service}", listening, group=cloud.name)
    note(f"{cloud.name}: all APIs listen")
    wait_until(f"{cloud.name} nova", lambda: nova_ready(session), group=cloud.name, pause=1)
    wait_until(f"{cloud.name} cinder", lambda: cinder_ready(session), group=cloud.name, pause=1)
    wait_until(f"{cloud.name} glance", lambda: glance_ready(session), group=cloud.name)
    make_volume_types(session)
    make_external_network(session)
    note(f"{cloud.name}: ready, {cloud.identity_url}")


def nova_ready(session: AdministratorSession) -> bool:
    """Return whether conductor, scheduler and each host report, and each host is a hypervisor."""
    services = session.get("nova", "/v2.1/os-services", "services")
    up = {(found["binary"], found["host"]) for found in services if found["state"] == "up"}
    hypervisors = session.get("nova", "/v2.1/os-hypervisors", "hypervisors")
    hosts = set(hosts_now(session.cloud))
    return (
        {"nova-conductor", "nova-scheduler"} <= {binary for binary, _ in up}
        and {("nova-compute", host) for host in hosts} <= up
        and hosts <= {found["hypervisor_hostname"] for found in hypervisors}
    )


def cinder_ready(session: AdministratorSession) -> bool:
    """Return whether each service but the API reports, and each back end."""
    services = session.get("cinder", f"/v3/{session.project}/os-services", "services")
    up = [found for found in services if found["state"] == "up"]
    wanted = {*cinder.processes(session.cloud)} - {"cinder-api"}
    reporting = {found["host"].partition("@")[2] for found in up}
    return wanted <= {found["binary"] for found in up} and {*cinder.backends()} <= reporting


def glance_ready(session: AdministratorSession) -> bool:
    """Return whether images can be listed."""
    session.get("glance", "/v2/images", "images")
    return True
