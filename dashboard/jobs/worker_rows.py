"""What worker processes tell each other and the web process about themselves."""

from django.db import models
from typing_extensions import override

from dashboard.jobs.group_rows import JobGroup


def _no_counts() -> list[int]:
    from dashboard.clients.call_tally import CallTally  # a list of jobs does without it

    return CallTally().counts


class CallCount(models.Model):
    """What one worker process has counted of its calls to a service of a cloud, and how many it has
    in flight; with no worker's name, what all that have ended counted together."""

    worker = models.CharField(max_length=100, blank=True)
    cloud = models.CharField(max_length=190)
    service = models.CharField(max_length=40)
    seconds = models.FloatField(default=0.0)
    retries = models.BigIntegerField(default=0)
    # by call_tally.BOUNDS, not cumulative
    counts = models.JSONField(default=_no_counts)
    errors = models.JSONField(default=dict)
    in_flight = models.IntegerField(default=0)
    limit = models.IntegerField(default=0)
    seen_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["worker", "cloud", "service"], name="one_count_a_service"
            )
        ]

    @override
    def __str__(self) -> str:
        return f"{self.cloud} {self.service} by {self.worker or 'those that ended'}"


class DataStream(models.Model):
    """A data stream of a worker process between two clouds; it waits until it passes bytes.

    One of a job in a group has another row beside that, with the group and no clouds.
    """

    worker = models.CharField(max_length=100)
    source = models.CharField(max_length=190, blank=True)
    destination = models.CharField(max_length=190, blank=True)
    group = models.ForeignKey(JobGroup, null=True, on_delete=models.CASCADE, related_name="+")
    is_passing = models.BooleanField(default=False)
    seen_at = models.DateTimeField(db_index=True)

    @override
    def __str__(self) -> str:
        return f"{self.group or f'{self.source} to {self.destination}'} by {self.worker}"
