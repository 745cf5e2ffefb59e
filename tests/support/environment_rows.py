"""Fuel's environments and plans of their copies, for the tests of pages."""

from dataclasses import asdict
from datetime import timedelta

from django.contrib.auth.models import User
from django.utils import timezone

from dashboard.hosts_app.environments.duplicating import start_environment_plan
from dashboard.hosts_app.environments.lines import CopyLine, CopyOutcome
from dashboard.hosts_app.models import Cloud, EnvironmentPlan, FuelEnvironment, FuelRelease
from dashboard.jobs.models import Job
from dashboard.jobs.requester import Requester
from dashboard.jobs.states import JobState

LINES = (
    (
        "Release",
        "of the environment",
        "Newton on Ubuntu 16.04",
        "Ocata on Ubuntu 16.04",
        CopyOutcome.CHANGED,
        "",
    ),
    (
        "Network",
        "management",
        "192.168.0.0/24, VLAN 101",
        "192.168.2.0/24, VLAN 301",
        CopyOutcome.CHANGED,
        "renumbered",
    ),
    (
        "Setting",
        "common.libvirt_type",
        "qemu",
        "Fuel's default",
        CopyOutcome.LOST,
        "Ocata on Ubuntu 16.04 has these choices: kvm",
    ),
    (
        "Setting",
        "storage.fsid",
        "not shown",
        "its own",
        CopyOutcome.OWN,
        "Fuel makes it for each environment",
    ),
    ("Setting", "storage.volumes_ceph", "on", "on", CopyOutcome.CARRIED, ""),
    ("Setting", "access.password", "kept, not shown", "kept, not shown", CopyOutcome.CARRIED, ""),
)
NOTE = (
    "public (172.16.0.0/24) of the copy overlaps public (172.16.0.0/24) of Old racks. Deploy only "
    "one of them, or renumber the copy."
)


def environments_of_fuel(old: Cloud) -> Cloud:
    """Return the cloud of an environment that is not deployed yet, beside one that ``old`` is and
    one that is gone."""
    fuel, now = "http://10.20.0.2:8000", timezone.now()
    known = (
        ("Old racks", "operational", 42, "It has 42 nodes now, and had 43."),
        ("New racks", "new", 0, "It is new."),
        ("Trial", "partially_deployed", 3, f"It is no longer in Fuel at {fuel}."),
    )
    racks, fresh, _ = (
        FuelEnvironment.objects.create(
            fuel=fuel,
            environment_id=number,
            name=name,
            status=status,
            release="Newton on Ubuntu 16.04",
            node_count=nodes,
            is_gone=name == "Trial",
            news=news,
            news_at=now - timedelta(hours=number),
            seen_at=now - timedelta(minutes=4),
        )
        for number, (name, status, nodes, news) in enumerate(known, start=1)
    )
    Cloud.objects.filter(pk=old.pk).update(environment=racks)
    return Cloud.objects.create(
        name="new-racks",
        origin=Cloud.Origin.FUEL,
        location=fuel,
        section=str(fresh.environment_id),
        environment=fresh,
        explanation="Fuel does not know yet where the cloud of environment New racks is. "
        "Deploy the environment: it has an address once it has a controller.",
    )


def releases_of(environment: FuelEnvironment) -> None:
    """Store its release and a newer one for its Fuel master."""
    known = (2, environment.release, "newton-10.0"), (4, "Ocata on Ubuntu 16.04", "ocata-11.0")
    for number, name, version in known:
        FuelRelease.objects.create(
            fuel=environment.fuel,
            release_id=number,
            name=name,
            version=version,
            is_available=True,
        )


def copy_plan_of(environment: FuelEnvironment, *, user: User | None = None) -> EnvironmentPlan:
    """Return a plan of a copy that can be made."""
    name = f"{environment.name} II"
    plan = start_environment_plan(
        environment, name=name, options={"release": 4}, requester=Requester(user)
    )
    plan.lines = [
        asdict(CopyLine(subject=subject, name=what, now=now, then=then, outcome=outcome, why=why))
        for subject, what, now, then, outcome, why in LINES
    ]
    plan.notes, plan.state = [NOTE], EnvironmentPlan.State.READY
    plan.save()
    Job.objects.filter(pk=plan.plan_job_id).update(state=JobState.DONE, active_subject=None)
    plan.refresh_from_db()
    return plan
