"""Tenants, plans, what was found about them, and the ledger of what became of each object."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse

from dashboard.hosts_app.models import Cloud
from dashboard.jobs.models import Job
from dashboard.migrations_app.maintenance_rows import MaintenanceChange as MaintenanceChange
from dashboard.migrations_app.maintenance_rows import TenantMaintenance as TenantMaintenance
from dashboard.migrations_app.object_row import ObjectRow
from dashboard.migrations_app.saved_mapping_rows import SavedMappings as SavedMappings
from dashboard.migrations_app.stretch_rows import Stretch as Stretch
from dashboard.migrations_app.stretch_rows import StretchPart as StretchPart


class Tenant(models.Model):
    """A project as the last discovery of its cloud saw it."""

    cloud = models.ForeignKey(Cloud, on_delete=models.CASCADE, related_name="tenants")
    project_id = models.CharField(max_length=64)
    name = models.CharField(max_length=100)
    domain_name = models.CharField(max_length=100, blank=True)
    description = models.TextField(blank=True)
    enabled = models.BooleanField(default=True)
    servers = models.IntegerField(default=0)
    volumes = models.IntegerField(default=0)
    seen_at = models.DateTimeField()

    # The maintenance that a page has read, if there is one; None where nothing was read.
    maintenances_read: "Sequence[TenantMaintenance] | None" = None

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["cloud", "project_id"], name="one_row_a_project")
        ]
        # in the order of the lists
        indexes = [models.Index(fields=["cloud", "name"], name="tenants_by_name")]
        verbose_name = "tenant"

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of the tenant's page."""
        return reverse("tenant", args=[self.cloud.name, self.project_id])


def subject_of(tenant_id: str) -> str:
    """Return the subject of the jobs about a tenant."""
    return f"tenant:{tenant_id}"


class Plan(models.Model):
    """The resolved actions for one tenant's objects. It never changes once it is ready."""

    class State(models.TextChoices):
        """How far the tenant's move is."""

        DRAFTING = "drafting", "Drafting"
        BLOCKED = "blocked", "Blocked by findings"
        READY = "ready", "Ready"
        EXECUTING = "executing", "Executing"
        EXECUTED = "executed", "Executed"
        ROLLED_BACK = "rolled_back", "Rolled back"
        FINALIZED = "finalized", "Finalized"

    source = models.ForeignKey(Cloud, on_delete=models.PROTECT, related_name="+")
    destination = models.ForeignKey(Cloud, on_delete=models.PROTECT, related_name="+")
    tenant_id = models.CharField(max_length=64, db_index=True)
    tenant_name = models.CharField(max_length=100)
    domain_name = models.CharField(max_length=100, default="Default")
    state = models.CharField(max_length=12, choices=State, default=State.DRAFTING)
    options = models.JSONField(default=dict, blank=True)
    # "type:name or id" on the source -> name or id on the destination
    choices = models.JSONField(default=dict, blank=True)
    # "type:id" on the source -> fields of the API's object that the copy gets instead of the
    # source's
    edits = models.JSONField(default=dict, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL
    )
    created_at = models.DateTimeField(auto_now_add=True)
    preflighted_at = models.DateTimeField(null=True, blank=True)
    verified_at = models.DateTimeField(null=True, blank=True)
    # when it was executed to its end, and how much that copied: the home page adds them up
    moved_at = models.DateTimeField(null=True, blank=True, editable=False)
    bytes_copied = models.BigIntegerField(default=0, editable=False)
    # since when somebody wants to see it no longer among what needs them
    dismissed_at = models.DateTimeField(null=True, blank=True, editable=False)
    # since when it is in the archive: the list of plans shows it only there
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    # What a page has read of the plan to say several things about it; None where nothing was read.
    jobs_read: Sequence[Job] | None = None
    differences_read: int | None = None
    unexpected_read: int | None = None
    stretches_read: "Sequence[Stretch] | None" = None
    # its PlanNumbers, which count what models do not know
    numbers_read: Any = None

    class Meta:
        ordering = ["-id"]
        indexes = [
            # for the latest plan of a tenant, and the plans that none replaces
            models.Index(fields=["source", "tenant_id", "id"], name="plans_of_tenant"),
            models.Index(fields=["state"], name="plans_by_state"),
        ]

    def __str__(self) -> str:
        return f"Plan {self.pk}: {self.tenant_name}, {self.source} to {self.destination}"

    def get_absolute_url(self) -> str:
        """Return the address of the plan's page."""
        return reverse("plan", args=[self.pk])

    @property
    def subject(self) -> str:
        """The subject of this plan's jobs: the tenant of the source, by its id alone.

        The id is unique, whereas one cloud may be known under two names.
        """
        return subject_of(self.tenant_id)

    def item_keys(self) -> set[tuple[str, str]]:
        """Return the types and ids of its objects."""
        return set(self.items.order_by().values_list("type", "source_id"))


