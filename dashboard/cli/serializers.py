"""What ``--json`` prints about rows."""

from typing import Any

from django.db.models import F
from django.forms.models import model_to_dict

from dashboard.hosts_app.models import Cloud, EnvironmentPlan, FuelEnvironment, HostPlan
from dashboard.jobs.models import Job, Step
from dashboard.jobs.states import BROKEN_STEP_STATES
from dashboard.migrations_app.execution.outages import Outage
from dashboard.migrations_app.models import Plan, TenantMaintenance

Json = dict[str, Any]


def serialize_job(job: Job) -> Json:
    """Return a job with those of its steps that need somebody."""
    return {
        "id": job.pk,
        "kind": job.kind,
        "title": job.title,
        "subject": job.subject,
        "state": job.state,
        "explanation": job.explanation,
        "servers_at_once": job.chains_at_once,
        "servers_at_once_why": job.why_at_once,
        "address": job.get_absolute_url(),
        "created_at": job.created_at,
        "started_at": job.started_at,
        "finished_at": job.finished_at,
        "broken_steps": [
            serialize_step(step) for step in job.steps.filter(state__in=BROKEN_STEP_STATES)
        ],
    }


def serialize_step(step: Step) -> Json:
    """Return one step with its error and what helps."""
    fields = ("id", "key", "title", "group", "state", "error", "fix", "request_id")
    return model_to_dict(step, fields=fields)


def serialize_outage(outage: Outage) -> Json:
    """Return the servers of one move that are down."""
    return {
        "plan": outage.plan.pk,
        "tenant": {"id": outage.plan.tenant_id, "name": outage.plan.tenant_name},
        "source": outage.plan.source.name,
        "destination": outage.plan.destination.name,
        "since": outage.since,
        "job": outage.job and outage.job.pk,
        "servers": [
            {"source_id": each.source_id, "name": each.name, "down_since": each.down_since}
            for each in outage.entries
        ],
    }


def serialize_plan(plan: Plan) -> Json:
    """Return a plan with its items and findings."""
    return {
        "id": plan.pk,
        "tenant": {"id": plan.tenant_id, "name": plan.tenant_name, "domain": plan.domain_name},
        "source": plan.source.name,
        "destination": plan.destination.name,
        "state": plan.state,
        "options": plan.options,
        "choices": plan.choices,
        "edits": plan.edits,
        "items": list(
            plan.items.values(
                "type", "source_id", "name", "action", "destination_id", "left_out_by", "losses"
            )
        ),
        "findings": list(
            plan.findings.values("severity", "type", "resource", "sentence", "fix", "made_by")
        ),
    }


def serialize_host_plan(plan: HostPlan) -> Json:
    """Return a plan of what is done to a host."""
    return {
        "id": plan.pk,
        "cloud": plan.cloud.name,
        "host": plan.host,
        "action": plan.action,
        "options": plan.options,
        "state": plan.state,
        "lines": plan.lines,
        "refusals": plan.refusals,
        "notes": plan.notes,
    }


def serialize_environment_plan(plan: EnvironmentPlan) -> Json:
    """Return a plan of a new environment from another one."""
    return {
        "id": plan.pk,
        "environment": plan.environment.name,
        "name": plan.name,
        "options": plan.options,
        "state": plan.state,
        "lines": plan.lines,
        "refusals": plan.refusals,
        "notes": plan.notes,
    }


def serialize_differences(plan: Plan) -> list[Json]:
    """Return what the last verify found, expected differences and accepted ones included."""
    fields = ("type", "source_id", "name", "field", "source_value", "destination_value", "expected")
    accepted = {
        "accepted_by": F("acceptance__accepted_by"),
        "accepted_at": F("acceptance__accepted_at"),
        "acceptance_reason": F("acceptance__reason"),
    }
    return list(plan.differences.values("id", *fields, **accepted))


def serialize_maintenance(maintenance: TenantMaintenance) -> Json:
    """Return one time of a tenant in maintenance, with all that was changed for it."""
    return {
        "id": maintenance.pk,
        "cloud": maintenance.cloud.name,
        "tenant": {"id": maintenance.project_id, "name": maintenance.tenant_name},
        "state": maintenance.state,
        "role": maintenance.role_name,
        "options": maintenance.options,
        "notes": maintenance.notes,
        "drift": maintenance.drift,
        "entered_at": maintenance.entered_at,
        "left_at": maintenance.left_at,
        "changes": list(maintenance.changes.values("kind", "name", "details", "state")),
    }


def serialize_cloud(cloud: Cloud) -> Json:
    """Return a cloud as it was last found."""
    return {
        "name": cloud.name,
        "state": cloud.state,
        "explanation": cloud.explanation,
        "auth_url": cloud.auth_url,
        "region": cloud.region,
        "services": cloud.services,
        "can_copy_passwords": cloud.can_copy_passwords,
        "checked_at": cloud.checked_at,
        "environment": _serialize_environment(cloud.environment),
    }


def _serialize_environment(environment: FuelEnvironment | None) -> Json | None:
    if environment is None:
        return None
    return {
        "fuel": environment.fuel,
        "id": environment.environment_id,
        "name": environment.name,
        "status": environment.status,
        "release": environment.release,
        "node_count": environment.node_count,
        "is_gone": environment.is_gone,
        "news": environment.news,
        "news_at": environment.news_at,
    }
