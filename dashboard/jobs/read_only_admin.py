"""Rows in the Django admin that nobody changes there: actions are on the pages."""

from django.contrib.admin import ModelAdmin
from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Model
from django.http import HttpRequest
from typing_extensions import override

from dashboard.jobs.roles import Action, has_permission


class ReadOnlyAdmin(ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
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
