"""Tenants and how they move."""

from django.apps import AppConfig


class MigrationsConfig(AppConfig):
    """Registers the app."""

    name = "dashboard.migrations_app"
    label = "migrations_app"
    verbose_name = "migrations"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have what waits besides jobs counted; models cannot be imported before this."""
        from dashboard.jobs.job_lists import count_as_waiting
        from dashboard.migrations_app.views.waiting import count_waiting

        count_as_waiting(count_waiting)
