"""Turns each event into a job: a step for each channel, with the engine's retries and log."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django.db.models import QuerySet
from django.utils import timezone

from dashboard.errors import BadInput
from dashboard.jobs.events import Event, Severity
from dashboard.jobs.kinds import StepSpec
from dashboard.jobs.models import Job
from dashboard.jobs.requester import NOBODY, Requester
from dashboard.jobs.starting import start_job
from dashboard.notifications.channel import Channel, Notification
from dashboard.notifications.fuel import fuel_channels
from dashboard.notifications.mail import mail_channels
from dashboard.notifications.webhook import webhook_channels

KIND = "notify"
TRIAL = Event(
    name="trial",
    severity=Severity.SUCCESS,
    sentence="This is a test: Pumphouse can reach you this way.",
)


def configured_channels() -> Sequence[Channel]:
    """Return every channel that is configured."""
    return [*fuel_channels(), *mail_channels(), *webhook_channels()]


def channel_with(key: str) -> Channel | None:
    """Return the channel of that key, None when it is not configured any more."""
    return next((channel for channel in configured_channels() if channel.key == key), None)


def notify_everybody(*, job: Job, event: Event, **_signal: Any) -> None:
    """Start the job that sends an event; nothing at all when no channel is configured.

    The receiver of ``event_raised``: the new job is stored together with the state that it reports,
    or not at all. Only one of all that finish a job stores its state, so it is sent once.
    """
    if channels := configured_channels():
        notification = Notification.of(event, id=_new_id(), at=_now(), job=job.pk)
        _start(notification, channels, title=f"Notify: {event.sentence}", about=str(job.pk))


def start_trial(*, requester: Requester = NOBODY) -> Job:
    """Start the job that sends a test through every channel; each is tried only once.

    Raises ``BadInput`` when none is configured.
    """
    channels = configured_channels()
    if not channels:
        raise BadInput(
            "There is nobody to notify: no channel is configured.",
            fix="Set PUMPHOUSE_MAIL_URL and PUMPHOUSE_MAIL_TO, or PUMPHOUSE_WEBHOOK_URLS, or "
            "configure Fuel; docs/notifications.md says how.",
        )
    notification = Notification.of(TRIAL, id=_new_id(), at=_now())
    title = "Test every notification channel"
    return _start(notification, channels, title=title, about="trial", requester=requester)


def notifications_of(job_id: int) -> QuerySet[Job]:
    """Return the jobs that send the events of a job, the oldest first."""
    mine = Job.objects.filter(kind=KIND, subject__startswith=_subject(str(job_id), ""))
    return mine.order_by("pk")


def _start(
    notification: Notification,
    channels: Sequence[Channel],
    *,
    title: str,
    about: str,
    requester: Requester = NOBODY,
) -> Job:
    return start_job(
        kind=KIND,
        title=title,
        subject=_subject(about, notification.id),
        steps=[_step(channel) for channel in channels],
        params={"notification": notification.to_store()},
        requester=requester,
    )


def _step(channel: Channel) -> StepSpec:
    return StepSpec(
        key=channel.key,
        action="send",
        title=f"Notify {channel.label}",
        group=channel.key.partition(":")[0],
        params={"label": channel.label},
    )


def _subject(about: str, notification_id: str) -> str:
    return f"notification:{about}:{notification_id}"


def _new_id() -> str:
    return uuid4().hex


def _now() -> str:
    return timezone.now().isoformat(timespec="seconds")
