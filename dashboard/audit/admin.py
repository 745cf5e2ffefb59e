"""The audit trail in the Django admin, read-only."""

from django.contrib import admin

from dashboard.audit.models import Act
from dashboard.jobs.read_only_admin import ReadOnlyAdmin


@admin.register(Act)
class ActAdmin(ReadOnlyAdmin):
    """Lists acts."""

    list_display = ("at", "who", "origin", "verb", "target", "result")
    list_filter = ("origin", "result", "at")
    search_fields = ("who", "verb", "target")
