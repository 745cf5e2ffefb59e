"""Rows of notifications as they were sent, for tests of pages."""

from django.utils import timezone

from dashboard.jobs.models import Job, Step
from dashboard.jobs.states import JobState, StepState

CHANNELS = (
    ("fuel", "Fuel", StepState.DONE, ""),
    ("mail", "e-mail", StepState.DONE, ""),
    (
        "webhook:1",
        "webhook at hooks.example.com",
        StepState.FAILED,
        "The webhook at hooks.example.com answered 403.",
    ),
)


def notification_of(job: Job) -> Job:
    """Return a job that notified of another: Fuel and e-mail accepted it, a webhook did not."""
    notification = Job.objects.create(
        kind="notify",
        title="Notify: shop could not be moved.",
        params={"notification": {"job": job.pk}},
        subject=f"notification:{job.pk}:1",
        state=JobState.FAILED,
        finished_at=timezone.now(),
    )
    for ordinal, (key, label, state, error) in enumerate(CHANNELS):
        Step.objects.create(
            job=notification,
            key=key,
            ordinal=ordinal,
            action="send",
            title=f"Notify {label}",
            group=key.partition(":")[0],
            params={"label": label},
            state=state,
            error=error,
            fix="Check PUMPHOUSE_WEBHOOK_URLS." if error else "",
        )
    return notification
