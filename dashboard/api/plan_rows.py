"""What belongs to one plan: its items, findings, differences and ledger."""

from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import ReadOnlyModelViewSet
from typing_extensions import override

from dashboard.api.responses import CONFLICT
from dashboard.api.validation import RequestBody, valid
from dashboard.errors import NotFound
from dashboard.jobs.requester import by_api
from dashboard.migrations_app.execution.accepting import LONGEST, PERMISSION, accept, withdraw
from dashboard.migrations_app.models import (
    LedgerEntry,
    Plan,
    PlanDifference,
    PlanFinding,
    PlanItem,
    Stretch,
    StretchPart,
)
from dashboard.migrations_app.planning.prediction import predicted

Row = TypeVar("Row", bound=Model)


class DataPathSerializer(serializers.Serializer[Any]):
    """The way that the data of a disk takes, with what it copies at most, in bytes."""

    name = serializers.CharField()
    why = serializers.CharField()
    ahead = serializers.IntegerField(help_text="copied before the cutover")
    cutover = serializers.IntegerField(help_text="copied while its server is down")
    uncompared = serializers.CharField(
        default="", help_text='why the bytes of both sides are not compared, "" if they are'
    )
    others = serializers.DictField(
        child=serializers.CharField(), help_text="why each other path cannot be taken"
    )


class ItemSerializer(serializers.ModelSerializer[PlanItem]):
    """One object of the source and what will become of it."""

    data_path = DataPathSerializer(read_only=True, allow_null=True)

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
            "data_path",
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
    """One field that differed at the last verify, and who has accepted that, when and why."""

    accepted_by = serializers.CharField(source="acceptance.accepted_by", default="", read_only=True)
    accepted_at = serializers.DateTimeField(
        source="acceptance.accepted_at", default=None, read_only=True, allow_null=True
    )
    acceptance_reason = serializers.CharField(
        source="acceptance.reason", default="", read_only=True
    )

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
            "accepted_by",
            "accepted_at",
            "acceptance_reason",
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


class GatewayPartSerializer(serializers.ModelSerializer[StretchPart]):
    """Something that a stretched network has in a cloud."""

    class Meta:
        model = StretchPart
        fields = ("side", "role", "resource_id", "state")


class StretchedNetworkSerializer(serializers.ModelSerializer[Stretch]):
    """A network that gateway servers join across both clouds, and what they were seen to be."""

    parts = GatewayPartSerializer(many=True, read_only=True)

    class Meta:
        model = Stretch
        fields = (
            "id",
            "network_id",
            "network_name",
            "number",
            "state",
            "health",
            "seen_at",
            "broken_since",
            "created_at",
            "parts",
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
    filterset_fields = ("type", "action", "left_out_by")


class PredictionSerializer(serializers.Serializer[Any]):
    """What a plan copies at most, in bytes, and how long that takes by what was measured."""

    ahead = serializers.IntegerField()
    cutover = serializers.IntegerField()
    copying_seconds = serializers.FloatField(allow_null=True)
    downtime_seconds = serializers.FloatField(allow_null=True)
    sentence = serializers.CharField(source="__str__")


class PlanPredictionView(APIView):
    """The bytes that a plan copies, and the times that are to be expected."""

    @extend_schema(responses=PredictionSerializer)
    def get(self, request: Request, plan_id: int) -> Response:
        """Return the prediction; 404 for a plan that copies no data."""
        prediction = predicted(get_object_or_404(Plan, pk=plan_id))
        if prediction is None:
            raise NotFound(f"Plan {plan_id} copies no data.")
        return Response(PredictionSerializer(prediction).data)


class PlanFindingsView(PlanRows[PlanFinding]):
    """The findings about a plan."""

    queryset = PlanFinding.objects.all()
    serializer_class = FindingSerializer
    filterset_fields = ("severity", "type", "made_by")


class PlanDifferencesView(PlanRows[PlanDifference]):
    """The differences that the last verify of a plan found."""

    queryset = PlanDifference.objects.select_related("acceptance")
    serializer_class = DifferenceSerializer
    filterset_fields = ("type", "expected")


class PlanLedgerView(PlanRows[LedgerEntry]):
    """The ledger of a plan."""

    queryset = LedgerEntry.objects.all()
    serializer_class = LedgerEntrySerializer
    filterset_fields = ("type", "origin", "state")


class PlanStretchesView(PlanRows[Stretch]):
    """The networks of a plan that were joined across both clouds, with the parts of that."""

    queryset = Stretch.objects.prefetch_related("parts")
    serializer_class = StretchedNetworkSerializer
    filterset_fields = ("state",)


class AcceptSerializer(RequestBody):
    """Why a difference does not matter."""

    reason = serializers.CharField(max_length=LONGEST)


class DifferenceViewSet(ReadOnlyModelViewSet[PlanDifference]):
    """The differences of all plans at their last verify."""

    queryset = PlanDifference.objects.select_related("plan", "job", "acceptance")
    serializer_class = DifferenceSerializer
    filterset_fields = ("plan", "type", "expected")
    action_permissions = {"accept": PERMISSION, "withdraw": PERMISSION}

    @extend_schema(request=AcceptSerializer, responses={200: DifferenceSerializer, 409: CONFLICT})
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, **_kwargs: Any) -> Response:
        """Accept a difference, with a reason: it no longer blocks finalize, until it changes."""
        difference, reason = self.get_object(), valid(AcceptSerializer, request)["reason"]
        accept([difference], reason=reason, requester=by_api(request.user))
        return Response(DifferenceSerializer(difference).data)

    @extend_schema(request=None, responses={200: DifferenceSerializer, 409: CONFLICT})
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, **_kwargs: Any) -> Response:
        """Withdraw that the difference was accepted: it blocks again."""
        difference = self.get_object()
        withdraw([difference], requester=by_api(request.user))
        difference.refresh_from_db()
        return Response(self.get_serializer(difference).data)
