"""Plans, and the jobs that carry them out."""

from collections.abc import Callable
from typing import Any

import django_filters
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from dashboard.api.phases import PhaseField
from dashboard.api.plan_files import YAML, YamlParser, YamlRenderer
from dashboard.api.responses import ACCEPTED, accepted
from dashboard.api.validation import ConfirmationSerializer, valid
from dashboard.hosts_app.clouds import cloud_named
from dashboard.jobs.models import Job
from dashboard.jobs.requester import by_api
from dashboard.jobs.roles import Action
from dashboard.migrations_app.execution.execute import start_execute
from dashboard.migrations_app.execution.finalize import start_finalize
from dashboard.migrations_app.execution.rollback import start_rollback
from dashboard.migrations_app.execution.verify import start_verify
from dashboard.migrations_app.maintenance.options import CHOICES as MAINTENANCE
from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.planning.files import (
    export_plan,
    file_name_of,
    read_edited,
    start_edited,
)
from dashboard.migrations_app.planning.preflight import start_preflight
from dashboard.migrations_app.planning.start import start_plan


class PlanSerializer(serializers.ModelSerializer[Plan]):
    """A plan without its items."""

    source = serializers.SlugRelatedField(slug_field="name", read_only=True)  # type: ignore[var-annotated,assignment]
    destination = serializers.SlugRelatedField(slug_field="name", read_only=True)  # type: ignore[var-annotated]
    created_by = serializers.SlugRelatedField(slug_field="username", read_only=True)  # type: ignore[var-annotated]

    class Meta:
        model = Plan
        fields = (
            "id",
            "source",
            "destination",
            "tenant_id",
            "tenant_name",
            "domain_name",
            "state",
            "options",
            "choices",
            "created_by",
            "created_at",
            "preflighted_at",
            "verified_at",
        )


class PlanOptionsSerializer(serializers.Serializer[Any]):
    """How servers are captured, whether floating addresses stay the same, and whether the tenant's
    people can only look while it moves."""

    capture = serializers.ChoiceField(choices=["stop", "suspend"], required=False)
    addresses = serializers.ChoiceField(choices=["keep", "new"], required=False)
    maintenance = serializers.ChoiceField(choices=MAINTENANCE, required=False)


class PlanRequestSerializer(serializers.Serializer[Any]):
    """What a plan is asked for. ``choices`` maps ``type:name`` of the source to a name or an id
    of the destination, as ``{"network:public": "ext-net"}``."""

    source = serializers.CharField()  # type: ignore[assignment]
    destination = serializers.CharField()
    tenant = serializers.CharField(help_text="Its name or id.")
    options = PlanOptionsSerializer(required=False)
    choices = serializers.DictField(child=serializers.CharField(), required=False)


class ExecuteSerializer(serializers.Serializer[Any]):
    """Before which phase to hold, and when to go on by itself."""

    hold_before = PhaseField(required=False, allow_null=True, default=None)
    hold_until = serializers.DateTimeField(required=False, allow_null=True, default=None)


class PlanFilter(django_filters.FilterSet):
    """Filters of the list of plans."""

    source = django_filters.CharFilter(field_name="source__name")
    destination = django_filters.CharFilter(field_name="destination__name")

    class Meta:
        model = Plan
        fields = ("state", "tenant_id", "tenant_name", "source", "destination")


class PlanViewSet(ListModelMixin, RetrieveModelMixin, GenericViewSet[Plan]):
    """All plans, the newest first."""

    queryset = Plan.objects.select_related("source", "destination", "created_by")
    serializer_class = PlanSerializer
    filterset_class = PlanFilter
    action_permissions = {
        "create": Action.PLAN,
        "import_file": Action.PLAN,
        "preflight": Action.PREFLIGHT,
        "execute": Action.EXECUTE,
        "verify": Action.VERIFY,
        "rollback": Action.ROLLBACK,
        "finalize": Action.FINALIZE,
    }

    @extend_schema(request=PlanRequestSerializer, responses=ACCEPTED)
    def create(self, request: Request) -> Response:
        """Plan a tenant's move. The plan is being drafted until its job has ended."""
        asked = valid(PlanRequestSerializer, request)
        plan, job = start_plan(
            source=cloud_named(asked["source"]),
            destination=cloud_named(asked["destination"]),
            tenant=asked["tenant"],
            options=dict(asked.get("options", {})),
            choices=asked.get("choices", {}),
            requester=by_api(request.user),
        )
        return accepted(job, plan=plan.pk)

    @extend_schema(responses={(200, YAML): OpenApiTypes.STR})
    @action(detail=True, renderer_classes=[JSONRenderer, YamlRenderer])
    def export(self, request: Request, **_kwargs: Any) -> HttpResponse:
        """Return the plan as a YAML file, to be edited and imported."""
        plan = self.get_object()
        disposition = f'attachment; filename="{file_name_of(plan)}"'
        headers = {"Content-Disposition": disposition}
        return HttpResponse(export_plan(plan), content_type=YAML, headers=headers)

    @extend_schema(request={YAML: OpenApiTypes.STR}, responses=ACCEPTED)
    @action(detail=False, methods=["post"], url_path="import", parser_classes=[YamlParser])
    def import_file(self, request: Request) -> Response:
        """Make a new plan from an exported and edited file, which is the body of the request."""
        text = dict(request.data).get("file", "")
        edited = read_edited(text, name="The body")
        plan, job = start_edited(edited, requester=by_api(request.user))
        return accepted(job, plan=plan.pk)

    @extend_schema(request=None, responses=ACCEPTED)
    @action(detail=True, methods=["post"])
    def preflight(self, request: Request, **_kwargs: Any) -> Response:
        """Look again for what stands in the way."""
        return self._start(start_preflight, request)

    @extend_schema(request=ExecuteSerializer, responses=ACCEPTED)
    @action(detail=True, methods=["post"])
    def execute(self, request: Request, **_kwargs: Any) -> Response:
        """Carry the plan out."""
        return self._start(start_execute, request, **valid(ExecuteSerializer, request))

    @extend_schema(request=None, responses=ACCEPTED)
    @action(detail=True, methods=["post"])
    def verify(self, request: Request, **_kwargs: Any) -> Response:
        """Compare both sides field by field."""
        return self._start(start_verify, request)

    @extend_schema(request=ConfirmationSerializer, responses=ACCEPTED)
    @action(detail=True, methods=["post"])
    def rollback(self, request: Request, **_kwargs: Any) -> Response:
        """Remove what the plan created and put the source back as it was."""
        return self._start(start_rollback, request, **valid(ConfirmationSerializer, request))

    @extend_schema(request=ConfirmationSerializer, responses=ACCEPTED)
    @action(detail=True, methods=["post"])
    def finalize(self, request: Request, **_kwargs: Any) -> Response:
        """Delete the tenant from the source, after a clean verify."""
        return self._start(start_finalize, request, **valid(ConfirmationSerializer, request))

    def _start(self, start: Callable[..., Job], request: Request, **asked: Any) -> Response:
        job = start(self.get_object(), requester=by_api(request.user), **asked)
        return accepted(job)
