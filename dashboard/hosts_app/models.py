"""Clouds, hosts and environments as they were last read, and the plans for them."""

from django.db import models
from django.urls import reverse
from typing_extensions import override

from dashboard.jobs.models import Job

OURS = "pumphouse:"
"""How the reason begins that Pumphouse gives when it disables a nova-compute."""


class FuelEnvironment(models.Model):
    """An environment as it was when its Fuel master was last asked.

    It is identified by the master's address and its id: its name can be changed in Fuel.
    """

    fuel = models.CharField(max_length=190, help_text="The address of the Fuel master.")
    environment_id = models.IntegerField()
    name = models.CharField(max_length=190)
    status = models.CharField(max_length=40, help_text="In Fuel's own words.")
    release = models.CharField(max_length=190)
    node_count = models.IntegerField()
    is_gone = models.BooleanField(default=False)
    # what the last refresh found to be new or changed, in words
    news = models.TextField(blank=True)
    news_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ["fuel", "environment_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["fuel", "environment_id"], name="one_row_an_environment"
            )
        ]

    @override
    def __str__(self) -> str:
        return self.name

    @property
    def status_words(self) -> str:
        """The status as words: partially deployed."""
        return self.status.replace("_", " ")


class LentRole(models.Model):
    """A role that Pumphouse's account has lent itself in a tenant of an old cloud for a moment.

    The row is there before the role is granted, and goes once it is taken away.
    """

    cloud_name = models.CharField(max_length=100)
    # of the grant in Keystone's API
    path = models.CharField(max_length=190)
    host = models.CharField(max_length=255)
    process = models.PositiveIntegerField()
    lent_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cloud_name", "path"], name="one_row_a_lent_role")
        ]

    @override
    def __str__(self) -> str:
        return f"{self.cloud_name}: {self.path}"


class Cloud(models.Model):
    """One cloud. The row knows where its credentials are, never what they are."""

    class Origin(models.TextChoices):
        """Where a cloud's credentials come from."""

        FILE = "file", "Configuration file"
        FUEL = "fuel", "Fuel environment"

    class State(models.TextChoices):
        """What the last refresh found."""

        UNKNOWN = "unknown", "Not read yet"
        REACHABLE = "reachable", "Reachable"
        UNREACHABLE = "unreachable", "Not reachable"
        VANISHED = "vanished", "Gone from its configuration"

    name = models.SlugField(max_length=60, unique=True)
    origin = models.CharField(max_length=8, choices=Origin, default=Origin.FILE)
    location = models.CharField(max_length=250, help_text="The file, or the address of Fuel.")
    section = models.CharField(
        max_length=100, help_text="The cloud's name in the file, or the environment's id in Fuel."
    )
    # whatever the origin: a cloud of a file can be the cloud of an environment
    environment = models.ForeignKey(
        FuelEnvironment, null=True, blank=True, on_delete=models.SET_NULL, related_name="clouds"
    )
    auth_url = models.CharField(max_length=250, blank=True)
    region = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=12, choices=State, default=State.UNKNOWN)
    explanation = models.TextField(blank=True)
    # service name -> {"endpoint": …, "newest": "2.95"}
    services = models.JSONField(default=dict, blank=True)
    can_copy_passwords = models.BooleanField(default=False)
    checked_at = models.DateTimeField(null=True, blank=True)
    # in the words of the configuration, "" for those that it has
    limits = models.TextField(blank=True, default="")

    class Meta:
        ordering = ["name"]

    @override
    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of the cloud's page."""
        return reverse("cloud", args=[self.name])


class Host(models.Model):
    """One compute host as it was last read. The totals are what Nova may allocate on it.

    ``power`` is "" if no BMC is known or it did not answer; ``power_problem`` then says why.
    """

    class Power(models.TextChoices):
        """Whether it is powered on, by its BMC."""

        ON = "on", "On"
        OFF = "off", "Off"

    class Condition(models.TextChoices):
        """Its condition, in one word."""

        WORKING = "working", "At work"
        MAINTENANCE = "maintenance", "In maintenance"
        CLOSED = "closed", "Closed by others"
        DOWN = "down", "Down"

    cloud = models.ForeignKey(Cloud, on_delete=models.CASCADE, related_name="hosts")
    name = models.CharField(max_length=190)
    is_up = models.BooleanField()
    is_enabled = models.BooleanField()
    disabled_reason = models.CharField(max_length=255, blank=True)
    # status -> number of servers
    servers = models.JSONField(default=dict, blank=True)
    vcpus_used = models.IntegerField(default=0)
    vcpus_total = models.IntegerField(default=0)
    ram_used_mib = models.BigIntegerField(default=0)
    ram_total_mib = models.BigIntegerField(default=0)
    power = models.CharField(max_length=3, choices=Power, blank=True)
    power_problem = models.TextField(blank=True)
    # what it takes to evacuate it: ``evacuation.ranking.EvacuationCost`` and its rank, from 1
    evacuation_cost = models.JSONField(default=dict, blank=True)
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ["cloud", "name"]
        constraints = [models.UniqueConstraint(fields=["cloud", "name"], name="one_row_a_host")]

    @override
    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of the host's page."""
        return reverse("host", args=[self.cloud.name, self.name])

    @property
    def condition(self) -> Condition:
        """Its condition. A host that is down is ``DOWN``, whoever has closed it."""
        if not self.is_up:
            return self.Condition.DOWN
        if self.is_enabled:
            return self.Condition.WORKING
        ours = self.disabled_reason.startswith(OURS)
        return self.Condition.MAINTENANCE if ours else self.Condition.CLOSED


