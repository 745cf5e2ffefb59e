"""Jobs that share limits."""

from django.db import models
from typing_extensions import override


class JobGroup(models.Model):
    """Limits that hold for several jobs together, such as those of a campaign's wave; 0 is none.

    They are looked up while the jobs run, so a change holds at once. Who lets something begin by
    them locks this row.
    """

    name = models.CharField(max_length=60, unique=True)
    title = models.CharField(max_length=200)
    # chains of steps that may be under way
    chains_at_once = models.PositiveIntegerField(default=0)
    # data streams
    streams = models.PositiveIntegerField(default=0)

    @override
    def __str__(self) -> str:
        return self.title
