"""The engine's rows in the Django admin, read-only: actions are on the pages."""

from django.contrib import admin

from dashboard.jobs.models import Job, LogLine, Step
from dashboard.jobs.read_only_admin import ReadOnlyAdmin


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    """Lists jobs."""

    list_display = ("id", "kind", "title", "state", "created_by", "started_at", "finished_at")
    list_filter = ("state", "kind", "launched_from", "created_at")
    list_select_related = ("created_by",)
    search_fields = ("title", "subject", "explanation")


@admin.register(Step)
class StepAdmin(ReadOnlyAdmin):
    """Lists steps."""

    list_display = ("id", "job", "title", "group", "phase", "state", "attempt", "finished_at")
    list_filter = ("state", "phase", "group", "action")
    list_select_related = ("job",)
    search_fields = ("title", "key", "error", "request_id", "=job__id")


@admin.register(LogLine)
class LogLineAdmin(ReadOnlyAdmin):
    """Lists log lines, the latest first."""

    list_display = ("created_at", "job", "level", "message")
    list_filter = ("level", "created_at")
    list_select_related = ("job",)
    search_fields = ("message", "=job__id")
    ordering = ("-id",)
