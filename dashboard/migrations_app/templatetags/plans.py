"""The state of a plan on pages: that of its job, while one executes it or rolls it back."""

from django import template
from django.utils.safestring import SafeString

from dashboard.jobs.states import JobState
from dashboard.jobs.templatetags.pumphouse import chip
from dashboard.migrations_app.models import Plan

register = template.Library()

AT_WORK = {"execute": "Executing", "rollback": "Rolling back"}
NAMES = {"execute": "Execution", "rollback": "Rollback"}
BEGUN = (Plan.State.EXECUTING, Plan.State.EXECUTED)


@register.simple_tag
def plan_chip(state: str, job_kind: str = "", job_state: str = "") -> SafeString:
    """Draw a plan's state; of one that is begun, how the latest job that changes it stands.

    A plan stays "executing" from its first step to its last, whatever becomes of its job.
    """
    if state not in BEGUN or job_kind not in NAMES or job_state == JobState.DONE:
        return chip(state, Plan.State(state).label)
    if job_state in (JobState.RUNNING, JobState.QUEUED):
        return chip(job_state, AT_WORK[job_kind])
    return chip(job_state, f"{NAMES[job_kind]} {JobState(job_state).label.lower()}")
