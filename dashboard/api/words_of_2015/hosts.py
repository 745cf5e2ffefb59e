"""``POST /hosts/<id>`` evacuates a host, ``DELETE /hosts/<id>`` reassigns it."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from dashboard.api.responses import ACCEPTED, accepted
from dashboard.api.words_of_2015.sides import both_clouds
from dashboard.errors import NotFound
from dashboard.hosts_app.clouds import connect, side_named
from dashboard.hosts_app.models import Cloud
from dashboard.hosts_app.plans.configured_options import configured_options
from dashboard.hosts_app.plans.host_plans import start_plan_and_action
from dashboard.hosts_app.plans.stored_plans import planning_of
from dashboard.jobs.requester import by_api
from dashboard.jobs.roles import Action


class HostView(ViewSet):
    """A compute host of the source."""

    action_permissions = {"evacuate": Action.MAINTAIN, "reassign": Action.REASSIGN}

    @extend_schema(operation_id="host_evacuate_2015", request=None, responses=ACCEPTED)
    def evacuate(self, request: Request, host: str) -> Response:
        """Plan to move all servers off the host, and do so if nothing stands in the way.

        The job is that of the plan; its log names the job that follows.
        """
        return _start(request, side_named("source"), host, action="evacuate")

    @extend_schema(operation_id="host_reassign_2015", request=None, responses=ACCEPTED)
    def reassign(self, request: Request, host: str) -> Response:
        """Plan to free the host and to move it to the destination through Fuel, and do so if
        nothing stands in the way. The address names the host: that confirms it."""
        source, destination = both_clouds()
        options = {**configured_options("reassign"), "destination": destination.name}
        return _start(request, source, host, action="reassign", options=options)


def _start(request: Request, cloud: Cloud, host: str, **how: Any) -> Response:
    _require_host(cloud, host)
    plan = start_plan_and_action(
        cloud, host, confirmation=host, requester=by_api(request.user), **how
    )
    return accepted(planning_of(plan), plan=plan.pk)


def _require_host(cloud: Cloud, host: str) -> None:
    """Raise ``NotFound`` for a host that the cloud does not have; an unknown one is asked for."""
    if cloud.hosts.filter(name=host).exists():
        return
    services = connect(cloud).list("compute", "/os-services", "services", binary="nova-compute")
    known = sorted(service["host"] for service in services)
    if host not in known:
        fix = f"Known hosts: {', '.join(known) or 'none'}."
        raise NotFound(f"Cloud {cloud.name} has no host {host!r}.", fix=fix)
