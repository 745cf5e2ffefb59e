"""Clouds and hosts in the Django admin, read-only."""

from django.contrib import admin

from dashboard.hosts_app.models import Cloud, FuelEnvironment, Host
from dashboard.jobs.read_only_admin import ReadOnlyAdmin


@admin.register(Cloud)
class CloudAdmin(ReadOnlyAdmin):
    """Clouds."""

    list_display = ("name", "state", "auth_url", "region", "origin", "location", "checked_at")
    list_filter = ("state", "origin")
    search_fields = ("name", "auth_url", "location")


@admin.register(FuelEnvironment)
class FuelEnvironmentAdmin(ReadOnlyAdmin):
    """Environments of Fuel."""

    list_display = ("name", "fuel", "environment_id", "status", "node_count", "is_gone", "news")
    list_filter = ("fuel", "is_gone", "status")
    search_fields = ("name",)


@admin.register(Host)
class HostAdmin(ReadOnlyAdmin):
    """Hosts."""

    list_display = ("name", "cloud", "is_up", "is_enabled", "disabled_reason", "seen_at")
    list_filter = ("cloud", "is_up", "is_enabled")
    search_fields = ("name",)
