"""Refreshes a cloud: whether it can be reached, what it offers and which tenants it has."""

from collections import Counter

from django.db import transaction
from django.utils import timezone

from dashboard.clients.openstack import CloudSession, Json
from dashboard.errors import PumphouseError
from dashboard.hosts_app.clouds import connect
from dashboard.hosts_app.models import Cloud
from dashboard.migrations_app.execution.ended_outages import end_outages_of_running
from dashboard.migrations_app.models import Tenant
from dashboard.migrations_app.resources.reader import find_tenant

SERVICES = ("identity", "compute", "network", "image", "block_storage")


def look_at(cloud: Cloud) -> int:
    """Store what a cloud offers and its tenants. Return how many tenants it has.

    Raises what connecting raises, having stored that the cloud cannot be reached and why.
    """
    try:
        connection = connect(cloud)
        services = {name: _service(connection, name) for name in SERVICES}
        projects = [*connection.list("identity", "/projects", "projects")]
        domains = {d["id"]: d["name"] for d in connection.list("identity", "/domains", "domains")}
        servers, volumes = _count_servers(connection), _count_volumes(connection)
        end_outages_of_running(cloud, connection)
    except PumphouseError as error:
        _store(cloud, state=Cloud.State.UNREACHABLE, explanation=str(error))
        raise
    with transaction.atomic():
        _store(cloud, state=Cloud.State.REACHABLE, explanation="", services=services)
        for project in projects:
            _store_tenant(cloud, project, domains, servers, volumes)
        kept = [project["id"] for project in projects]
        cloud.tenants.exclude(project_id__in=kept).delete()
    return len(projects)


def look_up_tenant(cloud: Cloud, name_or_id: str) -> Tenant:
    """Ask the cloud itself for one tenant and store its row.

    Raises ``NotFound`` with the names there are, ``BadInput`` when the name is not unique.
    """
    tenant = find_tenant(connect(cloud), name_or_id)
    row, _ = Tenant.objects.update_or_create(
        cloud=cloud,
        project_id=tenant.id,
        defaults={
            "name": tenant.name,
            "domain_name": tenant.domain_name,
            "seen_at": timezone.now(),
        },
    )
    return row


def _service(connection: CloudSession, name: str) -> Json:
    newest = connection.newest_microversion(name)
    return {
        "endpoint": connection.endpoint(name),
        "newest": ".".join(str(part) for part in newest) if any(newest) else "",
    }


def _count_servers(connection: CloudSession) -> Counter[str]:
    # 2.1: only the project is wanted, and every cloud has it
    servers = connection.list("compute", "/servers/detail", "servers", all_tenants=1)
    return Counter(server["tenant_id"] for server in servers)


def _count_volumes(connection: CloudSession) -> Counter[str]:
    volumes = connection.list("block_storage", "/volumes/detail", "volumes", all_tenants=1)
    return Counter(volume["os-vol-tenant-attr:tenant_id"] for volume in volumes)


def _store(cloud: Cloud, **fields: object) -> None:
    Cloud.objects.filter(pk=cloud.pk).update(checked_at=timezone.now(), **fields)


def _store_tenant(
    cloud: Cloud,
    project: Json,
    domains: dict[str, str],
    servers: Counter[str],
    volumes: Counter[str],
) -> None:
    Tenant.objects.update_or_create(
        cloud=cloud,
        project_id=project["id"],
        defaults={
            "name": project["name"],
            "domain_name": domains.get(project["domain_id"], ""),
            "description": project.get("description") or "",
            "enabled": project.get("enabled", True),
            "servers": servers[project["id"]],
            "volumes": volumes[project["id"]],
            "seen_at": timezone.now(),
        },
    )
