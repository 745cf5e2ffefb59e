"""The audit trail: who did what. Operators read it."""

from typing import Any

import django_filters
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.viewsets import ReadOnlyModelViewSet
from typing_extensions import override

from dashboard.api.number_filters import WholeNumberFilter
from dashboard.api.permissions import require
from dashboard.audit.models import Act
from dashboard.jobs.roles import Action


class ActSerializer(serializers.ModelSerializer[Act]):
    """An act, with the numbers of the jobs that it has started."""

    jobs = serializers.PrimaryKeyRelatedField(many=True, read_only=True)  # type: ignore[var-annotated]

    class Meta:
        model = Act
        fields = (
            "id",
            "at",
            "who",
            "origin",
            "address",
            "verb",
            "target",
            "options",
            "result",
            "said",
            "jobs",
        )


class ActFilter(django_filters.FilterSet):
    """Filters of the trail."""

    after = django_filters.IsoDateTimeFilter(field_name="at", lookup_expr="gte")
    before = django_filters.IsoDateTimeFilter(field_name="at", lookup_expr="lt")
    job = WholeNumberFilter(field_name="jobs")

    class Meta:
        model = Act
        fields = ("who", "origin", "verb", "target", "result")


class ActViewSet(ReadOnlyModelViewSet[Act]):
    """Who did what, the latest first."""

    queryset = Act.objects.prefetch_related("jobs")
    serializer_class = ActSerializer
    filterset_class = ActFilter

    @override
    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        require(request, Action.AUDIT)
