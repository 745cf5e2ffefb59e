"""The notifications app."""

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
        from dashboard.notifications.mail import register_mail_secret
        from dashboard.notifications.sending import notify_everybody
        from dashboard.notifications.webhook import register_webhook_secrets

        event_raised.connect(notify_everybody, dispatch_uid="notifications")
        register_mail_secret()
        register_webhook_secrets()
