"""The audit trail: a row for each act. Nothing changes a row once its act has ended."""

from typing import Any

from django.db import models
from typing_extensions import override

from dashboard.jobs.models import Job


class Act(models.Model):
    """What somebody did: who, when, from where, what, on what, how, and what came of it."""

    class Origin(models.TextChoices):
        """By which of the ways somebody acted."""

        PAGE = "page", "Page"
        API = "api", "API"
        ADMIN = "admin", "Django admin"
        CLI = "cli", "Command line"

    class Result(models.TextChoices):
        """What came of it; begun stays where the process died."""

        BEGUN = "begun", "Begun"
        DONE = "done", "Done"
        REFUSED = "refused", "Refused"
        FAILED = "failed", "Failed"

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    # a name and no key: it outlives the account
    who = models.CharField(max_length=150, db_index=True)
    origin = models.CharField(max_length=5, choices=Origin)
    # of the client, and for commands the machine's name
    address = models.CharField(max_length=80, blank=True)
    verb = models.CharField(max_length=100)
    target = models.CharField(max_length=250, blank=True)
    # as they were sent, without secrets
    options = models.JSONField(default=dict, blank=True)
    result = models.CharField(max_length=7, choices=Result, default=Result.BEGUN)
    said = models.TextField(blank=True)
    jobs = models.ManyToManyField(Job, related_name="acts")

    class Meta:
        ordering = ["-id"]

    @override
    def __str__(self) -> str:
        return f"{self.who}: {self.verb} {self.target}".rstrip()

    @property
    def option_list(self) -> list[str]:
        """The options as people read them."""
        return [f"{name}: {_words(value)}" for name, value in self.options.items()]


def _words(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
