"""Does the tenant fit into the destination's quotas?"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from dashboard.clients.openstack import Json
from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import ADOPT, BLOCK, Finding, Record

UNLIMITED = -1
_OF_NETWORK = {
    "network": "network",
    "subnet": "subnet",
    "router": "router",
    "port": "port",
    "floating_ip": "floatingip",
    "security_group": "security_group",
}


def check(
    plan: Plan, records: Sequence[Record], source: TenantReader, destination: TenantReader
) -> Iterable[Finding]:
    """Compare what the tenant needs with what is free, for each service that sets quotas."""
    for service, needed in _needs(records, source).items():
        if any(needed.values()):
            limits = limits_of(plan, destination, service)
            yield from _short(plan, service, needed, _free(limits))
            yield from _too_large(plan, records, limits.get("per_volume_gigabytes", UNLIMITED))


def limits_of(plan: Plan, destination: TenantReader, service: str) -> Json:
    """Return the limits by resource of the project that will be moved into."""
    return _limits(destination, service, _project_id(plan, destination))


def _project_id(plan: Plan, destination: TenantReader) -> str:
    """Return the project that will be moved into, empty when it is to be created."""
    if plan.choices.get(f"project:{plan.tenant_name}") != ADOPT:
        return ""
    named = destination.list("identity", "/projects", "projects", name=plan.tenant_name)
    return str(named[0]["id"]) if named else ""


def _needs(records: Sequence[Record], source: TenantReader) -> dict[str, Counter[str]]:
    needs: dict[str, Counter[str]] = {
        "compute": Counter(),
        "block_storage": Counter(),
        "network": Counter(),
    }
    flavors = {flavor["id"]: flavor for flavor in source.flavors}
    for record in records:
        if record.type == "server":
            flavor = flavors.get(source.flavor_id(dict(record.fields)), record.fields["flavor"])
            cores, ram = flavor.get("vcpus", 0), flavor.get("ram", 0)
            needs["compute"].update({"instances": 1, "cores": cores, "ram": ram})
        elif record.type == "volume":
            size = record.fields["size"]
            needs["block_storage"].update({"volumes": 1, "gigabytes": size})
        elif record.type in _OF_NETWORK:
            needs["network"][_OF_NETWORK[record.type]] += 0 if record.shared else 1
            rules = len(record.fields.get("security_group_rules", ()))
            needs["network"]["security_group_rule"] += rules
    return needs


def _free(limits: Json) -> dict[str, int]:
    """Return what is still free by resource; resources without a limit are not in it."""
    free = {}
    for resource, limit in limits.items():
        total = total_of(limit)
        if total != UNLIMITED:
            free[resource] = total - _used(limit)
    return free


def _limits(destination: TenantReader, service: str, project_id: str) -> Json:
    """Ask for the project's limits and use, or for the defaults that a new project will have."""
    cloud = destination.cloud
    if service == "network":
        path = f"/quotas/{project_id}/details" if project_id else "/quotas/any/default"
        return cloud.get(service, path, "quota")
    if project_id and service == "compute":
        return cloud.get(service, f"/os-quota-sets/{project_id}/detail", "quota_set")
    if project_id:
        return cloud.get(service, f"/os-quota-sets/{project_id}?usage=true", "quota_set")
    # the defaults are the same whichever project is named; services may check that it exists
    return cloud.get(service, f"/os-quota-sets/{cloud.project_id}/defaults", "quota_set")


def total_of(limit: Json | int) -> int:
    """Return a limit itself, whether its use is told with it or not; what is none is no limit."""
    total = limit["limit"] if isinstance(limit, dict) else limit
    return total if isinstance(total, int) else UNLIMITED


def _used(limit: Json | int) -> int:
    if not isinstance(limit, dict):
        return 0
    return int(limit.get("in_use") or limit.get("used") or 0) + int(limit.get("reserved", 0))


def _short(
    plan: Plan, service: str, needed: Counter[str], free: Mapping[str, int]
) -> Iterable[Finding]:
    for resource, count in needed.items():
        if resource in free and count > free[resource]:
            what = resource.replace("_", " ")
            yield Finding(
                severity=BLOCK,
                sentence=f"{plan.tenant_name} needs {count} {what} of {service.replace('_', ' ')} "
                f"on cloud {plan.destination}, whose quota leaves {free[resource]}.",
                fix=f"Raise the default quota there (openstack quota set --class --{resource} "
                f"{count} default), or create the project with a larger one and map "
                f"project:{plan.tenant_name}=adopt.",
            )


def _too_large(plan: Plan, records: Sequence[Record], limit: Json | int) -> Iterable[Finding]:
    """Return what is found about volumes that are larger than any may be there."""
    largest = total_of(limit)
    for record in records:
        if record.type == "volume" and UNLIMITED != largest < record.fields["size"]:
            yield Finding(
                severity=BLOCK,
                sentence=f"Volume {record.name or record.id} has {record.fields['size']} GiB; "
                f"cloud {plan.destination} allows {largest} per volume.",
                fix="Raise the quota per-volume-gigabytes there (openstack quota set --class "
                f"--per-volume-gigabytes {record.fields['size']} default).",
            )
