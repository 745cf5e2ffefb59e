"""The app of the accounts that log in, and the site of the Django admin."""

from django.apps import AppConfig
from django.contrib.admin import apps as django_admin


class AccountsConfig(AppConfig):
    """Registers the app."""

    name = "dashboard.accounts"
    label = "accounts"
    verbose_name = "accounts"


class SiteConfig(django_admin.AdminConfig):
    """The Django admin with a site of our own."""

    default = False  # of this module
    default_site = "dashboard.accounts.admin_site.Site"
