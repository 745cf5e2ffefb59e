"""The hypervisors of a host, as Nova lists them once it has found the host."""

from dashboard.clients.openstack import Cloud, Json

CLOSED = "COMPUTE_STATUS_DISABLED"


def hypervisors_of(cloud: Cloud, host: str) -> list[Json]:
    """Give a host's hypervisors. Nova lists none before the host is mapped to a cell.

    From 2.53 on the id of a hypervisor is that of its provider in placement.
    """
    microversion = cloud.at_most("compute", "2.53")
    found = cloud.list(
        "compute", "/os-hypervisors/detail", "hypervisors", microversion=microversion
    )
    return [each for each in found if each["service"]["host"] == host]


def providers_of(cloud: Cloud, host: str) -> list[str]:
    """Give the ids of a host's providers in placement; [] before Pike."""
    if not cloud.supports("compute", "2.53"):
        return []
    return [str(each["id"]) for each in hypervisors_of(cloud, host)]


def is_closed_in_placement(cloud: Cloud, host: str) -> bool:
    """Say whether the scheduler still leaves a host out because of a trait, as Nova has it since
    Train. A host that was enabled while it was down keeps the trait until it reports next."""
    return any(
        CLOSED
        in cloud.get(
            "placement", f"/resource_providers/{provider}/traits", "traits", microversion="1.6"
        )
        for provider in providers_of(cloud, host)
    )
