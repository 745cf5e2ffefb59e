"""Every page there is, with rows that fill it, for the tests that hold on all of them."""

from django.contrib.auth.models import User

from dashboard.hosts_app.models import Cloud, HostPlan
from dashboard.jobs.states import JobState
from dashboard.migrations_app.models import Plan
from tests.support import environment_rows, notification_rows, rows
from tests.support.host_rows import evacuation_of, hosts_of, plan_for


def every_page(user: User) -> dict[str, str]:
    """Make rows in which each page has something to show, and give the addresses of all pages."""
    old, new = rows.two_clouds()
    undeployed = rows.environments_of_fuel(old)
    fresh = rows.tenant_of(old, "fresh")
    running = rows.plan_of(rows.tenant_of(old, "demo"), new, state=Plan.State.EXECUTING, user=user)
    running_job = rows.job_of(running, JobState.RUNNING, user=user)
    broken = rows.plan_of(rows.tenant_of(old, "shop"), new, state=Plan.State.EXECUTING, user=user)
    broken_job = rows.job_of(broken, JobState.FAILED, user=user)
    notification = notification_rows.notification_of(broken_job)
    blocked = rows.plan_of(rows.tenant_of(old, "blog"), new, state=Plan.State.BLOCKED, user=user)
    moved_tenant = rows.tenant_of(old, "archive")
    moved = rows.plan_of(moved_tenant, new, state=Plan.State.EXECUTED, user=user)
    moved_job = rows.job_of(moved, JobState.DONE, user=user)
    rows.ledger_of(moved)
    rows.differences_of(moved)
    held = rows.tenant_of(old, "wiki")
    rows.maintenance_of(held, user=user)
    rows.maintenance_of(moved_tenant, plan=moved)
    return {
        **host_pages(old, user),
        **environment_pages(old, user),
        "home": "/",
        "clouds": "/clouds/",
        "cloud": old.get_absolute_url(),
        "cloud in Fuel": undeployed.get_absolute_url(),
        "deletion of an environment": f"{undeployed.get_absolute_url()}delete-environment/",
        "tenants": "/tenants/",
        "tenant without a plan": fresh.get_absolute_url(),
        "tenant with a plan": moved_tenant.get_absolute_url(),
        "tenant in maintenance": held.get_absolute_url(),
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
        "notification": notification.get_absolute_url(),
        "job's timeline": f"/jobs/{moved_job.pk}/timeline/",
        "job's log": f"/jobs/{running_job.pk}/log/",
    }


def environment_pages(cloud: Cloud, user: User) -> dict[str, str]:
    """Return the addresses of the pages about a copy of a cloud's environment."""
    cloud.refresh_from_db()
    source = cloud.environment
    assert source
    environment_rows.releases_of(source)
    plan = environment_rows.copy_plan_of(source, user=user)
    return {
        "duplication of an environment": f"/environments/{source.pk}/duplicate/",
        "plan of a copied environment": plan.get_absolute_url(),
    }


def host_pages(cloud: Cloud, user: User) -> dict[str, str]:
    """Return the addresses of the pages about hosts."""
    busy, free, foreign, _dead = hosts_of(cloud)
    plans = {state: plan_for(busy, state, user=user) for state in HostPlan.State}
    evacuation = evacuation_of(plans[HostPlan.State.STARTED], JobState.RUNNING, user=user)
    return {
        "all hosts": "/hosts/",
        "hosts": f"/clouds/{cloud.name}/hosts/",
        "host at work": busy.get_absolute_url(),
        "host in maintenance": free.get_absolute_url(),
        "host closed by others": foreign.get_absolute_url(),
        **{
            f"{state.label} plan of a host": each.get_absolute_url()
            for state, each in plans.items()
        },
        "running evacuation": evacuation.get_absolute_url(),
    }
