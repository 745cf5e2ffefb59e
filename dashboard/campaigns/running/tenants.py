"""How one tenant of a campaign goes through plan, execute, verify and, by choice, rollback.

Each change stores the tenant's state and the started job in one transaction: a worker that dies
has done both or neither. Nothing here calls a cloud.
"""

from collections.abc import Callable

from django.db import transaction
from django.template.defaultfilters import pluralize
from django.utils import timezone

from dashboard.campaigns.models import Campaign, CampaignTenant, Wave
from dashboard.campaigns.running.needs import needs_of
from dashboard.campaigns.running.shared_limits import share_limits
from dashboard.campaigns.simulation.room import Missing
from dashboard.errors import Conflict, PumphouseError
from dashboard.jobs.models import Job
from dashboard.jobs.requester import Requester
from dashboard.jobs.states import JobState
from dashboard.migrations_app.execution.verify import count_unexpected, is_verified
from dashboard.migrations_app.models import Plan, PlanFinding, plan_of
from dashboard.migrations_app.planning.moves import move_of
from dashboard.migrations_app.verbs.execute import Execute
from dashboard.migrations_app.verbs.plan import PlanMove
from dashboard.migrations_app.verbs.rollback import Rollback
from dashboard.migrations_app.verbs.verify import Verify

State = CampaignTenant.State
Take = Callable[[CampaignTenant], Missing | None]
"""Takes the room of a tenant on the destination, or returns what is missing."""
_STATE_OF_KIND = {
    "plan": State.PLANNING,
    "execute": State.MOVING,
    "verify": State.VERIFYING,
    "rollback": State.ROLLING_BACK,
}
_MOVED_STATES = (Plan.State.EXECUTED, Plan.State.FINALIZED)


def begin(tenant: CampaignTenant, requester: Requester) -> None:
    """Plan the tenant's move, or go on with what was done before; a refusal fails it.

    Raises ``Conflict`` while another job is at work on the tenant: it waits.
    """
    tenant.started_at = timezone.now()
    tenant.save(update_fields=["started_at"])
    if moved := moved_before(tenant):
        _moved(tenant, moved, requester)
    else:
        _step(tenant, lambda: _plan(tenant, requester))


def moved_before(tenant: CampaignTenant) -> Plan | None:
    """Return the latest plan of the tenant between these clouds if it was carried out, else
    None."""
    campaign = tenant.campaign
    plans = Plan.objects.filter(
        source=campaign.source, destination=campaign.destination, tenant_id=tenant.project_id
    )
    latest = plans.first()
    return latest if latest and latest.state in _MOVED_STATES else None


def moved_projects(campaign: Campaign) -> set[str]:
    """Return the projects of a campaign that were moved before: they need no room once more."""
    plans = Plan.objects.filter(
        source=campaign.source,
        destination=campaign.destination,
        tenant_id__in=campaign.tenants.order_by().values("project_id"),
    )
    latest = dict(plans.order_by("pk").values_list("tenant_id", "state"))
    return {project for project, state in latest.items() if state in _MOVED_STATES}


def follow(tenant: CampaignTenant, requester: Requester, take: Take) -> None:
    """Store how far the tenant is by its job, and start what comes next.

    Also one that has failed: an operator may have resumed its job by hand.
    """
    job = tenant.job
    if job is None or tenant.state in (State.TAKEN_OUT, State.ROLLED_BACK, State.MOVED):
        return
    if job.is_active:
        state = _STATE_OF_KIND[job.kind]
        if tenant.state != state:
            tenant.move_to(state, finished_at=None)
    elif job.state == JobState.DONE:
        if job.kind == "plan":
            _planned(tenant, job, requester, take)
        else:
            _NEXT[job.kind](tenant, job, requester)
    elif tenant.state != State.FAILED:
        words = f"{job.get_state_display()}: {job.explanation}"
        _fail(tenant, words, requester)


def _plan(tenant: CampaignTenant, requester: Requester) -> None:
    campaign = tenant.campaign
    move = move_of(campaign.source, tenant.project_id, campaign.destination, tenant.choices)
    job = PlanMove().start(move, requester=requester, **tenant.options)
    tenant.move_to(State.PLANNING, job=job, plan=plan_of(job))


