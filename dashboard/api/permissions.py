"""Who may call what: each view names the action behind each of its writing methods."""

from typing import TYPE_CHECKING, Any

from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from typing_extensions import override

from dashboard.jobs.roles import Action, has_permission, role_refusal

if TYPE_CHECKING:  # rest_framework.views imports this module, by its name in the settings
    from rest_framework.views import APIView


class RolePermission(BasePermission):
    """Lets a viewer read, and asks ``dashboard.jobs.roles`` about everything else.

    A view has ``action_permissions``: the name of its method -> the action that it is. What a
    view does not name takes an admin, so that a forgotten line never opens a door.
    """

    @override
    def has_permission(self, request: Request, view: "APIView") -> bool:
        action = _action(request, view)
        self.message = role_refusal(action)
        return has_permission(request.user, action)


def require(request: Request, action: Action) -> None:
    """Refuse a caller who may not do that: for views that learn only on the way what it is."""
    if not has_permission(request.user, action):
        raise PermissionDenied(role_refusal(action))


def _action(request: Request, view: "APIView") -> Action:
    if request.method in SAFE_METHODS:
        return Action.READ
    action_permissions: dict[Any, Action] = getattr(view, "action_permissions", {})
    name = getattr(view, "action", "")
    # A method that the view does not have: to be told so, not to be asked for a role.
    return Action.READ if name is None else action_permissions.get(name, Action.MANAGE_USERS)
