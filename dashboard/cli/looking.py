"""Looks at a cloud before its rows are used."""

from dashboard.cli.following import follow, has_failed
from dashboard.cli.screen import Screen
from dashboard.errors import NeedsOperator
from dashboard.hosts_app.models import Cloud
from dashboard.migrations_app.discovery import start_discovery


def look_at(cloud: Cloud, screen: Screen) -> None:
    """Discover a cloud's tenants anew. Raises ``NeedsOperator`` when it cannot be looked at."""
    job = follow(start_discovery(cloud, user=None, launched_from="cli"), screen)
    if has_failed(job):
        step = job.steps.exclude(error="").first()
        raise NeedsOperator(
            step.error if step else f"Cloud {cloud.name} was not looked at: {job.explanation}",
            fix=step.fix if step else "",
        )
