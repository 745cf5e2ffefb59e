"""Sends notifications by e-mail."""

import smtplib
from collections.abc import Sequence

from django.conf import settings
from django.core.mail import EmailMessage
from typing_extensions import override

from dashboard.clients.connection_errors import cause_of
from dashboard.errors import NeedsOperator, PumphouseError, Retryable
from dashboard.jobs.events import Severity
from dashboard.notifications.channel import Channel, Notification

CHECK = "Check PUMPHOUSE_MAIL_URL, PUMPHOUSE_MAIL_FROM and PUMPHOUSE_MAIL_TO."
SUBJECTS = {Severity.SUCCESS: "", Severity.WARNING: "Needs you: ", Severity.ERROR: "Failed: "}
SUBJECT_LENGTH = 120
NO_MAIL = "django.core.mail.backends.dummy.EmailBackend"


class MailChannel(Channel):
    """Sends one message to all recipients of the settings."""

    key = "mail"
    label = "e-mail"

    @override
    def send(self, notification: Notification) -> str:
        try:
            _message(notification).send()
        except smtplib.SMTPServerDisconnected as error:
            raise _unanswered(error) from None
        except (smtplib.SMTPException, OSError) as error:
            raise _refusal(error) from None
        return f"{settings.EMAIL_HOST} accepted it for {', '.join(settings.PUMPHOUSE_MAIL_TO)}"


def mail_channels() -> Sequence[MailChannel]:
    """Return the e-mail channel when both a server and recipients are set."""
    return [MailChannel()] if not missing_mail_settings() else []


def missing_mail_settings() -> list[str]:
    """Return the names of the settings that e-mail still needs."""
    is_set = {
        "PUMPHOUSE_MAIL_URL": settings.EMAIL_BACKEND != NO_MAIL,
        "PUMPHOUSE_MAIL_TO": settings.PUMPHOUSE_MAIL_TO,
    }
    return [name for name, given in is_set.items() if not given]


def _message(notification: Notification) -> EmailMessage:
    # Line breaks in a subject would be further headers; Django refuses them.
    sentence = " ".join(notification.sentence.split())
    paragraphs = filter(None, (notification.sentence, notification.address, notification.at))
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
    return EmailMessage(
        subject=f"[Pumphouse] {SUBJECTS[notification.severity]}{sentence}"[:SUBJECT_LENGTH],
        body="\n\n".join(paragraphs) + "\n",
        to=settings.PUMPHOUSE_MAIL_TO,
        # The same when it is sent again: mail programs then show it once.
        headers={"Message-ID": f"<{notification.id}@{domain}>", "Auto-Submitted": "auto-generated"},
    )


def _unanswered(error: Exception) -> Retryable:
    return Retryable(
        f"Mail server {settings.EMAIL_HOST} gave no answer: {cause_of(error)}.", fix=CHECK
    )


def _refusal(error: Exception) -> PumphouseError:
    """Return ``Retryable`` for 4xx of SMTP or no answer, ``NeedsOperator`` for 5xx."""
    code: int
    reason: str | bytes
    match error:
        case smtplib.SMTPRecipientsRefused():
            code, reason = next(iter(error.recipients.values()))
        case smtplib.SMTPResponseException():
            code, reason = error.smtp_code, error.smtp_error
        case smtplib.SMTPNotSupportedError():
            code, reason = 500, str(error)
        case _:
            return _unanswered(error)
    said = reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
    sentence = f"Mail server {settings.EMAIL_HOST} answered {code}: {said.rstrip('.')}."
    return Retryable(sentence, fix=CHECK) if code < 500 else NeedsOperator(sentence, fix=CHECK)
