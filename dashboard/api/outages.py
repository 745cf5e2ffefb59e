"""Servers that are down because of a move."""

from rest_framework import serializers
from rest_framework.generics import ListAPIView

from dashboard.migrations_app.execution.outages import servers_down
from dashboard.migrations_app.models import LedgerEntry


class ServerDownSerializer(serializers.ModelSerializer[LedgerEntry]):
    """A server that ran before its move, and runs on neither cloud since ``down_since``."""

    tenant_id = serializers.CharField(source="plan.tenant_id")
    tenant_name = serializers.CharField(source="plan.tenant_name")
    source = serializers.CharField(source="plan.source.name")  # type: ignore[assignment]
    destination = serializers.CharField(source="plan.destination.name")
    down_since = serializers.DateTimeField()

    class Meta:
        model = LedgerEntry
        fields = (
            "plan",
            "tenant_id",
            "tenant_name",
            "source",
            "destination",
            "source_id",
            "destination_id",
            "name",
            "down_since",
        )


class OutagesView(ListAPIView[LedgerEntry]):
    """The servers that are down because of a move, the longest first.

    Whatever the state of the job, until they run on one of the two clouds.
    """

    queryset = servers_down()
    serializer_class = ServerDownSerializer
    filterset_fields = ("plan",)
