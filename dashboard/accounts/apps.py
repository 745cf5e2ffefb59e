"""The app of the accounts that log in, and the site of the Django admin."""

from django.apps import AppConfig
from django.contrib.admin import apps as django_admin
from django.db.models.signals import pre_save
from typing_extensions import override


class AccountsConfig(AppConfig):
    """Registers the app, and ends tokens together with what they were issued for."""

    name = "dashboard.accounts"
    label = "accounts"
    verbose_name = "accounts"

    @override
    def ready(self) -> None:
        # Models cannot be imported before this.
        from django.contrib.auth.models import User

        from dashboard.accounts.tokens import end_tokens_of_changed

        pre_save.connect(end_tokens_of_changed, sender=User, dispatch_uid="accounts")


class SiteConfig(django_admin.AdminConfig):
    """The Django admin with a site of our own."""

    default = False  # of this module
    default_site = "dashboard.accounts.admin_site.Site"
