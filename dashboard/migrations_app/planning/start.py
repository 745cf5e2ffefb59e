"""Plans the move of a tenant: reads both clouds, changes nothing, freezes what it found."""

from collections.abc import Mapping

from django.db import transaction

from dashboard.errors import BadInput, NotFound
from dashboard.hosts_app.models import Cloud
from dashboard.jobs.kinds import StepSpec
from dashboard.jobs.models import Job
from dashboard.jobs.requester import NOBODY, Requester
from dashboard.jobs.starting import start_job
from dashboard.migrations_app.maintenance.options import CHOICES as MAINTENANCE
from dashboard.migrations_app.models import Plan, Tenant
from dashboard.migrations_app.resources.registry import resource_type

OPTIONS: Mapping[str, tuple[str, ...]] = {
    "capture": ("stop", "suspend"),
    "addresses": ("keep", "new"),
    "maintenance": MAINTENANCE,
}


def start_plan(
    *,
    source: Cloud,
    destination: Cloud,
    tenant: str,
    options: Mapping[str, str] | None = None,
    choices: Mapping[str, str] | None = None,
    requester: Requester = NOBODY,
) -> tuple[Plan, Job]:
    """Start to plan the move of a tenant, named by name or id, that discovery has seen.

    Raises ``NotFound`` for an unknown tenant, ``BadInput`` for options or choices that mean
    nothing, ``Conflict`` while the tenant has another job.
    """
    if _are_one(source, destination):
        raise BadInput("The source and the destination are the same cloud.", fix="Choose two.")
    row = known_tenant(source, tenant)
    with transaction.atomic():
        plan = Plan.objects.create(
            source=source,
            destination=destination,
            tenant_id=row.project_id,
            tenant_name=row.name,
            domain_name=row.domain_name,
            options=_checked_options(options or {}),
            choices=_checked_choices(choices or {}),
            created_by=requester.user,
        )
        job = start_job(
            kind="plan",
            title=f"Plan the move of {row.name} from {source} to {destination}",
            subject=plan.subject,
            steps=[StepSpec(key="plan", action="plan", title=f"Read both clouds for {row.name}")],
            params={"plan": plan.pk},
            requester=requester,
        )
    return plan, job


def _are_one(source: Cloud, destination: Cloud) -> bool:
    """Return whether both are the same cloud, maybe known under two names."""
    addresses = {(cloud.auth_url or cloud.name, cloud.region) for cloud in (source, destination)}
    return len(addresses) == 1


def latest_plan(source: Cloud, tenant_id: str) -> Plan | None:
    """Return the newest plan of a tenant."""
    return Plan.objects.filter(source=source, tenant_id=tenant_id).order_by("-pk").first()


def known_tenant(source: Cloud, name_or_id: str) -> Tenant:
    """Return the tenant's row. Raises ``NotFound``, ``BadInput`` for a name in several domains."""
    rows = [*source.tenants.filter(project_id=name_or_id)] or [
        *source.tenants.filter(name=name_or_id)
    ]
    if not rows:
        raise NotFound(
            f"Cloud {source} has no tenant {name_or_id!r} that Pumphouse has seen.",
            fix="Look at the cloud again, then choose one of its tenants.",
        )
    if len(rows) > 1:
        ids = ", ".join(f"{row.project_id} (domain {row.domain_name})" for row in rows)
        raise BadInput(f"Several tenants are named {name_or_id!r}.", fix=f"Give the id: {ids}.")
    return rows[0]


def _checked_options(options: Mapping[str, str]) -> dict[str, str]:
    for name, value in options.items():
        if name not in OPTIONS:
            raise BadInput(f"There is no option {name!r}.", fix=f"Known: {', '.join(OPTIONS)}.")
        if value not in OPTIONS[name]:
            raise BadInput(
                f"The option {name} cannot be {value!r}.",
                fix=f"Give one of: {', '.join(OPTIONS[name])}.",
            )
    return {name: options.get(name, values[0]) for name, values in OPTIONS.items()}


def _checked_choices(choices: Mapping[str, str]) -> dict[str, str]:
    for key in choices:
        type_name, separator, name = key.partition(":")
        if not separator or not name:
            raise BadInput(
                f"The mapping {key!r} names no type.", fix="Write it as TYPE:NAME=TARGET."
            )
        resource_type(type_name)
    return dict(choices)
