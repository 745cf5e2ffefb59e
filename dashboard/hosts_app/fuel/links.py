"""The links to Pumphouse on Fuel's pages: at the plugin, and on each environment's dashboard."""

from contextlib import suppress

from django.conf import settings

from dashboard.clients.fuel.master import FuelMaster
from dashboard.errors import Conflict
from dashboard.hosts_app.fuel.masters import configured_fuel, is_fuel_configured
from dashboard.jobs.job_lists import ENDED_JOB_STATES
from dashboard.jobs.kinds import StepSpec
from dashboard.jobs.models import Job
from dashboard.jobs.starting import start_job

KIND = "register_links"
TITLE = "Show the links to Pumphouse in Fuel"
PLUGIN = "pumphouse"
LINK = "Pumphouse"
DESCRIPTION = "Moves tenants and hosts to another environment."


def register_when_due() -> None:
    """Start to register the links if Pumphouse has an address and a Fuel master.

    A schedule calls it at the first start and every ten minutes, so that new environments and a
    restored master get their links too. Only the last of its jobs is kept.
    """
    if not settings.PUMPHOUSE_URL or not is_fuel_configured():
        return
    with suppress(Conflict):
        job = start_job(
            kind=KIND,
            title=TITLE,
            subject="fuel_links",
            steps=[StepSpec(key="register", action="register", title=TITLE)],
        )
        earlier = Job.objects.filter(kind=KIND, pk__lt=job.pk, state__in=ENDED_JOB_STATES)
        earlier.delete()


def register_links() -> str:
    """Create the links that are missing. Return a sentence about the links that there are now."""
    fuel, address = configured_fuel(), settings.PUMPHOUSE_URL.rstrip("/")
    at_plugin = _register_at_plugin(fuel, address)
    environments = fuel.environments()
    for environment in environments:
        fuel.link_from_environment(
            environment.id,
            title=LINK,
            url=f"{address}/environments/{environment.id}/",
            description=DESCRIPTION,
        )
    links = f"The dashboards of {len(environments)} environments link to {address}/"
    return f"{links}, and so does Fuel's page of plugins." if at_plugin else f"{links}."


def _register_at_plugin(fuel: FuelMaster, address: str) -> bool:
    """Link from the plugin. Return whether Fuel knows the plugin at all.

    It does not before the plugin is registered, nor where Pumphouse runs without it.
    """
    plugin_id = fuel.plugin_id(PLUGIN)
    if plugin_id is None:
        return False
    fuel.link_from_plugin(plugin_id, title=LINK, url=f"{address}/", description=DESCRIPTION)
    return True
