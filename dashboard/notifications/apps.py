"""The notifications app."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """Registers the app, listens to the news of jobs, and keeps its secrets out of every log."""

    name = "dashboard.notifications"
    label = "notifications"
    verbose_name = "notifications"

    def ready(self) -> None:
        """Connect the listener; models cannot be imported before this."""
        from dashboard.jobs.notifications import news_broke
        from dashboard.notifications.mail import register_mail_secret
        from dashboard.notifications.telling import tell_everybody
        from dashboard.notifications.webhook import register_webhook_secrets

        news_broke.connect(tell_everybody, dispatch_uid="notifications")
        register_mail_secret()
        register_webhook_secrets()
