"""Login with the username and password of an account on the Fuel master.

This is the only place where a web process calls Fuel, since no row can tell whether a password is
correct. Keystone has ten seconds to answer.
"""

from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, check_password, make_password
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.views.decorators.debug import sensitive_variables
from typing_extensions import override

from dashboard.clients.fuel.login import roles_in_fuel
from dashboard.errors import BadInput
from dashboard.hosts_app.fuel.masters import configured_endpoint
from dashboard.jobs.roles import GROUPS, Role, give_role

NO_ONE = "none"
LONGEST_NAME = 150


class FuelBackend(ModelBackend):
    """Authenticates with the Keystone of the Fuel master; no password in a user's row lets in.

    Pumphouse's own accounts have one and take precedence: an account of the same name in Fuel does
    not get access to them.
    """

    @sensitive_variables("password")
    @override
    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        """Return the user, created at the first login, with the role that the Fuel roles map to.

        Raises ``Retryable`` if Keystone does not answer.
        """
        if not username or not password or len(username) > LONGEST_NAME:
            return None
        known = User.objects.filter(username=username).first()
        if known and (known.has_usable_password() or not known.is_active):
            return None
        names = roles_in_fuel(configured_endpoint(), username=username, password=password)
        role = Role.NOBODY if names is None else role_for(names)
        return None if role is Role.NOBODY else _user(username, password, role)


def role_for(names: frozenset[str]) -> Role:
    """Return the highest role that roles in Fuel's Keystone map to.

    PUMPHOUSE_FUEL_ROLES is the mapping, PUMPHOUSE_FUEL_ROLE_OF_OTHERS the role of all others.
    Raises ``BadInput`` if one of them names an unknown role.
    """
    found = [_role(ours) for theirs, ours in settings.FUEL_ROLES.items() if theirs in names]
    return max(found, default=_role(settings.FUEL_ROLE_OF_OTHERS))


def _role(name: str) -> Role:
    try:
        return Role.NOBODY if name == NO_ONE else GROUPS[name]
    except KeyError:
        raise BadInput(
            f"The settings give accounts of Fuel the unknown role {name!r}.",
            fix=f"Use {', '.join(GROUPS)} or {NO_ONE}.",
        ) from None


@sensitive_variables("password")
def _user(username: str, password: str, role: Role) -> User:
    """Return the user. With another password than before, earlier sessions and tokens end: they go
    by what the row has in the password's place, with which nobody can log in."""
    user, _ = User.objects.get_or_create(username=username)
    stored = user.password.removeprefix(UNUSABLE_PASSWORD_PREFIX)
    if not check_password(_keyed(password), stored):
        user.password = UNUSABLE_PASSWORD_PREFIX + make_password(_keyed(password))
        user.save(update_fields=["password"])
    give_role(user, role)
    return user


def _keyed(password: str) -> str:
    """Return what is hashed for a password: without the secret key, a row tells nothing of it."""
    return salted_hmac("a password of Fuel", password, algorithm="sha256").hexdigest()
