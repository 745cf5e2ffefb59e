"""The calls of hooks: written before each call, so that a lost answer is known to be lost."""

import uuid

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.crypto import salted_hmac
from typing_extensions import override

from dashboard.jobs.models import Step

LONGEST_MESSAGE = 500


class HookCall(models.Model):
    """One call of a hook, from before it is sent until its outcome is known."""

    class State(models.TextChoices):
        """How far it is."""

        INTENDED = "intended", "Intended"
        STARTED = "started", "Started"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    OPEN = frozenset({State.INTENDED, State.STARTED})

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    step = models.ForeignKey(Step, on_delete=models.CASCADE, related_name="hook_calls")
    hook = models.CharField(max_length=60)
    moment = models.CharField(max_length=20)
    # what it is about, the same for all jobs of it; "" once that was undone
    about = models.CharField(max_length=190, blank=True, db_index=True)
    state = models.CharField(max_length=8, choices=State, default=State.INTENDED)
    # whether an attempt has begun to send it
    was_tried = models.BooleanField(default=False)
    # what was ordered elsewhere, as the number of a job
    reference = models.CharField(max_length=100, blank=True)
    # what came to its address: "", "ok" or "failed", and in words
    answer = models.CharField(max_length=6, blank=True)
    message = models.CharField(max_length=LONGEST_MESSAGE, blank=True)
    # how many answers were refused
    refused = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["created_at"]

    @override
    def __str__(self) -> str:
        return f"{self.hook} {self.moment}: {self.state}"

    @property
    def token(self) -> str:
        """The secret part of its address: made from the key of this installation, never stored."""
        return salted_hmac("hook answer", str(self.pk), algorithm="sha256").hexdigest()[:40]

    @property
    def answer_url(self) -> str:
        """Its one-time address, "" while Pumphouse does not know its own (PUMPHOUSE_URL)."""
        if not settings.PUMPHOUSE_URL:
            return ""
        path = reverse("hook-answer", args=[self.pk, self.token])
        return f"{settings.PUMPHOUSE_URL.rstrip('/')}{path}"
