"""What the arguments of a command mean: which clouds, which plan, which choices."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterable

from django.db.models import Q, QuerySet

from dashboard.errors import BadInput, NotFound
from dashboard.hosts_app.clouds import cloud_named, side_named, source_and_destination
from dashboard.hosts_app.models import Cloud
from dashboard.jobs.models import Job, Step
from dashboard.migrations_app.models import Plan


def add_clouds(parser: ArgumentParser) -> None:
    """Add the options that say from which cloud to which."""
    parser.add_argument("--source", metavar="CLOUD", help="the cloud to move from")
    parser.add_argument("--destination", metavar="CLOUD", help="the cloud to move to")


def add_plan(parser: ArgumentParser) -> None:
    """Add the ways to say which plan: by its tenant, whose newest is meant, or by its number."""
    parser.add_argument("tenant", nargs="?", metavar="TENANT", help="name or id; its newest plan")
    parser.add_argument("--plan", type=int, metavar="N", help="the number of the plan")
    add_clouds(parser)


def chosen_clouds(options: Namespace) -> tuple[Cloud, Cloud]:
    """Return source and destination: as named, else as the names of the clouds say.

    Raises ``BadInput`` when that leaves a choice.
    """
    return source_and_destination(options.source, options.destination)


def chosen_cloud(name: str) -> Cloud:
    """Return the cloud of that name; ``source`` and ``destination`` also as ``side_named``."""
    return side_named(name)


def chosen_plan(options: Namespace) -> Plan:
    """Return the plan of that number, or the newest of that tenant.

    Raises ``NotFound`` without any, ``BadInput`` when several tenants have that name.
    """
    if options.plan is not None:
        return plan_numbered(options.plan)
    if not options.tenant:
        raise BadInput("Which plan?", fix="Give a tenant, or a plan's number with --plan.")
    plans = _plans_of(options)
    newest = plans.first()
    if newest is None:
        raise NotFound(
            f"There is no plan for tenant {options.tenant!r}.",
            fix=f"Make one: pumphouse plan {options.tenant}",
        )
    if plans.exclude(source=newest.source, tenant_id=newest.tenant_id).exists():
        raise BadInput(
            f"Plans exist for several tenants named {options.tenant!r}.",
            fix="Give the tenant's id, or the plan's number with --plan.",
        )
    return newest


def plan_numbered(number: int) -> Plan:
    """Return the plan of that number. Raises ``NotFound``."""
    plan = Plan.objects.filter(pk=number).first()
    if plan is None:
        raise NotFound(f"There is no plan {number}.", fix="See pumphouse status.")
    return plan


def _plans_of(options: Namespace) -> QuerySet[Plan]:
    plans = Plan.objects.filter(Q(tenant_id=options.tenant) | Q(tenant_name=options.tenant))
    if options.source:
        plans = plans.filter(source=cloud_named(options.source))
    if options.destination:
        plans = plans.filter(destination=cloud_named(options.destination))
    return plans


def chosen_job(number: int) -> Job:
    """Return the job of that number. Raises ``NotFound``."""
    job = Job.objects.filter(pk=number).first()
    if job is None:
        raise NotFound(f"There is no job {number}.", fix="See pumphouse status.")
    return job


def read_mappings(pairs: Iterable[str]) -> dict[str, str]:
    """Return the choices of a plan from ``TYPE:NAME=DESTINATION`` each. Raises ``BadInput``."""
    choices: dict[str, str] = {}
    for pair in pairs:
        thing, equals, target = pair.rpartition("=")
        type_, colon, name = thing.partition(":")
        if not (equals and colon and type_ and name and target):
            raise BadInput(
                f"{pair!r} is not a mapping.",
                fix="Write TYPE:NAME=DESTINATION, for example network:public=ext-net.",
            )
        choices[thing] = target
    return choices


def chosen_step(number: int) -> Step:
    """Return the step of that number. Raises ``NotFound``."""
    step = Step.objects.filter(pk=number).select_related("job").first()
    if step is None:
        raise NotFound(f"There is no step {number}.", fix="See pumphouse status JOB.")
    return step
