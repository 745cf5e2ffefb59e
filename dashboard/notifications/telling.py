"""Makes a job of each piece of news: a step for each channel, with the engine's retries and log."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django.db.models import QuerySet
from django.utils import timezone

from dashboard.errors import BadInput
from dashboard.jobs.kinds import StepSpec
from dashboard.jobs.models import Job
from dashboard.jobs.notifications import News, Tone
from dashboard.jobs.requester import NOBODY, Requester
from dashboard.jobs.starting import start_job
from dashboard.notifications.channel import Channel, Notice
from dashboard.notifications.fuel import fuel_channels
from dashboard.notifications.mail import mail_channels
from dashboard.notifications.webhook import webhook_channels

KIND = "notify"
TRIAL = News(
    event="trial", tone=Tone.GOOD, sentence="This is a trial: Pumphouse can reach you this way."
)


def configured_channels() -> Sequence[Channel]:
    """Return every way that is configured."""
    return [*fuel_channels(), *mail_channels(), *webhook_channels()]


def channel_with(key: str) -> Channel | None:
    """Return the channel of that key, None when it is not configured any more."""
    return next((channel for channel in configured_channels() if channel.key == key), None)


def tell_everybody(*, job: Job, news: News, **_signal: Any) -> None:
    """Start to tell the news of a job; nothing at all when no channel is configured.

    The receiver of ``news_broke``: the new job is stored with the state that is told, or not at
    all. Only one of all that settle a job stores its state, so the news is told once.
    """
    if channels := configured_channels():
        notice = Notice.of(news, id=_new_id(), at=_now(), job=job.pk)
        _start(notice, channels, title=f"Tell: {news.sentence}", about=str(job.pk))


def start_trial(*, requester: Requester = NOBODY) -> Job:
    """Start to send a trial through every channel; each is tried once only.

    Raises ``BadInput`` when none is configured.
    """
    channels = configured_channels()
    if not channels:
        raise BadInput(
            "There is nobody to tell: no way to do so is configured.",
            fix="Set PUMPHOUSE_MAIL_URL and PUMPHOUSE_MAIL_TO, or PUMPHOUSE_WEBHOOK_URLS, or "
            "configure Fuel; docs/notifications.md says how.",
        )
    notice = Notice.of(TRIAL, id=_new_id(), at=_now())
    title = "Try to tell everybody something"
    return _start(notice, channels, title=title, about="trial", requester=requester)


def tellings_of(job_id: int) -> QuerySet[Job]:
    """Return the jobs that tell the news of a job, the oldest first."""
    mine = Job.objects.filter(kind=KIND, subject__startswith=_subject(str(job_id), ""))
    return mine.order_by("pk")


def _start(
    notice: Notice,
    channels: Sequence[Channel],
    *,
    title: str,
    about: str,
    requester: Requester = NOBODY,
) -> Job:
    return start_job(
        kind=KIND,
        title=title,
        subject=_subject(about, notice.id),
        steps=[_step(channel) for channel in channels],
        params={"notice": notice.to_store()},
        requester=requester,
    )


def _step(channel: Channel) -> StepSpec:
    return StepSpec(
        key=channel.key,
        action="tell",
        title=f"Tell {channel.label}",
        group=channel.key.partition(":")[0],
        params={"label": channel.label},
    )


def _subject(about: str, notice_id: str) -> str:
    return f"news:{about}:{notice_id}"


def _new_id() -> str:
    return uuid4().hex


def _now() -> str:
    return timezone.now().isoformat(timespec="seconds")
