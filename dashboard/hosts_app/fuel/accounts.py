"""What becomes of accounts of Fuel that are no longer there."""

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import User
from django.db.models import Q

from dashboard.clients.fuel.master import FuelMaster


def end_access_of_gone(fuel: FuelMaster) -> list[str]:
    """Log out who is no longer an enabled account of Fuel, and return a line for each.

    Accounts of Fuel are those without a password here. They get another such mark, with which
    their sessions and tokens end. Should Fuel know them again, they just log in. Without a list of
    all accounts nothing happens: who is missing from half a list may well be there.
    """
    has_logged_in = Q(last_login__isnull=False) | Q(auth_token_set__isnull=False)
    users = User.objects.filter(has_logged_in, password__startswith=UNUSABLE_PASSWORD_PREFIX)
    if not users.exists() or (enabled := fuel.enabled_accounts()) is None:
        return []
    gone = [user for user in users.distinct() if user.username.casefold() not in enabled]
    for user in gone:
        user.set_unusable_password()
        user.last_login = None
        user.save(update_fields=["password", "last_login"])
    return [f"Logged out {user}, who is no longer an account of Fuel." for user in gone]