def host_subject(cloud: Cloud, host: str) -> str:
    """Return the subject of jobs about a host. Of two with one subject, only one can be active."""
    return f"host:{cloud.name}:{host}"


class StoredPlan(models.Model):
    """What would be done: frozen once it is made, shown to people, started at most once."""

    class State(models.TextChoices):
        """How far the plan is."""

        DRAFTING = "drafting", "Being made"
        READY = "ready", "Ready"
        REFUSED = "refused", "Refused"
        STARTED = "started", "Started"

    options = models.JSONField(default=dict, blank=True)
    # what a person reads: lines, refusals and notes as in ``plans.lines``
    lines = models.JSONField(default=list, blank=True)
    refusals = models.JSONField(default=list, blank=True)
    notes = models.JSONField(default=list, blank=True)
    # what its job needs when it starts
    content = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.DRAFTING)
    plan_job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True
        ordering = ["-id"]

    @property
    def could_not_be_made(self) -> bool:
        """Whether its job has ended without making the plan."""
        is_planned = self.plan_job is not None and self.plan_job.is_active
        return self.state == self.State.DRAFTING and not is_planned


class HostPlan(StoredPlan):
    """What a host action would do to a host."""

    cloud = models.ForeignKey(Cloud, on_delete=models.CASCADE, related_name="host_plans")
    host = models.CharField(max_length=190)
    action = models.SlugField(max_length=40)

    @override
    def __str__(self) -> str:
        return f"Plan {self.pk} for {self.host}"

    def get_absolute_url(self) -> str:
        """Return the address of the plan's page."""
        return reverse("host-plan", args=[self.pk])


class FuelRelease(models.Model):
    """A release that a Fuel master had when it was last asked."""

    fuel = models.CharField(max_length=190, help_text="The address of the Fuel master.")
    release_id = models.IntegerField()
    name = models.CharField(max_length=190)
    version = models.CharField(max_length=60, help_text="Such as newton-10.0.")
    is_available = models.BooleanField()

    class Meta:
        ordering = ["fuel", "release_id"]
        constraints = [
            models.UniqueConstraint(fields=["fuel", "release_id"], name="one_row_a_release")
        ]

    @override
    def __str__(self) -> str:
        return f"{self.name} ({self.version}, id {self.release_id})"


class EnvironmentPlan(StoredPlan):
    """What a new environment would be like that is made from another one.

    Its lines are ``environments.lines.CopyLine``, its content ``environments.planning.Content``:
    which settings are carried over, and never a value that can be a secret.
    """

    environment = models.ForeignKey(
        FuelEnvironment, on_delete=models.CASCADE, related_name="copy_plans"
    )
    name = models.CharField(max_length=50, help_text="Of the new environment.")
    # ids in Fuel: the newest environment right before the creation, then the created one
    newest_id = models.IntegerField(null=True)
    copy_id = models.IntegerField(null=True)

    @override
    def __str__(self) -> str:
        return f"Plan {self.pk} for {self.name}"

    def get_absolute_url(self) -> str:
        """Return the address of the plan's page."""
        return reverse("environment-plan", args=[self.pk])


class Reassignment(models.Model):
    """A host that moves from one cloud to another: what its steps must know.

    It is written before each Fuel task, so that a step that resumes after a crash starts nothing
    twice. The host is identified by its MAC addresses, since ids and names change.
    """

    job = models.OneToOneField(Job, on_delete=models.CASCADE, related_name="reassignment")
    source = models.ForeignKey(Cloud, on_delete=models.CASCADE, related_name="+")
    destination = models.ForeignKey(Cloud, on_delete=models.CASCADE, related_name="+")
    # ids in Fuel
    source_environment = models.IntegerField()
    destination_environment = models.IntegerField()
    host = models.CharField(max_length=190, help_text="Its name in the source.")
    new_host = models.CharField(max_length=190, blank=True, help_text="In the destination.")
    macs = models.JSONField(default=list)
    roles = models.JSONField(default=list, help_text="Those that it gets.")
    old_roles = models.JSONField(default=list, help_text="Those that it had.")
    interfaces = models.JSONField(default=list, blank=True)
    disks = models.JSONField(default=list, blank=True)
    # ids of its providers in placement of the source
    providers = models.JSONField(default=list, blank=True)
    # step -> {"after": newest task before the call, "id": the started task, once it is known}
    tasks = models.JSONField(default=dict, blank=True)
    # id of an environment in Fuel -> names of the sanity tests that failed before the host left
    health = models.JSONField(default=dict, blank=True)
    is_removed = models.BooleanField(
        default=False, help_text="Fuel was told to remove it from its environment."
    )
    is_booted = models.BooleanField(default=False, help_text="It was told to boot by network.")
    location = models.TextField(blank=True, help_text="Where Fuel last had it, in words.")

    class Meta:
        ordering = ["-id"]

    @override
    def __str__(self) -> str:
        return f"{self.host}: {self.source} to {self.destination}"
