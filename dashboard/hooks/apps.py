"""The hooks app."""

from django.apps import AppConfig


class HooksConfig(AppConfig):
    """Registers the app."""

    name = "dashboard.hooks"
    label = "hooks"
    verbose_name = "hooks"
    default_auto_field = "django.db.models.BigAutoField"
