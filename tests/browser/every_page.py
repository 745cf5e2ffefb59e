"""Every page there is, with rows that fill it, for the tests that hold on all of them."""

from django.contrib.auth.models import User

from dashboard.jobs.states import JobState
from dashboard.migrations_app.models import Plan
from tests import rows


def every_page(user: User) -> dict[str, str]:
    """Make rows in which each page has something to show, and give the addresses of all pages."""
    old, new = rows.two_clouds()
    undeployed = rows.environments_of_fuel(old)
    fresh = rows.tenant_of(old, "fresh")
    running = rows.plan_of(rows.tenant_of(old, "demo"), new, state=Plan.State.EXECUTING, user=user)
    running_job = rows.job_of(running, JobState.RUNNING, user=user)
    broken = rows.plan_of(rows.tenant_of(old, "shop"), new, state=Plan.State.EXECUTING, user=user)
    broken_job = rows.job_of(broken, JobState.FAILED, user=user)
    blocked = rows.plan_of(rows.tenant_of(old, "blog"), new, state=Plan.State.BLOCKED, user=user)
    moved_tenant = rows.tenant_of(old, "archive")
    moved = rows.plan_of(moved_tenant, new, state=Plan.State.EXECUTED, user=user)
    moved_job = rows.job_of(moved, JobState.DONE, user=user)
    rows.ledger_of(moved)
    rows.differences_of(moved)
    return {
        "home": "/",
        "clouds": "/clouds/",
        "cloud": old.get_absolute_url(),
        "cloud in Fuel": undeployed.get_absolute_url(),
        "tenants": "/tenants/",
        "tenant without a plan": fresh.get_absolute_url(),
        "tenant with a plan": moved_tenant.get_absolute_url(),
        "running plan": running.get_absolute_url(),
        "blocked plan": f"/plans/{blocked.pk}/findings/",
        "plan's items": f"/plans/{moved.pk}/items/",
        "plan's losses": f"/plans/{moved.pk}/losses/",
        "plan's choices": f"/plans/{moved.pk}/choices/",
        "plan's differences": f"/plans/{moved.pk}/differences/",
        "plan's ledger": f"/plans/{moved.pk}/ledger/",
        "rollback": f"/plans/{moved.pk}/rollback/",
        "finalize": f"/plans/{moved.pk}/finalize/",
        "jobs": "/jobs/",
        "running job": running_job.get_absolute_url(),
        "failed job": broken_job.get_absolute_url(),
        "job's timeline": f"/jobs/{moved_job.pk}/timeline/",
        "job's log": f"/jobs/{running_job.pk}/log/",
    }
