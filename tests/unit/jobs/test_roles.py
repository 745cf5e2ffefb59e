"""Who may do what."""

import pytest
from django.contrib.auth.models import AnonymousUser, Group, User

from dashboard.jobs.roles import Action, Role, has_permission, role_of

pytestmark = pytest.mark.django_db


def user_in(*groups: str) -> User:
    user = User.objects.create_user(username="somebody")
    user.groups.set(Group.objects.filter(name__in=groups))
    return user


def test_the_three_groups_are_there_from_the_beginning() -> None:
    names = Group.objects.values_list("name", flat=True)
    assert {"viewer", "operator", "admin"} <= set(names)


def test_the_highest_of_several_groups_counts() -> None:
    assert role_of(user_in("viewer", "operator")) == Role.OPERATOR


def test_a_user_without_a_group_may_only_read() -> None:
    somebody = user_in()
    assert [action for action in Action if has_permission(somebody, action)] == [Action.READ]


def test_an_operator_may_do_all_but_delete_power_reassign_and_manage_users() -> None:
    operator = user_in("operator")
    refused = {action for action in Action if not has_permission(operator, action)}
    deletes = {Action.ROLLBACK, Action.FINALIZE}
    hosts = {Action.POWER, Action.REASSIGN}
    assert refused == deletes | hosts | {Action.MANAGE_USERS}


def test_a_superuser_is_an_admin() -> None:
    assert role_of(User.objects.create_superuser(username="root")) == Role.ADMIN


def test_who_has_not_logged_in_or_was_deactivated_may_do_nothing() -> None:
    shut_out = user_in("admin")
    shut_out.is_active = False
    for nobody in (AnonymousUser(), shut_out):
        assert not any(has_permission(nobody, action) for action in Action)
