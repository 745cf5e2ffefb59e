"""Rows of notifications as they were told, for tests of pages."""

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


def telling_of(job: Job) -> Job:
    """Return a job that told the news of another: Fuel and e-mail took it, a webhook did not."""
    telling = Job.objects.create(
        kind="notify",
        title="Tell: shop could not be moved.",
        params={"notice": {"job": job.pk}},
        subject=f"news:{job.pk}:1",
        state=JobState.FAILED,
        finished_at=timezone.now(),
    )
    for ordinal, (key, label, state, error) in enumerate(CHANNELS):
        Step.objects.create(
            job=telling,
            key=key,
            ordinal=ordinal,
            action="tell",
            title=f"Tell {label}",
            group=key.partition(":")[0],
            params={"label": label},
            state=state,
            error=error,
            fix="Check PUMPHOUSE_WEBHOOK_URLS." if error else "",
        )
    return telling
