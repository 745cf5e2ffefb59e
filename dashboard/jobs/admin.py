"""The engine's rows in the Django admin, read-only: actions are on the pages."""

from django.contrib import admin
from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Model
from django.http import HttpRequest
from typing_extensions import override

from dashboard.jobs.models import Job, LogLine, Step
from dashboard.jobs.roles import Action, has_permission


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    """Shows rows to everybody who may enter the admin; only the engine changes them."""

    list_per_page = 50
    show_full_result_count = False

    @override
    def has_module_permission(self, request: HttpRequest) -> bool:
        return _may_read(request.user)

    @override
    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return _may_read(request.user)

    @override
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @override
    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    @override
    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


def _may_read(user: User | AnonymousUser) -> bool:
    return has_permission(user, Action.READ)


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
