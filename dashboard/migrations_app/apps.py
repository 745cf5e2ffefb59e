"""Tenants and how they move."""

from django.apps import AppConfig
from typing_extensions import override


class MigrationsConfig(AppConfig):
    """Registers the app and what other apps show of it."""

    name = "dashboard.migrations_app"
    label = "migrations_app"
    verbose_name = "migrations"
    default_auto_field = "django.db.models.BigAutoField"

    @override
    def ready(self) -> None:
        # Models cannot be imported before this.
        from dashboard.hosts_app.views.cloud_contents import add_cloud_contents
        from dashboard.jobs.bundle import add_bundle_files
        from dashboard.jobs.job_lists import count_as_waiting
        from dashboard.jobs.links import add_job_links
        from dashboard.jobs.notices import add_job_notices
        from dashboard.jobs.views.state_styles import add_state_styles
        from dashboard.migrations_app.views import (
            cloud_contents,
            job_links,
            state_styles,
            waiting,
        )

        count_as_waiting(waiting.waiting_rows)
        add_bundle_files(f"{self.name}.bundle_files.plan_files")
        add_cloud_contents(cloud_contents.TENANTS)
        add_job_links(job_links.plan_links)
        add_job_notices(f"{self.name}.views.job_notices.outage_notices")
        add_job_notices(f"{self.name}.views.job_notices.result_notices")
        add_state_styles(state_styles.STYLES)
