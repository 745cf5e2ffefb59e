"""Keeps the secrets among the settings of the channels out of every row and log.

It is apart from the channels, whose clients take long to import: every process registers them at
start.
"""

from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from dashboard import secrets


def register_setting_secrets() -> None:
    """Register the mail server's password, and of webhooks all that may be a secret."""
    secrets.register(settings.EMAIL_HOST_PASSWORD)
    secrets.register(settings.PUMPHOUSE_WEBHOOK_SECRET)
    for url in settings.PUMPHOUSE_WEBHOOK_URLS:
        parts = parts_of(url)
        for part in (url, parts.path, parts.query, parts.password):
            secrets.register(part)


def parts_of(url: str) -> SplitResult:
    """Return the parts of an address, empty ones for an invalid one: sending to it will fail."""
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")
