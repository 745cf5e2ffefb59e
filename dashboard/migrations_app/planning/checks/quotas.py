"""Does the tenant fit into the destination's quotas?"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dashboard.clients.openstack import Json
from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.resources.choices import choice_of
from dashboard.migrations_app.resources.quota_api import QUOTA_APIS, UNLIMITED, used_of
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import ADOPT, BLOCK, Finding, Record
from dashboard.migrations_app.resources.snapshot_options import AS_VOLUMES, SNAPSHOTS

# options of the command ``openstack quota set`` that are not called as the quota is
_OPTIONS = {
    "network": "--networks",
    "subnet": "--subnets",
    "router": "--routers",
    "port": "--ports",
    "floatingip": "--floating-ips",
    "security_group": "--secgroups",
    "security_group_rule": "--secgroup-rules",
}
_OF_NETWORK = {
    "network": "network",
    "subnet": "subnet",
    "router": "router",
    "port": "port",
    "floating_ip": "floatingip",
    "security_group": "security_group",
    "rbac_policy": "rbac_policy",
    "subnet_pool": "subnetpool",
}


def check(
    plan: Plan, records: Sequence[Record], source: TenantReader, destination: TenantReader
) -> Iterable[Finding]:
    """Compare what the tenant needs with what is free, for each service that sets quotas."""
    for service, needed in _needs(plan, records, source).items():
        if any(needed.values()):
            limits = limits_of(plan, destination, service, records)
            yield from _short(plan, service, needed, limits)
            yield from _too_large(plan, records, limits.get("per_volume_gigabytes", UNLIMITED))
            yield from _too_many_keys(plan, records, limits.get("key_pairs", UNLIMITED))


def limits_of(
    plan: Plan, destination: TenantReader, service: str, records: Sequence[Record]
) -> Json:
    """Return the limits by resource of the project that will be moved into.

    Those that the plan sets, among the records of what it creates, are as they will be then.
    """
    limits = _limits(destination, service, _project_id(plan, destination))
    for record in records:
        if record.type == f"{service}_quota":
            limits |= {
                name: _with_limit(limits[name], limit)
                for name, limit in record.fields["limits"].items()
                if name in limits
            }
    return limits


def _with_limit(found: Json | int, limit: int) -> Json | int:
    """Return what is told of a resource with another limit."""
    return {**found, "limit": limit} if isinstance(found, dict) else limit


def _project_id(plan: Plan, destination: TenantReader) -> str:
    """Return the project that will be moved into, empty when it is to be created."""
    if not _is_adopted(plan):
        return ""
    named = destination.list("identity", "/projects", "projects", name=plan.tenant_name)
    return str(named[0]["id"]) if named else ""


def _is_adopted(plan: Plan) -> bool:
    return bool(plan.choices.get(f"project:{plan.tenant_name}") == ADOPT)


def _needs(plan: Plan, records: Sequence[Record], source: TenantReader) -> dict[str, Counter[str]]:
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
        elif record.type == "server_group":
            needs["compute"]["server_groups"] += 1
        elif record.type == "volume":
            needs["block_storage"].update(_of_volume(plan, record))
        elif record.type == "volume_snapshot":
            needs["block_storage"].update(_of_snapshot(plan, record))
        elif record.type in _OF_NETWORK:
            needs["network"][_OF_NETWORK[record.type]] += 0 if record.shared else 1
            rules = len(record.fields.get("security_group_rules", ()))
            needs["network"]["security_group_rule"] += rules
    return needs


def _of_volume(plan: Plan, record: Record) -> dict[str, int]:
    """Return what a volume needs; Cinder limits volumes of each type by themselves, too."""
    size = record.fields["size"]
    chosen = choice_of(plan.choices, "volume", record.id, record.name)
    type_ = chosen or record.fields["volume_type"]
    of_type = {f"volumes_{type_}": 1, f"gigabytes_{type_}": size}
    return {"volumes": 1, "gigabytes": size, **of_type}


def _of_snapshot(plan: Plan, record: Record) -> dict[str, int]:
    """Return what a snapshot needs: Cinder counts its size among the gigabytes of volumes."""
    is_volume = plan.options.get(SNAPSHOTS) == AS_VOLUMES
    return {"volumes" if is_volume else "snapshots": 1, "gigabytes": record.fields["size"]}


def _limits(destination: TenantReader, service: str, project_id: str) -> Json:
    """Ask for the project's limits and use, or for the defaults that a new project will have."""
    api = next(each for each in QUOTA_APIS if each.service == service)
    if project_id:
        return api.with_usage(destination.cloud, project_id)
    return {**api.default_limits(destination.cloud)}


