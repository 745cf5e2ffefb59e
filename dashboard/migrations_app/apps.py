"""Tenants and how they move."""

from django.apps import AppConfig


class MigrationsConfig(AppConfig):
    """Registers the app."""

    name = "dashboard.migrations_app"
    label = "migrations_app"
    verbose_name = "migrations"
    default_auto_field = "django.db.models.BigAutoField"
