"""The app of clouds, their environments and their hosts."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class HostsConfig(AppConfig):
    """Registers the app, and has the groups of the three roles created after migrating."""

    name = "dashboard.hosts_app"
    label = "hosts_app"
    verbose_name = "clouds and hosts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Connect what happens after migrating; models cannot be imported before this."""
        from dashboard.jobs.roles import create_groups

        post_migrate.connect(create_groups, sender=self)
