"""What the arguments of a command mean: which clouds, which plan, which choices."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.db.models import Q, QuerySet

from dashboard.errors import BadInput, NotFound
from dashboard.hosts_app.clouds import cloud_named
from dashboard.hosts_app.models import Cloud
from dashboard.jobs.models import Job, Step
from dashboard.migrations_app.models import Plan

PAIRS = (("source", "destination"), ("src", "dst"), ("old", "new"))
"""Names of clouds that show which is the source."""


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
    """Return source and destination: as named, else as ``PAIRS`` says.

    Raises ``BadInput`` when that leaves a choice.
    """
    names = _names()
    source, destination = options.source, options.destination
    for first, second in PAIRS:
        if {first, second} <= names and not (source and destination):
            source, destination = source or first, destination or second
    if not (source and destination):
        raise BadInput("It is not clear which cloud is which.", fix=_which_fix(names))
    if source == destination:
        raise BadInput(
            f"Source and destination are both {source}.", fix="Name two different clouds."
        )
    return cloud_named(source), cloud_named(destination)


def chosen_cloud(name: str) -> Cloud:
    """Return the cloud of that name; ``source`` and ``destination`` also by what ``PAIRS`` says."""
    names = _names()
    for pair in PAIRS:
        if name in PAIRS[0] and name not in names and set(pair) <= names:
            return cloud_named(pair[PAIRS[0].index(name)])
    if name in PAIRS[0] and name not in names:
        known = ", ".join(sorted(names)) or "none"
        raise BadInput(f"It is not clear which cloud is the {name}.", fix=f"Name one of: {known}.")
    return cloud_named(name)


def _which_fix(names: Iterable[str]) -> str:
    known = ", ".join(sorted(names)) or "none, give a configuration file with -c"
    return f"Give --source and --destination. Known clouds: {known}."


def _names() -> set[str]:
    """Return the names of Fuel's clouds and those in the named configuration, of all without
    one."""
    clouds = Cloud.objects.exclude(state=Cloud.State.VANISHED)
    if path := settings.PUMPHOUSE_CONFIG:
        # Those of other files are known too, and may be called source and destination.
        of_file = Q(location=str(Path(path).absolute()))
        clouds = clouds.filter(of_file | Q(origin=Cloud.Origin.FUEL))
    return set(clouds.values_list("name", flat=True))


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
