"""Clouds and, later, their environments and hosts."""

from django.apps import AppConfig


class HostsConfig(AppConfig):
    """Registers the app."""

    name = "dashboard.hosts_app"
    label = "hosts_app"
    default_auto_field = "django.db.models.BigAutoField"
