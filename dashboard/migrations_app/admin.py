"""Tenants, plans and what belongs to them in the Django admin, read-only."""

from django.contrib import admin

from dashboard.jobs.read_only_admin import ReadOnlyAdmin
from dashboard.migrations_app.models import (
    LedgerEntry,
    Plan,
    PlanDifference,
    PlanFinding,
    PlanItem,
    Tenant,
)


@admin.register(Tenant)
class TenantAdmin(ReadOnlyAdmin):
    """Tenants as discovery last saw them."""

    list_display = ("name", "cloud", "domain_name", "enabled", "servers", "volumes", "seen_at")
    list_filter = ("cloud", "enabled", "domain_name")
    list_select_related = ("cloud",)
    search_fields = ("name", "project_id")


@admin.register(Plan)
class PlanAdmin(ReadOnlyAdmin):
    """Plans, the latest first."""

    list_display = ("id", "tenant_name", "source", "destination", "state", "created_by")
    list_filter = ("state", "source", "destination", "created_at")
    list_select_related = ("source", "destination", "created_by")
    search_fields = ("tenant_name", "tenant_id")


@admin.register(PlanItem)
class PlanItemAdmin(ReadOnlyAdmin):
    """What becomes of each object."""

    list_display = ("plan", "type", "name", "action", "source_id", "destination_id")
    list_filter = ("type", "action")
    list_select_related = ("plan__source", "plan__destination")
    search_fields = ("name", "source_id", "destination_id", "=plan__id")


@admin.register(PlanFinding)
class FindingAdmin(ReadOnlyAdmin):
    """What planning and preflight found."""

    list_display = ("plan", "severity", "type", "resource", "sentence")
    list_filter = ("severity", "type", "made_by")
    list_select_related = ("plan__source", "plan__destination")
    search_fields = ("sentence", "resource", "=plan__id")


@admin.register(LedgerEntry)
class LedgerAdmin(ReadOnlyAdmin):
    """The ledger: what each object has become."""

    list_display = ("type", "name", "source_id", "destination_id", "origin", "state", "changed_at")
    list_filter = ("state", "origin", "type", "source_cloud", "destination_cloud")
    search_fields = ("name", "source_id", "destination_id", "=plan__id")


@admin.register(PlanDifference)
class DifferenceAdmin(ReadOnlyAdmin):
    """What the last verify found."""

    list_display = ("plan", "type", "name", "field", "expected")
    list_filter = ("expected", "type", "field")
    list_select_related = ("plan__source", "plan__destination")
    search_fields = ("name", "source_id", "=plan__id")