def total_of(limit: Json | int) -> int:
    """Return a limit itself, whether its use is told with it or not; what is none is no limit."""
    total = limit["limit"] if isinstance(limit, dict) else limit
    return total if isinstance(total, int) else UNLIMITED


def _used(limit: Json | int) -> int:
    return used_of(limit) if isinstance(limit, dict) else 0


def _short(
    plan: Plan, service: str, needed: Counter[str], limits: Mapping[str, Any]
) -> Iterable[Finding]:
    for resource, count in needed.items():
        total, used = total_of(limits.get(resource, UNLIMITED)), _used(limits.get(resource, 0))
        if total != UNLIMITED and count > total - used:
            what = resource.replace("_", " ")
            yield Finding(
                severity=BLOCK,
                sentence=f"{plan.tenant_name} needs {count} {what} of {service.replace('_', ' ')} "
                f"on cloud {plan.destination}, whose quota leaves {total - used}.",
                fix=_fix(plan, service, resource, used + count),
            )


def _fix(plan: Plan, service: str, resource: str, wanted: int) -> str:
    """Return how the quota is raised to what is wanted; Neutron has no default to be set."""
    kind, _, type_ = resource.partition("_") if service == "block_storage" else (resource, "", "")
    option = _OPTIONS.get(kind, f"--{kind}") + f" {wanted}"
    if type_:
        option += f" --volume-type {type_}"
    of_project = f"openstack quota set {option} {plan.tenant_name}"
    if _is_adopted(plan):
        return f"Raise it there: {of_project}."
    let_set = f"map no {service}_quota:{plan.tenant_name}, to have the source's limits set"
    if service == "network":
        return f"Raise the default in neutron.conf there ([quotas]), or {let_set}."
    return f"Raise the default there (openstack quota set --class {option} default), or {let_set}."


def _too_many_keys(plan: Plan, records: Sequence[Record], limit: Json | int) -> Iterable[Finding]:
    """Return what is found about users with more keys than one may have there."""
    most = total_of(limit)
    keys = Counter(record.fields["user_id"] for record in records if record.type == "keypair")
    for user_id, count in keys.items():
        if UNLIMITED != most < count:
            names = {record.id: record.name for record in records if record.type == "user"}
            yield Finding(
                severity=BLOCK,
                sentence=f"User {names.get(user_id, user_id)} has {count} key pairs; cloud "
                f"{plan.destination} allows {most} for each.",
                fix="Delete some, or raise the default there (openstack quota set --class "
                f"--key-pairs {count} default).",
            )


def _too_large(plan: Plan, records: Sequence[Record], limit: Json | int) -> Iterable[Finding]:
    """Return what is found about volumes that are larger than any may be there."""
    largest = total_of(limit)
    for record in records:
        if record.type == "volume" and UNLIMITED != largest < record.fields["size"]:
            yield Finding(
                severity=BLOCK,
                sentence=f"Volume {record.title} has {record.fields['size']} GiB; "
                f"cloud {plan.destination} allows {largest} per volume.",
                fix="Raise the quota per-volume-gigabytes there (openstack quota set --class "
                f"--per-volume-gigabytes {record.fields['size']} default).",
            )
