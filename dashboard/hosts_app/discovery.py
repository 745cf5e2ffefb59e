"""Stores the compute hosts of a cloud as rows: state, servers, room and evacuation cost."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from dashboard.errors import NotFound
from dashboard.hosts_app.clouds import connect
from dashboard.hosts_app.compute.facts import CloudReading, read_cloud
from dashboard.hosts_app.compute.nova import ComputeService
from dashboard.hosts_app.compute.room import RAM_MIB, VCPU, Room
from dashboard.hosts_app.evacuation.ranking import rows_of
from dashboard.hosts_app.models import Cloud, Host
from dashboard.jobs.kinds import StepSpec
from dashboard.jobs.models import Job
from dashboard.jobs.requester import NOBODY, Requester
from dashboard.jobs.starting import start_job

REFRESH, POWER = "refresh", "power"
NO_ROOM = Room(total={}, used={})


def start_host_discovery(cloud: Cloud, *, requester: Requester = NOBODY) -> Job:
    """Start to refresh the hosts of a cloud. Raises ``Conflict`` while another refresh runs."""
    title = f"Refresh the hosts of {cloud.name}"
    return start_job(
        kind="discover_hosts",
        title=title,
        subject=f"hosts:{cloud.name}",
        steps=[
            StepSpec(key=REFRESH, action=REFRESH, title=title),
            StepSpec(key=POWER, action=POWER, title="Ask their BMCs for power", after=[REFRESH]),
        ],
        params={"cloud": cloud.pk},
        requester=requester,
    )


def host_named(cloud: Cloud, name: str) -> Host:
    """Return the row of a host. Raises ``NotFound`` that lists those that were seen."""
    host = cloud.hosts.filter(name=name).first()
    if host is None:
        known = ", ".join(cloud.hosts.values_list("name", flat=True)) or "none yet"
        raise NotFound(f"Cloud {cloud.name} has no host {name!r}.", fix=f"Known hosts: {known}.")
    return host


def refresh_hosts(cloud: Cloud) -> int:
    """Store what Nova and placement say of a cloud's hosts. Return how many hosts it has."""
    reading = read_cloud(connect(cloud))
    costs = rows_of(reading)
    with transaction.atomic():
        for service in reading.services:
            _store(cloud, service, reading, costs[service.host])
        cloud.hosts.exclude(name__in=costs).delete()
    return len(costs)


def _store(
    cloud: Cloud, service: ComputeService, reading: CloudReading, evacuation_cost: Mapping[str, Any]
) -> None:
    room = reading.rooms.get(service.host, NO_ROOM)
    statuses = Counter(server["status"] for server in reading.servers_on(service.host))
    Host.objects.update_or_create(
        cloud=cloud,
        name=service.host,
        defaults={
            "is_up": service.is_up,
            "is_enabled": service.is_enabled,
            "disabled_reason": service.reason[:255],
            "servers": dict(statuses),
            "vcpus_used": room.used.get(VCPU, 0),
            "vcpus_total": room.total.get(VCPU, 0),
            "ram_used_mib": room.used.get(RAM_MIB, 0),
            "ram_total_mib": room.total.get(RAM_MIB, 0),
            "evacuation_cost": evacuation_cost,
            "seen_at": timezone.now(),
        },
    )
