"""Clouds in the Django admin, to look at only: they come from their configuration."""

from django.contrib import admin

from dashboard.hosts_app.models import Cloud
from dashboard.jobs.admin_read_only import ReadOnlyAdmin


@admin.register(Cloud)
class CloudAdmin(ReadOnlyAdmin):
    """Clouds."""

    list_display = ("name", "state", "auth_url", "region", "origin", "location", "checked_at")
    list_filter = ("state", "origin")
    search_fields = ("name", "auth_url", "location")
