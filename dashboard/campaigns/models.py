"""Campaigns, their waves, the tenants of each wave, and the hosts that are freed on the way."""

from datetime import time
from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from typing_extensions import override

from dashboard.campaigns.simulation.simulate import Share
from dashboard.campaigns.windows import Window
from dashboard.hosts_app.models import Cloud, HostPlan
from dashboard.jobs.models import Job
from dashboard.migrations_app.models import Plan

LONGEST_NAME = 80


class Campaign(models.Model):
    """Many moves from one cloud to another, in waves, run by one job."""

    class Hosts(models.TextChoices):
        """Whether hosts of the source are reassigned where the destination has no room."""

        NEVER = "never", "Never: a tenant that does not fit waits"
        ONCE = "once", "Confirmed once, when the campaign is started"
        EACH = "each", "Each one is confirmed when its turn comes"

    name = models.CharField(max_length=LONGEST_NAME, unique=True)
    source = models.ForeignKey(Cloud, on_delete=models.PROTECT, related_name="+")
    destination = models.ForeignKey(Cloud, on_delete=models.PROTECT, related_name="+")
    hosts = models.CharField(max_length=6, choices=Hosts, default=Hosts.NEVER)
    # the job that runs it, and the one that counts what it needs and what there is
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    survey_job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    paused_at = models.DateTimeField(null=True, blank=True)
    # what it waits for, "" while it does not, and since when
    waits_for = models.TextField(blank=True)
    waits_since = models.DateTimeField(null=True, blank=True)
    # how it will go, by what was read of both clouds: ``running.forecast.forecast_of``
    reading = models.JSONField(default=dict, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]

    @override
    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of the campaign's page."""
        return reverse("campaign", args=[self.pk])

    @property
    def subject(self) -> str:
        """What its jobs are about: of two with one subject, only one can be active."""
        return f"campaign:{self.pk}"

    @property
    def state(self) -> str:
        """How it stands, in the words of jobs: draft before its job, and paused."""
        if self.job is None:
            return "draft"
        if self.paused_at and self.job.is_active:
            return "paused"
        return self.job.state

    @property
    def state_words(self) -> str:
        """The state as people read it."""
        if self.state in ("draft", "paused"):
            return self.state.capitalize()
        return str(self.job.get_state_display()) if self.job else ""


class Wave(models.Model):
    """Tenants that move under the same rules; the next wave begins when all of them have ended."""

    class OnFailure(models.TextChoices):
        """What becomes of the others when a tenant fails."""

        STOP = "stop", "Stop: nothing new begins, what has begun goes on"
        GO_ON = "go_on", "Go on with the other tenants"
        ROLL_BACK = "roll_back", "Roll that tenant back, and go on"

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="waves")
    ordinal = models.IntegerField()
    name = models.CharField(max_length=LONGEST_NAME)
    tenants_at_once = models.PositiveIntegerField(default=2)
    # of all its tenants together; 0: each adapts by itself
    servers_at_once = models.PositiveIntegerField(default=0)
    # of all its tenants together; 0: only clouds and links limit them
    streams = models.PositiveIntegerField(default=0)
    on_failure = models.CharField(max_length=9, choices=OnFailure, default=OnFailure.STOP)
    holds_cutover = models.BooleanField(default=False)
    cutover_at = models.DateTimeField(null=True, blank=True)
    starts_at = models.DateTimeField(null=True, blank=True)
    verifies = models.BooleanField(default=True)
    # the days on which the window opens, Monday is 0; it closes on the next day if that is earlier
    window_days = models.JSONField(default=list, blank=True)
    window_from = models.TimeField(null=True, blank=True)
    window_to = models.TimeField(null=True, blank=True)
    window_zone = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ["campaign", "ordinal"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "ordinal"], name="one_wave_a_place")
        ]

    @override
    def __str__(self) -> str:
        return self.name

    @property
    def window(self) -> Window | None:
        """When its tenants may begin, None for any time."""
        if not self.window_zone:
            return None
        return Window(
            days=frozenset(self.window_days),
            opens=self.window_from or time(),
            closes=self.window_to or time(),
            zone=self.window_zone,
        )

    @property
    def share(self) -> Share:
        """What one of its tenants has of its limits, while as many are on their way as may be."""
        tenants = max(1, min(self.tenants_at_once, self.tenants.count()))
        return Share.of(tenants, servers=self.servers_at_once, streams=self.streams)


class CampaignTenant(models.Model):
    """A tenant's place in a wave, and how far its move is."""

    class State(models.TextChoices):
        """How far it is."""

        WAITING = "waiting", "Waiting"
        PLANNING = "planning", "Planning"
        MOVING = "moving", "Moving"
        VERIFYING = "verifying", "Verifying"
        MOVED = "moved", "Moved"
        FAILED = "failed", "Failed"
        ROLLING_BACK = "rolling_back", "Rolling back"
        ROLLED_BACK = "rolled_back", "Rolled back"
        TAKEN_OUT = "taken_out", "Taken out"

    BEGUN = frozenset({State.PLANNING, State.MOVING, State.VERIFYING, State.ROLLING_BACK})
    ENDED = frozenset({State.MOVED, State.FAILED, State.ROLLED_BACK, State.TAKEN_OUT})

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="tenants")
    wave = models.ForeignKey(Wave, on_delete=models.CASCADE, related_name="tenants")
    ordinal = models.IntegerField()
    project_id = models.CharField(max_length=64)
    name = models.CharField(max_length=100)
    domain_name = models.CharField(max_length=100, blank=True)
    # of its plan, as the verb plan takes them
    options = models.JSONField(default=dict, blank=True)
    choices = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=12, choices=State, default=State.WAITING)
    # why it waits, or by what it failed
    explanation = models.TextField(blank=True)
    plan = models.ForeignKey(Plan, null=True, on_delete=models.SET_NULL, related_name="+")
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    # what it takes on the destination: ``simulation.needs.Needs``
    needs = models.JSONField(default=dict, blank=True)
    # the first of the tenants with which it shares something, "" if it shares nothing
    shares_with = models.CharField(max_length=64, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["wave__ordinal", "ordinal", "id"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "project_id"], name="a_tenant_once")
        ]

    @override
    def __str__(self) -> str:
        return self.name

    def move_to(self, state: State, *, explanation: str = "", **fields: Any) -> None:
        """Store a new state with what belongs to it."""
        self.state, self.explanation = state, explanation
        for name, value in fields.items():
            setattr(self, name, value)
        self.save(update_fields=["state", "explanation", *fields])


class CampaignHost(models.Model):
    """A host of the source that a campaign takes to the destination because there is no room."""

    class State(models.TextChoices):
        """How far it is."""

        ASKS = "asks", "Waits for a confirmation"
        CONFIRMED = "confirmed", "Confirmed"
        PLANNING = "planning", "Planning"
        MOVING = "moving", "Moving"
        MOVED = "moved", "Moved"
        FAILED = "failed", "Failed"

    OPEN = frozenset({State.ASKS, State.CONFIRMED, State.PLANNING, State.MOVING})

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="freed_hosts")
    name = models.CharField(max_length=190)
    reason = models.TextField(blank=True)
    state = models.CharField(max_length=9, choices=State, default=State.ASKS)
    explanation = models.TextField(blank=True)
    plan = models.ForeignKey(HostPlan, null=True, on_delete=models.SET_NULL, related_name="+")
    confirmed_by = models.CharField(max_length=150, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["campaign", "name"], name="a_host_once")]

    @override
    def __str__(self) -> str:
        return self.name
