"""Jobs with an event, and what is sent of them: for tests of notifications."""

from dashboard.jobs.models import Job
from dashboard.jobs.runner import run_job
from dashboard.notifications.sending import notifications_of
from tests.support.rehearsal.jobs import rehearse, spec

SECRET = "a-secret-that-both-sides-know"
EVENT = {"event": "Host c1 of old was evacuated."}


def ended(job: Job) -> Job:
    run_job(job.pk)
    return Job.objects.get(pk=job.pk)


def sent(job: Job) -> Job:
    """Run the only notification of a job to its end."""
    return ended(notifications_of(job.pk).get())


def good_job() -> Job:
    return ended(rehearse(spec("a"), params=EVENT))


def use_mail(settings, port: int) -> None:
    """Set the mail server on that port of loopback, and two recipients."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.DEFAULT_FROM_EMAIL = "Pumphouse <pumphouse@example.com>"
    settings.PUMPHOUSE_MAIL_TO = ["olga@example.com", "night@example.com"]
