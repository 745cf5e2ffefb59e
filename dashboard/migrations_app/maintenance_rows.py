"""The rows of tenants' maintenance: each period of it, and each change that it makes."""

from django.conf import settings
from django.db import models

from dashboard.hosts_app.models import Cloud


class TenantMaintenance(models.Model):
    """One period of a tenant in maintenance, from entering until it has left."""

    class State(models.TextChoices):
        """How far it is."""

        ENTERING = "entering", "Entering maintenance"
        ON = "on", "In maintenance"
        LEAVING = "leaving", "Leaving maintenance"
        LEFT = "left", "Left maintenance"
        REFUSED = "refused", "Refused"

    OPEN = (State.ENTERING, State.ON, State.LEAVING)

    cloud = models.ForeignKey(Cloud, on_delete=models.PROTECT, related_name="maintenances")
    project_id = models.CharField(max_length=64, db_index=True)
    tenant_name = models.CharField(max_length=100)
    state = models.CharField(max_length=8, choices=State, default=State.ENTERING)
    # the read-only role that replaces all others
    role_id = models.CharField(max_length=64, blank=True)
    role_name = models.CharField(max_length=255, blank=True)
    options = models.JSONField(default=dict, blank=True)
    # sentences: who keeps access and why; what others had changed by the time it was left
    notes = models.JSONField(default=list, blank=True)
    drift = models.JSONField(default=list, blank=True)
    # the plan whose execution turned it on, if any
    plan = models.ForeignKey("Plan", null=True, blank=True, on_delete=models.SET_NULL)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    entered_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = "tenant maintenance"

    def __str__(self) -> str:
        return f"{self.tenant_name} of {self.cloud}: {self.get_state_display().lower()}"

    @property
    def is_open(self) -> bool:
        """Whether anything about the tenant may still be changed by it."""
        return self.state in self.OPEN


class MaintenanceChange(models.Model):
    """One change by maintenance, written before it is made, with what undoes it. Never deleted."""

    class Kind(models.TextChoices):
        """What is changed."""

        REVOKE_ROLE = "revoke_role", "Role revoked"
        GRANT_ROLE = "grant_role", "Role granted"
        KEEP_ROLE = "keep_role", "Role unchanged"
        LOCK_SERVER = "lock_server", "Server locked"
        FREEZE_QUOTA = "freeze_quota", "Quota frozen"

    class State(models.TextChoices):
        """How far it is."""

        INTENDED = "intended", "Intended"
        DONE = "done", "Done"
        UNDONE = "undone", "Undone"
        GONE = "gone", "No longer exists"
        KEPT = "kept", "Changed by somebody else"

    maintenance = models.ForeignKey(
        TenantMaintenance, on_delete=models.CASCADE, related_name="changes"
    )
    kind = models.CharField(max_length=12, choices=Kind)
    name = models.CharField(max_length=255)
    details = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=State, default=State.INTENDED)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.name}"

    def record(self, state: str) -> None:
        """Store how far the change is."""
        self.state = state
        self.save(update_fields=["state"])
