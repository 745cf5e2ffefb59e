"""API tokens and failed logins in the Django admin: an admin ends the ones and lifts the others."""

from axes.models import AccessAttempt
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from knox.models import AuthToken
from typing_extensions import override

from dashboard.jobs.read_only_admin import ReadOnlyAdmin
from dashboard.jobs.roles import Action, has_permission


class DeletableAdmin(ReadOnlyAdmin):
    """Shows rows that admins may delete, and nobody may add or change."""

    @override
    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return has_permission(request.user, Action.MANAGE_USERS)


@admin.register(AuthToken)
class TokenAdmin(DeletableAdmin):
    """API tokens. Deleting one ends it."""

    list_display = ("token_key", "user", "created", "expiry")
    list_select_related = ("user",)
    search_fields = ("token_key", "user__username")
    fields = ("token_key", "user", "created", "expiry")


@admin.register(AccessAttempt)
class FailedLoginAdmin(DeletableAdmin):
    """Failed logins by account and client address. Deleting one lets the account try again."""

    list_display = ("username", "ip_address", "failures_since_start", "attempt_time")
    search_fields = ("username", "ip_address")
    fields = ("username", "ip_address", "failures_since_start", "attempt_time", "user_agent")