def _planned(tenant: CampaignTenant, job: Job, requester: Requester, take: Take) -> None:
    """Execute what was planned, if there is room for it; else it waits, and is planned again."""
    if tenant.state != State.PLANNING:  # it has failed by what this plan says
        return
    plan = plan_of(job)
    if plan.state == Plan.State.BLOCKED:
        blocking = plan.findings.filter(severity=PlanFinding.Severity.BLOCK)
        sentences = " ".join(blocking.values_list("sentence", flat=True)[:3])
        _fail(tenant, f"Blocked: {sentences}", requester)
        return
    tenant.needs = needs_of(plan).as_row()
    tenant.save(update_fields=["needs"])
    if missing := take(tenant):
        tenant.move_to(State.WAITING, explanation=missing.words, job=None, started_at=None)
    else:
        _step(tenant, lambda: _execute(tenant, plan, requester))


def _execute(tenant: CampaignTenant, plan: Plan, requester: Requester) -> None:
    wave = tenant.wave
    holds = wave.holds_cutover or wave.cutover_at
    until = wave.cutover_at if wave.cutover_at and wave.cutover_at > timezone.now() else None
    job = Execute().start(
        plan,
        requester=requester,
        hold_before="cutover" if holds and (until or wave.holds_cutover) else "",
        hold_until=until,
        servers_at_once=wave.servers_at_once,
    )
    share_limits(job, wave)
    tenant.move_to(State.MOVING, job=job)


def _executed(tenant: CampaignTenant, job: Job, requester: Requester) -> None:
    _moved(tenant, plan_of(job), requester)


def _moved(tenant: CampaignTenant, plan: Plan, requester: Requester) -> None:
    """Verify what was moved, if the wave says so and nobody has since."""
    tenant.plan = plan
    tenant.save(update_fields=["plan"])
    if has_to_verify(tenant, plan):
        _step(tenant, lambda: _verify(tenant, plan, requester))
    else:
        tenant.move_to(State.MOVED, finished_at=timezone.now())


def has_to_verify(tenant: CampaignTenant, plan: Plan) -> bool:
    """Return whether a moved tenant's wave wants it verified, and it is not, or differs."""
    is_open = plan.state != Plan.State.FINALIZED and tenant.wave.verifies
    return is_open and bool(not is_verified(plan) or count_unexpected(plan))


def _verify(tenant: CampaignTenant, plan: Plan, requester: Requester) -> None:
    tenant.move_to(State.VERIFYING, job=Verify().start(plan, requester=requester))


def _verified(tenant: CampaignTenant, job: Job, _requester: Requester) -> None:
    store_verified(tenant, job)


def store_verified(tenant: CampaignTenant, job: Job) -> None:
    """End it, as failed by what differs; somebody may have accepted that since.

    No policy rolls it back: what users have written since cutover is not thrown away.
    """
    count = count_unexpected(plan_of(job))
    if not count:
        tenant.move_to(State.MOVED, finished_at=timezone.now())
    elif tenant.state != State.FAILED:
        words = f"{count} unexpected difference{pluralize(count)}: accept them, or roll back."
        tenant.move_to(State.FAILED, explanation=words, finished_at=timezone.now())


def _rolled_back(tenant: CampaignTenant, _job: Job, _requester: Requester) -> None:
    tenant.move_to(State.ROLLED_BACK, explanation=tenant.explanation, finished_at=timezone.now())


_NEXT = {
    "execute": _executed,
    "verify": _verified,
    "rollback": _rolled_back,
}


def _fail(tenant: CampaignTenant, words: str, requester: Requester) -> None:
    """Store that it failed, and roll it back where its wave says so and there is something."""
    tenant.move_to(State.FAILED, explanation=words, finished_at=timezone.now())
    plan = tenant.plan
    wants_back = tenant.wave.on_failure == Wave.OnFailure.ROLL_BACK
    is_back = tenant.job is not None and tenant.job.kind == "rollback"
    if not (wants_back and plan) or is_back or Rollback().why_not(plan):
        return
    with transaction.atomic():
        job = Rollback().start(plan, requester=requester, confirmation=plan.tenant_name)
        tenant.move_to(State.ROLLING_BACK, explanation=words, job=job, finished_at=None)


def _step(tenant: CampaignTenant, act: Callable[[], None]) -> None:
    """Start what comes next; a refusal fails the tenant, a conflict is raised."""
    try:
        with transaction.atomic():
            act()
    except Conflict:
        tenant.refresh_from_db()
        raise
    except PumphouseError as refused:
        tenant.refresh_from_db()
        tenant.move_to(State.FAILED, explanation=str(refused), finished_at=timezone.now())
