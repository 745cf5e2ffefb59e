"""Environments of Fuel, and the plans of their copies."""

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from dashboard.api.clouds import EnvironmentSerializer
from dashboard.api.host_fields import RefusalSerializer
from dashboard.api.responses import ACCEPTED, accepted
from dashboard.api.validation import RequestBody, valid
from dashboard.hosts_app.environments.duplicating import (
    start_duplication,
    start_environment_plan,
)
from dashboard.hosts_app.models import EnvironmentPlan, FuelEnvironment
from dashboard.hosts_app.plans.stored_plans import planning_of
from dashboard.jobs.requester import by_api
from dashboard.jobs.roles import Action


class CopyOptionsSerializer(RequestBody):
    """The options of a copy; giving a range or a VLAN offset implies renumbering."""

    release = serializers.IntegerField(required=False, allow_null=True)
    renumber = serializers.BooleanField(required=False)
    cidr_base = serializers.CharField(required=False, allow_blank=True)
    vlan_offset = serializers.IntegerField(required=False, min_value=0, max_value=4000)


class DuplicateSerializer(CopyOptionsSerializer):
    """The name and the options of a copy."""

    name = serializers.CharField(max_length=50)


class CopyLineSerializer(serializers.Serializer[Any]):
    """One thing of the source: its value there and in the copy. Secrets are not shown."""

    subject = serializers.CharField()
    name = serializers.CharField()
    now = serializers.CharField()
    then = serializers.CharField()
    outcome = serializers.CharField()
    why = serializers.CharField()


class EnvironmentPlanSerializer(serializers.ModelSerializer[EnvironmentPlan]):
    """A plan of a new environment, with the options that were given."""

    environment = serializers.SlugRelatedField(slug_field="name", read_only=True)  # type: ignore[var-annotated]
    options = CopyOptionsSerializer(read_only=True)
    lines = CopyLineSerializer(many=True)
    refusals = RefusalSerializer(many=True)
    notes = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = EnvironmentPlan
        fields = (
            "id",
            "environment",
            "name",
            "options",
            "state",
            "lines",
            "refusals",
            "notes",
            "plan_job",
            "job",
            "created_at",
        )


class EnvironmentRowSerializer(EnvironmentSerializer):
    """An environment of Fuel; ``key`` identifies it in this API, ``id`` in Fuel."""

    key = serializers.IntegerField(source="pk", read_only=True)

    class Meta(EnvironmentSerializer.Meta):
        fields = ("key", *EnvironmentSerializer.Meta.fields)


class EnvironmentViewSet(ReadOnlyModelViewSet[FuelEnvironment]):
    """The environments of Fuel as they were when it was last asked."""

    queryset = FuelEnvironment.objects.all()
    serializer_class = EnvironmentRowSerializer
    filterset_fields = ("name", "status", "is_gone")
    action_permissions = {"duplicate": Action.PLAN}

    @extend_schema(request=DuplicateSerializer, responses=ACCEPTED)
    @action(detail=True, methods=["post"])
    def duplicate(self, request: Request, **_kwargs: Any) -> Response:
        """Plan a new environment from this one; Location is the plan's address."""
        options = valid(DuplicateSerializer, request)
        plan = start_environment_plan(
            self.get_object(),
            name=options.pop("name"),
            options=options,
            requester=by_api(request.user),
        )
        address = reverse("api:environment-plan-detail", args=[plan.pk])
        return accepted(planning_of(plan), location=address, plan=plan.pk)


class EnvironmentPlanViewSet(ReadOnlyModelViewSet[EnvironmentPlan]):
    """The plans of new environments, newest first."""

    queryset = EnvironmentPlan.objects.select_related("environment")
    serializer_class = EnvironmentPlanSerializer
    filterset_fields = ("name", "state")
    action_permissions = {"start": Action.REASSIGN}

    @extend_schema(request=None, responses=ACCEPTED)
    @action(detail=True, methods=["post"])
    def start(self, request: Request, **_kwargs: Any) -> Response:
        """Create the environment that the plan describes, once."""
        plan = self.get_object()
        job = start_duplication(plan, requester=by_api(request.user))
        return accepted(job, plan=plan.pk)
