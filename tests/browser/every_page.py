"""Every page there is, with rows that fill it, for the tests that hold on all of them."""

from datetime import timedelta

from django.contrib.auth.models import User
from django.utils import timezone

from dashboard.hosts_app.models import Cloud, HostPlan
from dashboard.jobs.states import JobState
from dashboard.migrations_app.models import Plan
from tests.support import campaign_rows, environment_rows, notification_rows, rows
from tests.support.host_rows import evacuation_of, hosts_of, plan_for


def every_page(user: User) -> dict[str, str]:
    """Make rows in which each page has something to show, and return the addresses of all."""
    old, new = rows.two_clouds()
    undeployed = environment_rows.environments_of_fuel(old)
    return {
        **host_pages(old, user),
        **environment_pages(old, user),
        "home": "/",
        "who did what": "/acts/",
        "clouds": "/clouds/",
        "cloud": old.get_absolute_url(),
        "cloud in Fuel": undeployed.get_absolute_url(),
        "deletion of an environment": f"{undeployed.get_absolute_url()}delete-environment/",
        **tenant_pages(old, user),
        **unfinished_move_pages(old, new, user),
        **finished_move_pages(old, new, user),
        **campaign_pages(old, new, user),
        "tenants": "/tenants/",
        "plans": "/plans/",
        "plans that need somebody": "/plans/?state=waiting",
        "jobs": "/jobs/",
    }


def _numbers_of(cloud: Cloud) -> str:
    return "&tenant=".join(map(str, cloud.tenants.values_list("pk", flat=True)))


def campaign_pages(old: Cloud, new: Cloud, user: User) -> dict[str, str]:
    """Return the addresses of the pages about campaigns."""
    running = campaign_rows.running_campaign_of(old, new, user=user)
    draft = campaign_rows.campaign_of(old, new, user=user)
    return {
        "campaigns": "/campaigns/",
        "campaign that runs": running.get_absolute_url(),
        "campaign that nobody started": draft.get_absolute_url(),
        "new campaign from a file": "/campaigns/new/",
        "new campaign of some tenants": f"/campaigns/new/?tenant={_numbers_of(old)}",
        "rules of a wave": f"{draft.get_absolute_url()}waves/{draft.waves.get(ordinal=2).pk}/",
        "report of a campaign": f"{running.get_absolute_url()}report/",
        "start of a campaign": f"{draft.get_absolute_url()}start/",
    }


def tenant_pages(cloud: Cloud, user: User) -> dict[str, str]:
    """Return the addresses of the pages about tenants that no plan moves."""
    held = rows.tenant_of(cloud, "wiki")
    rows.maintenance_of(held, user=user)
    return {
        "tenant without a plan": rows.tenant_of(cloud, "fresh").get_absolute_url(),
        "tenant in maintenance": held.get_absolute_url(),
    }


def unfinished_move_pages(old: Cloud, new: Cloud, user: User) -> dict[str, str]:
    """Return the addresses of the pages about moves that run, have failed or are blocked."""
    running = rows.plan_of(rows.tenant_of(old, "demo"), new, state=Plan.State.EXECUTING, user=user)
    running_job = rows.job_of(running, JobState.RUNNING, user=user)
    rows.let_steps_wait(running_job)
    held = rows.plan_of(rows.tenant_of(old, "media"), new, state=Plan.State.EXECUTING, user=user)
    held_job = rows.job_of(held, JobState.HELD, user=user)
    server = rows.server_in(held_job)
    broken = rows.plan_of(rows.tenant_of(old, "shop"), new, state=Plan.State.EXECUTING, user=user)
    broken_job = rows.job_of(broken, JobState.FAILED, user=user)
    blocked = rows.plan_of(rows.tenant_of(old, "blog"), new, state=Plan.State.BLOCKED, user=user)
    return {
        "running plan": running.get_absolute_url(),
        "blocked plan": f"/plans/{blocked.pk}/findings/",
        "release of a cutover": f"/jobs/{held_job.pk}/release/",
        "held job": held_job.get_absolute_url(),
        "report of a job": f"/jobs/{held_job.pk}/report/",
        "servers of a job": f"/jobs/{held_job.pk}/servers/",
        "one server of a job": server.get_absolute_url(),
        "take-out of a server": f"{server.get_absolute_url()}take-out/",
        "held plan": held.get_absolute_url(),
        "running job": running_job.get_absolute_url(),
        "job's log": f"/jobs/{running_job.pk}/log/",
        "failed job": broken_job.get_absolute_url(),
        "failed job's steps": f"/jobs/{broken_job.pk}/steps/",
        "failed job's graph": f"/jobs/{broken_job.pk}/graph/",
        "notification": notification_rows.notification_of(broken_job).get_absolute_url(),
    }


def finished_move_pages(old: Cloud, new: Cloud, user: User) -> dict[str, str]:
    """Return the addresses of the pages about a tenant that has been moved."""
    tenant = rows.tenant_of(old, "archive")
    moved = rows.plan_of(tenant, new, state=Plan.State.EXECUTED, user=user)
    job = rows.job_of(moved, JobState.DONE, user=user)
    rows.ledger_of(moved)
    rows.servers_down_of(moved, timezone.now() - timedelta(minutes=4))
    rows.differences_of(moved)
    rows.maintenance_of(tenant, plan=moved)
    return {
        "tenant with a plan": tenant.get_absolute_url(),
        "plan's items": f"/plans/{moved.pk}/items/",
        "plan's losses": f"/plans/{moved.pk}/losses/",
        "plan's choices": f"/plans/{moved.pk}/choices/",
        "plan's differences": f"/plans/{moved.pk}/differences/",
        "plan's ledger": f"/plans/{moved.pk}/ledger/",
        "execute": f"/plans/{moved.pk}/execute/",
        "rollback": f"/plans/{moved.pk}/rollback/",
        "finalize": f"/plans/{moved.pk}/finalize/",
        "job of a tenant with servers down": job.get_absolute_url(),
        "job's timeline": f"/jobs/{job.pk}/timeline/",
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
