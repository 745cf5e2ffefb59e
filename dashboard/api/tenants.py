"""Tenants as of the last refresh of their cloud, and their maintenance."""

from typing import Any

import django_filters
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from dashboard.api.file_renderers import ZipRenderer
from dashboard.api.verbs import with_verbs
from dashboard.errors import NotFound
from dashboard.migrations_app.models import MaintenanceChange, Tenant, TenantMaintenance
from dashboard.migrations_app.planning.os_migrate.archives import ZIP
from dashboard.migrations_app.verbs.base import tenant_verbs
from dashboard.migrations_app.views.tenant_files import archive_response


class TenantSerializer(serializers.ModelSerializer[Tenant]):
    """A tenant, with its cloud by name."""

    cloud = serializers.SlugRelatedField(slug_field="name", read_only=True)  # type: ignore[var-annotated]

    class Meta:
        model = Tenant
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
        model = Tenant
        fields = ("cloud", "name", "project_id", "domain_name", "enabled")


class MaintenanceChangeSerializer(serializers.ModelSerializer[MaintenanceChange]):
    """One thing that maintenance changed, and whether it is undone."""

    class Meta:
        model = MaintenanceChange
        fields = ("kind", "name", "details", "state")


class MaintenanceSerializer(serializers.ModelSerializer[TenantMaintenance]):
    """A tenant's time in maintenance. ``notes`` say whose access stays open, ``drift`` what others
    had changed when it was left."""

    entered_by = serializers.SlugRelatedField(  # type: ignore[var-annotated]
        slug_field="username", read_only=True, allow_null=True
    )
    changes = MaintenanceChangeSerializer(many=True, read_only=True)

    class Meta:
        model = TenantMaintenance
        fields = (
            "id",
            "state",
            "role_name",
            "options",
            "notes",
            "drift",
            "plan",
            "entered_by",
            "entered_at",
            "left_at",
            "changes",
        )


@with_verbs(tenant_verbs())
class TenantViewSet(ReadOnlyModelViewSet[Tenant]):
    """The tenants of all clouds."""

    queryset = Tenant.objects.select_related("cloud")
    serializer_class = TenantSerializer
    filterset_class = TenantFilter

    @extend_schema(responses=MaintenanceSerializer)
    @action(detail=True)
    def maintenance(self, request: Request, **_kwargs: Any) -> Response:
        """Return the tenant's current or latest maintenance."""
        tenant = self.get_object()
        times = TenantMaintenance.objects.filter(cloud=tenant.cloud, project_id=tenant.project_id)
        latest = times.select_related("entered_by").prefetch_related("changes").first()
        if latest is None:
            raise NotFound(f"{tenant.name} of {tenant.cloud} has never been in maintenance.")
        return Response(MaintenanceSerializer(latest).data)

    @extend_schema(responses={(200, ZIP): OpenApiTypes.BINARY})
    @action(detail=True, renderer_classes=[JSONRenderer, ZipRenderer])
    def files(self, request: Request, **_kwargs: Any) -> HttpResponse:
        """Return the tenant as of its last export: a zip of os-migrate's YAML."""
        return archive_response(self.get_object())
