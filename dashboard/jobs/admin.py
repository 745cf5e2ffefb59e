"""The engine's rows in the Django admin, to look at only: the pages are for acting."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest

from dashboard.jobs.models import Job, LogLine, Step

if TYPE_CHECKING:
    JobAdminBase = admin.ModelAdmin[Job]
    StepAdminBase = admin.ModelAdmin[Step]
    LogLineAdminBase = admin.ModelAdmin[LogLine]
else:
    JobAdminBase = StepAdminBase = LogLineAdminBase = admin.ModelAdmin


class ReadOnly:
    """Lets an administrator look at rows and change none."""

    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Rows are made by jobs only."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """States change by the engine's transitions only."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The ledger of what was done stays."""
        return False


@admin.register(Job)
class JobAdmin(ReadOnly, JobAdminBase):
    """Jobs."""

    list_display = ("id", "kind", "title", "state", "created_by", "started_at", "finished_at")
    list_filter = ("state", "kind", "launched_from", "created_at")
    list_select_related = ("created_by",)
    search_fields = ("title", "subject", "explanation")


@admin.register(Step)
class StepAdmin(ReadOnly, StepAdminBase):
    """Steps."""

    list_display = ("id", "job", "title", "group", "phase", "state", "attempt", "finished_at")
    list_filter = ("state", "phase", "group", "action")
    list_select_related = ("job",)
    search_fields = ("title", "key", "error", "request_id", "=job__id")


@admin.register(LogLine)
class LogLineAdmin(ReadOnly, LogLineAdminBase):
    """Log lines, the latest first."""

    list_display = ("created_at", "job", "level", "message")
    list_filter = ("level", "created_at")
    list_select_related = ("job",)
    search_fields = ("message", "=job__id")
    ordering = ("-id",)
