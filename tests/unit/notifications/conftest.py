"""Receivers of notifications on loopback, and none by default."""

import pytest

from dashboard.notifications.job_kinds.notify import Notify
from dashboard.notifications.mail import NO_MAIL
from tests.support.notifying import SECRET, use_mail
from tests.support.receivers import mail_server, webhook_receiver


@pytest.fixture(autouse=True)
def _nobody_to_notify(settings, monkeypatch):
    settings.PUMPHOUSE_CONFIG = ""
    settings.PUMPHOUSE_FUEL_URL = ""
    settings.PUMPHOUSE_URL = "https://pumphouse.example.com"
    settings.PUMPHOUSE_WEBHOOK_URLS = []
    settings.PUMPHOUSE_MAIL_TO = []
    settings.EMAIL_BACKEND = NO_MAIL  # pytest-django has set another one
    monkeypatch.setattr(Notify, "pauses", (0.0,))


@pytest.fixture
def receiver(settings):
    with webhook_receiver() as receiver:
        settings.PUMPHOUSE_WEBHOOK_URLS = [f"{receiver.address}/hooks/T0KEN"]
        settings.PUMPHOUSE_WEBHOOK_SECRET = SECRET
        yield receiver


@pytest.fixture
def mailbox(settings):
    with mail_server() as mailbox:
        use_mail(settings, mailbox.port)
        yield mailbox
