"""In which zones and aggregates hosts are, and servers must be."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from dashboard.campaigns.simulation.places import in_aggregate, in_zone
from dashboard.clients.openstack import CloudSession
from dashboard.hosts_app.compute.nova import ComputeService

ZONE_KEY = "availability_zone"
SCOPE = "aggregate_instance_extra_specs:"
OPERATOR_SIGNS = "<>=!"
"""What the values of Nova's extra specs begin with, or have behind an s, that are no plain text."""


def places_of_hosts(
    cloud: CloudSession, services: Iterable[ComputeService]
) -> Mapping[str, set[str]]:
    """Return the zone and the aggregates' metadata of each host, as resource classes.

    The metadata is what Nova's AggregateInstanceExtraSpecsFilter reads; several values of a key
    have commas between.
    """
    found: defaultdict[str, set[str]] = defaultdict(set)
    for service in services:
        found[service.host].add(in_zone(service.zone))
    for aggregate in cloud.list("compute", "/os-aggregates", "aggregates"):
        classes = {
            in_aggregate(key, value.strip())
            for key, values in aggregate["metadata"].items()
            for value in values.split(",")
            if key != ZONE_KEY
        }
        for host in aggregate["hosts"]:
            found[host] |= classes
    return found


def places_of_flavor(flavor: Mapping[str, Any]) -> set[str]:
    """Return the aggregates that a flavor's extra specs ask for by a plain value."""
    specs: Mapping[str, str] = flavor.get("extra_specs") or {}
    return {
        in_aggregate(key.removeprefix(SCOPE), value)
        for key, value in specs.items()
        if key.startswith(SCOPE) and not _has_operator(value)
    }


def _has_operator(value: str) -> bool:
    return value[:1] in OPERATOR_SIGNS or value[:3] in ("s==", "s!=", "s>=", "s> ", "s<=", "s< ")
