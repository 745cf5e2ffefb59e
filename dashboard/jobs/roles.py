"""Who may do what: three roles, which are Django groups of the same names.

Pages and API ask ``has_permission``; nothing else decides about permissions.
"""

from enum import IntEnum, StrEnum
from typing import Any

from django.contrib.auth.models import AnonymousUser, Group, Permission, User
from django.db.models import prefetch_related_objects


class Role(IntEnum):
    """A role has the permissions of those before it too. NOBODY has not logged in."""

    NOBODY = 0
    VIEWER = 1
    OPERATOR = 2
    ADMIN = 3

    @property
    def group(self) -> str:
        """The name of the Django group of this role."""
        return self.name.lower()


class Action(StrEnum):
    """What people ask Pumphouse to do.

    ``OPERATE`` covers cancel and hold, for all jobs. Resume, release, retry and skip take what
    starting the job takes. ``MAINTAIN`` closes, opens and
    frees hosts, ``POWER`` switches them, ``REASSIGN`` takes them from their cloud.
    """

    READ = "read"
    DISCOVER = "discover"
    PLAN = "plan"
    PREFLIGHT = "preflight"
    EXECUTE = "execute"
    VERIFY = "verify"
    STRETCH = "stretch"
    UNSTRETCH = "unstretch"
    WATCH = "watch"
    OPERATE = "operate"
    ROLLBACK = "rollback"
    FINALIZE = "finalize"
    MAINTAIN = "maintain"
    POWER = "power"
    REASSIGN = "reassign"
    AUDIT = "audit"
    MANAGE_USERS = "manage_users"


MINIMUM_ROLES: dict[Action, Role] = {
    Action.READ: Role.VIEWER,
    Action.ROLLBACK: Role.ADMIN,
    Action.FINALIZE: Role.ADMIN,
    Action.POWER: Role.ADMIN,
    Action.REASSIGN: Role.ADMIN,
    Action.MANAGE_USERS: Role.ADMIN,
}
GROUPS = {role.group: role for role in (Role.VIEWER, Role.OPERATOR, Role.ADMIN)}


def minimum_role(action: Action) -> Role:
    """Return the lowest role that has a permission: operator for what is not in the table."""
    return MINIMUM_ROLES.get(action, Role.OPERATOR)


def role_refusal(action: Action) -> str:
    """Return the sentence for somebody whose role is too low."""
    return f"This needs the {minimum_role(action).group} role."


def role_of(user: User | AnonymousUser) -> Role:
    """Return the highest role of a user; a user without a group is a viewer.

    Read once for each request, which has a user object of its own: a page asks many times.
    """
    if isinstance(user, AnonymousUser) or not user.is_active:
        return Role.NOBODY
    if user.is_superuser:
        return Role.ADMIN
    if "groups" not in getattr(user, "_prefetched_objects_cache", {}):
        prefetch_related_objects([user], "groups")
    names = [group.name for group in user.groups.all()]
    return max((GROUPS[name] for name in names if name in GROUPS), default=Role.VIEWER)


def has_permission(user: User | AnonymousUser, action: Action) -> bool:
    """Return whether the user's role has the permission."""
    return role_of(user) >= minimum_role(action)


def give_role(user: User, role: Role) -> None:
    """Make this the only role of a user.

    Admins may also log in to the Django admin, where they manage other users.
    """
    user.is_staff = user.is_superuser = role is Role.ADMIN
    user.save(update_fields=["is_staff", "is_superuser"])
    user.groups.set([Group.objects.get_or_create(name=role.group)[0]])


def create_groups(**_signal: Any) -> None:
    """Create the groups of the three roles; connected to ``post_migrate``, so they always exist.

    Admins may edit users in the Django admin, which also takes the staff status.
    """
    for name in GROUPS:
        Group.objects.get_or_create(name=name)
    users = Permission.objects.filter(content_type__app_label="auth", content_type__model="user")
    Group.objects.get(name=Role.ADMIN.group).permissions.add(*users)
