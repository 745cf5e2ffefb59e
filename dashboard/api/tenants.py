"""Tenants, as the last look at their cloud saw them."""

import django_filters
from rest_framework import serializers
from rest_framework.viewsets import ReadOnlyModelViewSet

from dashboard.migrations_app.models import TenantRow


class TenantSerializer(serializers.ModelSerializer[TenantRow]):
    """A tenant, with its cloud by name."""

    cloud = serializers.SlugRelatedField(slug_field="name", read_only=True)  # type: ignore[var-annotated]

    class Meta:
        model = TenantRow
        fields = (
            "id",
            "cloud",
            "project_id",
            "name",
            "domain_name",
            "description",
            "enabled",
            "servers",
            "volumes",
            "seen_at",
        )


class TenantFilter(django_filters.FilterSet):
    """Filters of the list of tenants."""

    cloud = django_filters.CharFilter(field_name="cloud__name")

    class Meta:
        model = TenantRow
        fields = ("cloud", "name", "project_id", "domain_name", "enabled")


class TenantViewSet(ReadOnlyModelViewSet[TenantRow]):
    """The tenants of all clouds."""

    queryset = TenantRow.objects.select_related("cloud")
    serializer_class = TenantSerializer
    filterset_class = TenantFilter