class TenantFiles(models.Model):
    """A tenant as YAML of os-migrate: exported from its cloud, or uploaded for a plan.

    Without user data of servers, which may hold passwords. An export stays until the next one of
    the tenant, an upload until its plan is drafted.
    """

    tenant = models.OneToOneField(
        Tenant, null=True, blank=True, on_delete=models.CASCADE, related_name="files"
    )
    plan = models.OneToOneField(
        Plan, null=True, blank=True, on_delete=models.CASCADE, related_name="files"
    )
    # the text of each file by its name
    texts = models.JSONField(default=dict)
    made_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = "files of a tenant"

    def __str__(self) -> str:
        return f"Files of {self.tenant or self.plan}"


def plan_of(job: Job) -> Plan:
    """Return the plan that a job is about, with its clouds."""
    plans = Plan.objects.select_related("source", "destination")
    return plans.get(pk=job.params["plan"])


class PlanItem(ObjectRow, models.Model):
    """One object of the source and what will become of it."""

    class Action(models.TextChoices):
        """What the plan does with an object."""

        CREATE = "create", "Create"
        ADOPT = "adopt", "Adopt existing"
        MAP = "map", "Map to existing"
        MIGRATED = "keep", "Already migrated"
        SKIP = "skip", "Skip"

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="items")
    ordinal = models.IntegerField()
    type = models.CharField(max_length=40)
    source_id = models.CharField(max_length=190)
    name = models.CharField(max_length=255, blank=True)
    action = models.CharField(max_length=8, choices=Action, default=Action.CREATE)
    destination_id = models.CharField(max_length=190, blank=True)
    # it belongs to another project and is only used by the tenant
    shared = models.BooleanField(default=False)
    # who chose that it is not moved, or that something is not which it needs; then it is skipped
    left_out_by = models.CharField(max_length=150, blank=True)
    fields = models.JSONField(default=dict)
    # what the decision found out that creation needs
    resolution = models.JSONField(default=dict)
    # stage -> [[type, source id, stage], …]; hard ones and those that are only an order
    requires = models.JSONField(default=dict)
    follows = models.JSONField(default=dict)
    # [{"field", "value", "reason"}, …]
    losses = models.JSONField(default=list)

    class Meta:
        ordering = ["ordinal"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "type", "source_id"], name="one_item_an_object")
        ]
        indexes = [
            # in the order of the lists, so that the database stops after one page
            models.Index(fields=["plan", "ordinal"], name="items_of_plan"),
            # so that what was left out is counted without the items, which are long
            models.Index(fields=["plan", "left_out_by"], name="left_out_of_plan"),
        ]

    @property
    def data_path(self) -> dict[str, Any] | None:
        """The path of its data: name, why, and the bytes copied ahead and in the cutover at most.

        None for what has no disk that is copied, and in plans of older versions.
        """
        # to import the key's name would import the types of resources, which commands do without
        found: dict[str, Any] | None = self.resolution.get("data_path")
        return found


