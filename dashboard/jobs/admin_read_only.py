"""The base of Pumphouse's admin pages: rows can be looked at, filtered and searched."""

from django.contrib import admin
from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Model
from django.http import HttpRequest

from dashboard.jobs.roles import Action, may


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    """Shows rows to all who may enter the admin, and changes none: only the engine moves rows."""

    list_per_page = 50
    show_full_result_count = False

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show the app to whoever may read."""
        return _may_read(request.user)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Let everybody look who may read."""
        return _may_read(request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse adding."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Refuse changing."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Refuse deleting."""
        return False


def _may_read(user: User | AnonymousUser) -> bool:
    return may(user, Action.READ)
