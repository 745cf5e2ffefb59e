"""When API tokens end before their time: with the password, as sessions do."""

from collections.abc import Collection
from typing import Any

from django.contrib.auth.models import User
from knox.models import AuthToken

_ENDING = frozenset({"password", "is_active"})
"""The fields of a user that may end tokens."""


def end_tokens_of_changed(
    *, instance: User, update_fields: Collection[str] | None = None, **_signal: Any
) -> None:
    """End the tokens of a user who gets another password or none, or is deactivated.

    Connected to ``pre_save``, so that it does not matter who changes it: the command line, the
    Django admin or a management command.
    """
    if update_fields is not None and not _ENDING & {*update_fields}:
        return
    stored = User.objects.filter(pk=instance.pk).values_list("password", "is_active").first()
    if stored is None:
        return
    password, was_active = stored
    changed = instance.password != password and not _is_hashed_again(instance, update_fields)
    if changed or (was_active and not instance.is_active):
        AuthToken.objects.filter(user=instance).delete()


def _is_hashed_again(user: User, update_fields: Collection[str] | None) -> bool:
    """Return whether Django only stores the same password by a newer algorithm, at a login."""
    only_password = set(update_fields or ()) == {"password"}
    # Django keeps what was typed for as long as it is not saved
    typed = getattr(user, "_password", None)
    return only_password and typed is None and user.has_usable_password()
