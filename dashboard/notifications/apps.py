"""The notifications app."""

from typing import Any

from django.apps import AppConfig
from typing_extensions import override


class NotificationsConfig(AppConfig):
    """Registers the app, listens to the events of jobs, and keeps its secrets out of every log."""

    name = "dashboard.notifications"
    label = "notifications"
    verbose_name = "notifications"

    @override
    def ready(self) -> None:
        # Models cannot be imported before this.
        from dashboard.jobs.events import event_raised
        from dashboard.notifications.setting_secrets import register_setting_secrets

        event_raised.connect(_notify_everybody, dispatch_uid="notifications")
        register_setting_secrets()


def _notify_everybody(**event: Any) -> None:
    """Import the channels, whose clients take long to import, for the first event."""
    from dashboard.notifications.sending import notify_everybody

    notify_everybody(**event)
