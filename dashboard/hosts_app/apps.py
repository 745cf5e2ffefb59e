"""The app of clouds, their environments and their hosts."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from typing_extensions import override


class HostsConfig(AppConfig):
    """Registers the app and what other apps show of it, and creates the groups of the three roles
    after migrating."""

    name = "dashboard.hosts_app"
    label = "hosts_app"
    verbose_name = "clouds and hosts"
    default_auto_field = "django.db.models.BigAutoField"

    @override
    def ready(self) -> None:
        # Models cannot be imported before this.
        from dashboard.hosts_app.views import job_links, state_styles
        from dashboard.jobs.links import add_job_links
        from dashboard.jobs.roles import create_groups
        from dashboard.jobs.views.state_styles import add_state_styles

        post_migrate.connect(create_groups, sender=self)
        add_job_links(job_links.subject_links)
        add_job_links(job_links.stored_plan_links)
        add_state_styles(state_styles.STYLES)
