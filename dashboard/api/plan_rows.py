"""What belongs to one plan: its items, findings, differences and ledger."""

from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.shortcuts import get_object_or_404
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from typing_extensions import override

from dashboard.migrations_app.models import LedgerEntry, Plan, PlanDifference, PlanFinding, PlanItem

Row = TypeVar("Row", bound=Model)


class ItemSerializer(serializers.ModelSerializer[PlanItem]):
    """One object of the source and what will become of it."""

    class Meta:
        model = PlanItem
        fields = (
            "id",
            "type",
            "source_id",
            "name",
            "action",
            "destination_id",
            "shared",
            "left_out_by",
            "fields",
            "losses",
            "requires",
            "follows",
        )


class FindingSerializer(serializers.ModelSerializer[PlanFinding]):
    """What planning or preflight found."""

    class Meta:
        model = PlanFinding
        fields = (
            "id",
            "severity",
            "item",
            "type",
            "resource",
            "sentence",
            "fix",
            "made_by",
        )


class DifferenceSerializer(serializers.ModelSerializer[PlanDifference]):
    """One field that differed at the last verify."""

    class Meta:
        model = PlanDifference
        fields = (
            "id",
            "type",
            "source_id",
            "name",
            "field",
            "source_value",
            "destination_value",
            "expected",
            "job",
        )


class LedgerEntrySerializer(serializers.ModelSerializer[LedgerEntry]):
    """Which object of the destination an object of the source has become."""

    class Meta:
        model = LedgerEntry
        fields = (
            "id",
            "type",
            "source_id",
            "destination_id",
            "name",
            "origin",
            "state",
            "stages",
            "created_at",
            "changed_at",
        )


class PlanRows(ListAPIView[Row]):
    """The rows of one plan; 404 when there is no such plan."""

    @override
    def filter_queryset(self, queryset: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
        plan = get_object_or_404(Plan, pk=self.kwargs["plan_id"])
        return super().filter_queryset(queryset.filter(plan=plan))


class PlanItemsView(PlanRows[PlanItem]):
    """The items of a plan, in the order of their dependencies."""

    queryset = PlanItem.objects.all()
    serializer_class = ItemSerializer
    filterset_fields = ("type", "action")


class PlanFindingsView(PlanRows[PlanFinding]):
    """The findings about a plan."""

    queryset = PlanFinding.objects.all()
    serializer_class = FindingSerializer
    filterset_fields = ("severity", "type", "made_by")


class PlanDifferencesView(PlanRows[PlanDifference]):
    """The differences that the last verify of a plan found."""

    queryset = PlanDifference.objects.all()
    serializer_class = DifferenceSerializer
    filterset_fields = ("type", "expected")


class PlanLedgerView(PlanRows[LedgerEntry]):
    """The ledger of a plan."""

    queryset = LedgerEntry.objects.all()
    serializer_class = LedgerEntrySerializer
    filterset_fields = ("type", "origin", "state")
