"""Reset, as in 2015: deletes the test tenants of both clouds and creates new ones in the source.

Only what setup and moves of test tenants have made is deleted, and only where the configuration
says ``CLOUDS_RESET``.
"""

from collections.abc import Iterator
from dataclasses import asdict

from django.conf import settings

from dashboard.errors import BadInput, NotFound
from dashboard.hosts_app.clouds import (
    PAIRS,
    access_of,
    configured_settings,
    connect,
    side_named,
)
from dashboard.hosts_app.models import Cloud
from dashboard.jobs.kinds import StepContext, StepSpec
from dashboard.jobs.models import Job, Step
from dashboard.jobs.requester import NOBODY, Requester
from dashboard.jobs.starting import conflict_with, start_job
from dashboard.jobs.states import ACTIVE_JOB_STATES
from dashboard.migrations_app import ledger
from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.seeding.cleanup import find_leftovers, remove_leftovers
from dashboard.migrations_app.seeding.context import PREFIX, SeedCounts
from dashboard.migrations_app.seeding.tenants import require_todays_apis, seed_tenant
from dashboard.migrations_app.seeding.workloads import wanted_tenants

KIND = "reset"
CHECK, CLEANUP, SETUP = "check", "cleanup", "setup"


def start_reset(*, requester: Requester = NOBODY) -> Job:
    """Start the job. Calls no cloud.

    Raises ``NotFound`` where the configuration does not allow it, as in 2015, and ``Conflict``
    while a test tenant is being moved or another reset runs.
    """
    if not configured_settings().clouds_reset:
        raise NotFound(
            "Reset is not allowed here.", fix="Write CLOUDS_RESET: true into the config.yaml."
        )
    if conflict := conflict_with(_job_of_a_test_tenant()):
        raise conflict
    source = side_named(PAIRS[0][0])
    return start_job(
        kind=KIND,
        title="Reset the test tenants",
        subject=KIND,
        steps=[*_steps(source)],
        requester=requester,
    )


def perform_step(step: Step, context: StepContext) -> None:
    """Check that a cloud can have test tenants, delete those that it has, or create one."""
    cloud = Cloud.objects.get(pk=step.params["cloud"])
    if step.action == CHECK:
        require_todays_apis(connect(cloud))
    elif step.action == CLEANUP:
        _clean_up(cloud, context)
    else:
        _set_up(cloud, step, context)


def counts_of(cloud: Cloud) -> SeedCounts:
    """Return how much setup creates in a cloud: as ``populate`` says, else the defaults."""
    populate = access_of(cloud).populate
    return SeedCounts(**{name.removeprefix("num_"): number for name, number in populate.items()})


def _job_of_a_test_tenant() -> Job | None:
    """Return an active job about a test tenant, which must not lose it meanwhile."""
    tenants = Plan.objects.filter(tenant_name__startswith=PREFIX)
    subjects = {plan.subject for plan in tenants.only("tenant_id")}
    active = Job.objects.filter(state__in=ACTIVE_JOB_STATES, active_subject__in=subjects)
    return active.first()


def _steps(source: Cloud) -> Iterator[StepSpec]:
    yield StepSpec(
        key=CHECK,
        action=CHECK,
        title=f"Check that {source.name} can have test tenants",
        params={"cloud": source.pk},
    )
    cleanups = []
    for name in reversed(PAIRS[0]):
        try:
            cloud = side_named(name)
        except BadInput:  # there is only a source
            continue
        cleanups.append(key := f"{CLEANUP}:{cloud.name}")
        title = f"Delete the test tenants of {cloud.name}"
        params = {"cloud": cloud.pk}
        yield StepSpec(key=key, action=CLEANUP, title=title, params=params, needs=[CHECK])
    for name, counts in wanted_tenants(access_of(source).workloads, counts_of(source)).items():
        yield StepSpec(
            key=f"{SETUP}:{name}",
            action=SETUP,
            title=f"Create test tenant {name} in {source.name}",
            params={"cloud": source.pk, "name": name, "counts": asdict(counts)},
            needs=cleanups,
        )


def _clean_up(cloud: Cloud, context: StepContext) -> None:
    operator = connect(cloud)
    leftovers = find_leftovers(operator, copies=ledger.created_in(cloud))
    for line in leftovers.lines():
        context.log(f"Found {line}.")
    remove_leftovers(operator, leftovers, report=context.log)


def _set_up(cloud: Cloud, step: Step, context: StepContext) -> None:
    """Create a tenant; what an earlier attempt has left of it is deleted first."""
    operator, name = connect(cloud), step.params["name"]
    secrets_dir = settings.HOME / "seeded"
    if context.resumed:
        remove_leftovers(operator, find_leftovers(operator, tenant=name), report=context.log)
        (secrets_dir / f"{name}.json").unlink(missing_ok=True)
    counts = SeedCounts(**step.params["counts"])
    made = seed_tenant(operator, name, counts=counts, secrets_dir=secrets_dir, report=context.log)
    context.log(f"Passwords and keys: {made['secrets_file']}")