class PlanFinding(models.Model):
    """What planning or preflight found: a sentence and its fix."""

    class Severity(models.TextChoices):
        """How much a finding matters."""

        BLOCK = "block", "Blocks"
        WARN = "warn", "Warning"
        INFO = "info", "Note"

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="findings")
    item = models.ForeignKey(PlanItem, null=True, blank=True, on_delete=models.CASCADE)
    made_by = models.CharField(max_length=10, default="preflight")  # plan or preflight
    type = models.CharField(max_length=40, blank=True)
    resource = models.CharField(max_length=255, blank=True)
    severity = models.CharField(max_length=5, choices=Severity)
    sentence = models.TextField()
    fix = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.sentence


class LedgerEntry(ObjectRow, models.Model):
    """An entry of the ledger: what an object of the source has become on the destination.

    It is written, as ``intended``, before the create call, and never deleted.
    """

    class Origin(models.TextChoices):
        """Where the destination's object comes from; rollback removes only created ones."""

        CREATED = "created", "Created"
        ADOPTED = "adopted", "Adopted"
        MAPPED = "mapped", "Mapped"

    class State(models.TextChoices):
        """How far it is."""

        INTENDED = "intended", "Intended"
        PRESENT = "present", "Present"
        REMOVED = "removed", "Removed"

    source_cloud = models.ForeignKey(Cloud, on_delete=models.PROTECT, related_name="+")
    destination_cloud = models.ForeignKey(Cloud, on_delete=models.PROTECT, related_name="+")
    type = models.CharField(max_length=40)
    source_id = models.CharField(max_length=130)
    destination_id = models.CharField(max_length=130, blank=True)
    name = models.CharField(max_length=255, blank=True)
    origin = models.CharField(max_length=8, choices=Origin, default=Origin.CREATED)
    state = models.CharField(max_length=8, choices=State, default=State.INTENDED)
    plan = models.ForeignKey(
        Plan, null=True, on_delete=models.SET_NULL, related_name="ledger_entries"
    )
    # names of the stages that are done, and what they stored (no secrets)
    stages = models.JSONField(default=list)
    stage_data = models.JSONField(default=dict)
    # since when a server that ran runs on neither cloud because of its move; null while it does
    down_since = models.DateTimeField(null=True, blank=True, db_index=True)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["source_cloud", "destination_cloud", "type", "source_id"],
                name="one_ledger_entry_an_object",
            )
        ]
        verbose_name = "ledger entry"
        verbose_name_plural = "ledger"

    def __str__(self) -> str:
        return f"{self.type} {self.source_id} → {self.destination_id or '?'}"


class AcceptedDifference(models.Model):
    """A difference that somebody has accepted, with these values. Never changed or deleted."""

    source_cloud = models.ForeignKey(Cloud, on_delete=models.PROTECT, related_name="+")
    destination_cloud = models.ForeignKey(Cloud, on_delete=models.PROTECT, related_name="+")
    type = models.CharField(max_length=40)
    source_id = models.CharField(max_length=190)
    field = models.CharField(max_length=80)
    source_value = models.TextField(blank=True)
    destination_value = models.TextField(blank=True)
    accepted_by = models.CharField(max_length=150)
    accepted_at = models.DateTimeField(auto_now_add=True)
    reason = models.CharField(max_length=200)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.type} {self.source_id}: {self.field}, by {self.accepted_by}"


class PlanDifference(ObjectRow, models.Model):
    """One field that differed when the plan was last verified."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="differences")
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL)
    type = models.CharField(max_length=40)
    source_id = models.CharField(max_length=190)
    name = models.CharField(max_length=255, blank=True)
    field = models.CharField(max_length=80)
    source_value = models.TextField(blank=True)
    destination_value = models.TextField(blank=True)
    # the plan had announced it: not a fault of the move
    expected = models.BooleanField(default=False)
    acceptance = models.ForeignKey(
        AcceptedDifference, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["expected", "id"]
        verbose_name = "difference"

    def __str__(self) -> str:
        return f"{self.type} {self.name}: {self.field}"
