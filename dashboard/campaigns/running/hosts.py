"""Takes a host of the source to the destination where a campaign has no room.

By the host action that people use: planned first, and begun by itself if nothing refuses it.
"""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from dashboard.campaigns.models import Campaign, CampaignHost
from dashboard.campaigns.simulation.hosts import FreeableHost, choose_host
from dashboard.campaigns.simulation.room import Missing
from dashboard.errors import PumphouseError
from dashboard.hosts_app.compute.room import RAM_MIB, VCPU
from dashboard.hosts_app.discovery import refresh_hosts
from dashboard.hosts_app.models import Host, HostPlan
from dashboard.hosts_app.plans.host_plans import start_plan_and_action
from dashboard.jobs.models import Job
from dashboard.jobs.requester import Requester
from dashboard.jobs.states import JobState

State = CampaignHost.State
ACTION = "reassign"


def free_host(campaign: Campaign, missing: Sequence[Missing], requester: Requester) -> str:
    """Go on with the host that is on its way, or choose one; return what that waits for.

    Reads the source's hosts when it chooses. One host at a time.
    """
    for host in campaign.freed_hosts.all():
        _follow(host)
    under_way = campaign.freed_hosts.filter(state__in=CampaignHost.OPEN).first()
    if under_way is None:
        if campaign.hosts == Campaign.Hosts.NEVER or not missing:
            return ""
        refresh_hosts(campaign.source)
        choice = choose_host(ranked_hosts(campaign), missing, takers=_takers(campaign))
        if choice.host is None:
            return choice.why_not
        under_way = _add(campaign, choice.host, requester)
    if under_way.state == State.CONFIRMED:
        _begin(under_way, requester)
    return _words(under_way)


def ranked_hosts(campaign: Campaign) -> list[FreeableHost]:
    """Return the source's hosts by their rank as they were last read, without those tried."""
    tried = set(campaign.freed_hosts.values_list("name", flat=True))
    hosts = [host for host in campaign.source.hosts.all() if host.name not in tried]
    return [_freeable(host) for host in sorted(hosts, key=_rank)]


def _rank(host: Host) -> tuple[int, str]:
    return host.evacuation_cost.get("rank", 0), host.name


def _freeable(host: Host) -> FreeableHost:
    cost = host.evacuation_cost
    obstacles = [*cost.get("obstacles", ())]
    if cost.get("refused") or cost.get("staying"):
        obstacles.append("it has servers that cannot leave it")
    if cost.get("servers") and not cost.get("fits"):
        obstacles.append(f"the other hosts have no room for its {cost['servers']} servers")
    return FreeableHost(
        name=host.name,
        gives={VCPU: cost.get("vcpus_gained", 0), RAM_MIB: cost.get("ram_gained_mib", 0)},
        obstacle=obstacles[0] if obstacles else "",
        takes_servers=host.is_up and host.is_enabled,
    )


def _takers(campaign: Campaign) -> int:
    return campaign.source.hosts.filter(is_up=True, is_enabled=True).count()


def _add(campaign: Campaign, chosen: FreeableHost, requester: Requester) -> CampaignHost:
    """Note the host; it is confirmed if one confirmation was for the whole campaign."""
    is_confirmed = campaign.hosts == Campaign.Hosts.ONCE
    host, _ = CampaignHost.objects.get_or_create(
        campaign=campaign,
        name=chosen.name,
        defaults={
            "state": State.CONFIRMED if is_confirmed else State.ASKS,
            "confirmed_by": str(requester)[:150] if is_confirmed else "",
            "reason": "No tenant that waits has room on the destination.",
        },
    )
    return host


def _begin(host: CampaignHost, requester: Requester) -> None:
    """Plan the action, which begins by itself; the plan and the host's state are one change."""
    campaign = host.campaign
    try:
        with transaction.atomic():
            host.plan = start_plan_and_action(
                campaign.source,
                host.name,
                action=ACTION,
                confirmation=host.name,
                options={"destination": campaign.destination.name},
                requester=requester,
            )
            host.state = State.PLANNING
            host.save(update_fields=["plan", "state"])
    except PumphouseError as refused:
        _end(host, State.FAILED, str(refused))


def _follow(host: CampaignHost) -> None:
    """Store how far a host is, by its plan and the jobs of that."""
    plan = host.plan
    if plan is None or host.state == State.MOVED:
        return
    job = plan.job or plan.plan_job
    if job is not None and job.is_active:
        state = State.MOVING if plan.job else State.PLANNING
        if host.state != state:
            host.state, host.explanation = state, ""
            host.save(update_fields=["state", "explanation"])
    elif plan.job is not None and plan.job.state == JobState.DONE:
        _end(host, State.MOVED, "")
    elif host.state != State.FAILED:
        _end(host, State.FAILED, _why(plan, job))


def _why(plan: HostPlan, job: Job | None) -> str:
    if plan.refusals:
        return f"{plan.refusals[0]['sentence']} {plan.refusals[0]['fix']}"
    return f"{job.get_state_display()}: {job.explanation}" if job else "Its job was deleted."


def _end(host: CampaignHost, state: State, explanation: str) -> None:
    host.state, host.explanation, host.finished_at = state, explanation, timezone.now()
    host.save(update_fields=["state", "explanation", "finished_at"])


def _words(host: CampaignHost) -> str:
    words = {
        State.ASKS: f"a confirmation that host {host} may be taken",
        State.FAILED: f"host {host}, which failed: {host.explanation}",
    }
    return words.get(State(host.state), f"host {host}, which is on its way")
