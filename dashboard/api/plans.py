"""Plans, and their verbs."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from dashboard.api.file_renderers import YAML, YamlRenderer
from dashboard.api.mappings import SavedMappingsSerializer, SaveMappingsSerializer
from dashboard.api.option_fields import OptionsBody
from dashboard.api.plan_files import YamlParser
from dashboard.api.responses import ACCEPTED, BAD_INPUT, CONFLICT, NOT_FOUND, accepted
from dashboard.api.tenant_files import (
    MEDIA_TYPES,
    GzipParser,
    PlanFromFilesSerializer,
    TarParser,
    ZipParser,
)
from dashboard.api.validation import RequestBody, valid
from dashboard.api.verbs import with_verbs
from dashboard.hosts_app.clouds import cloud_named
from dashboard.jobs.requester import by_api
from dashboard.jobs.roles import Action
from dashboard.migrations_app.models import Plan, plan_of
from dashboard.migrations_app.planning import archiving
from dashboard.migrations_app.planning.files import export_plan, file_name_of, read_edited
from dashboard.migrations_app.planning.moves import move_of
from dashboard.migrations_app.planning.os_migrate.moving import tenant_of
from dashboard.migrations_app.planning.saved import save_mappings, with_saved
from dashboard.migrations_app.verbs.base import plan_verbs
from dashboard.migrations_app.verbs.plan import PlanMove

PLAN = PlanMove()


class PlanSerializer(serializers.ModelSerializer[Plan]):
    """A plan without its items."""

    source = serializers.SlugRelatedField(slug_field="name", read_only=True)  # type: ignore[var-annotated,assignment]
    destination = serializers.SlugRelatedField(slug_field="name", read_only=True)  # type: ignore[var-annotated]
    created_by = serializers.SlugRelatedField(  # type: ignore[var-annotated]
        slug_field="username", read_only=True, allow_null=True
    )

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
            "edits",
            "created_by",
            "created_at",
            "preflighted_at",
            "verified_at",
            "archived_at",
        )


class PlanOptionsSerializer(OptionsBody):
    """How the tenant is moved."""

    options = PLAN.options


class TenantChoicesSerializer(RequestBody):
    """A tenant, with the options and mappings of its plan. ``choices`` maps ``type:name``
    of the source to a name or an id of the destination, as ``{"network:public": "ext-net"}``."""

    tenant = serializers.CharField(help_text="Its name or id.")
    saved = serializers.CharField(
        required=False,
        default="",
        allow_blank=True,
        help_text="The name of saved mappings. Choices given here win, and options that "
        "are not the default.",
    )
    options = PlanOptionsSerializer(required=False, default=dict)
    choices = serializers.DictField(child=serializers.CharField(), required=False, default=dict)


def chosen_of(asked: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, Any]]:
    """Return the mappings and the options of a validated body, with those that it names."""
    given = asked["options"]
    chosen = {each.name for each in PLAN.options if given.get(each.name) != each.clean(None)}
    options = {name: value for name, value in given.items() if name in chosen}
    return with_saved(asked["saved"], asked["choices"], options)


class PlanRequestSerializer(TenantChoicesSerializer):
    """The move to plan."""

    source = serializers.CharField()  # type: ignore[assignment]
    destination = serializers.CharField()


class PlanFilter(django_filters.FilterSet):
    """Filters of the list of plans."""

    source = django_filters.CharFilter(field_name="source__name")
    destination = django_filters.CharFilter(field_name="destination__name")
    archived = django_filters.BooleanFilter("archived_at", "isnull", exclude=True)

    class Meta:
        model = Plan
        fields = ("state", "tenant_id", "tenant_name", "source", "destination")


@with_verbs(plan_verbs())
class PlanViewSet(ListModelMixin, RetrieveModelMixin, GenericViewSet[Plan]):
    """All plans, newest first."""

    queryset = Plan.objects.select_related("source", "destination", "created_by")
    serializer_class = PlanSerializer
    filterset_class = PlanFilter
    action_permissions = {
        **dict.fromkeys(("create", "import_file", "from_files"), PLAN.permission),
        **dict.fromkeys(("archive", "unarchive", "save_mappings"), Action.PLAN),
    }

    @extend_schema(request=PlanRequestSerializer, responses=ACCEPTED)
    def create(self, request: Request) -> Response:
        """Plan a tenant's move. The plan is a draft until its job has ended."""
        asked = valid(PlanRequestSerializer, request)
        source, destination = cloud_named(asked["source"]), cloud_named(asked["destination"])
        choices, options = chosen_of(asked)
        move = move_of(source, asked["tenant"], destination, choices)
        job = PLAN.start(move, requester=by_api(request.user), **options)
        return accepted(job, plan=plan_of(job).pk)

    @extend_schema(
        request=SaveMappingsSerializer,
        responses={201: SavedMappingsSerializer, 400: BAD_INPUT, 404: NOT_FOUND},
    )
    @action(detail=True, methods=["post"], url_path="save-mappings")
    def save_mappings(self, request: Request, **_kwargs: Any) -> Response:
        """Save the mappings and options of the plan by a name, for later plans."""
        name = valid(SaveMappingsSerializer, request)["name"]
        saved = save_mappings(self.get_object(), name, by_api(request.user))
        return Response(SavedMappingsSerializer(saved).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses={200: PlanSerializer, 404: NOT_FOUND, 409: CONFLICT})
    @action(detail=True, methods=["post"])
    def archive(self, request: Request, **_kwargs: Any) -> Response:
        """Put the plan into the archive, apart from the current ones."""
        archiving.archive(self._alone())
        return Response(PlanSerializer(self.get_object()).data)

    @extend_schema(request=None, responses={200: PlanSerializer, 404: NOT_FOUND})
    @action(detail=True, methods=["post"])
    def unarchive(self, request: Request, **_kwargs: Any) -> Response:
        """Take the plan out of the archive."""
        archiving.take_out(self._alone())
        return Response(PlanSerializer(self.get_object()).data)

    def _alone(self) -> QuerySet[Plan]:
        return Plan.objects.filter(pk=self.get_object().pk)

    @extend_schema(responses={(200, YAML): OpenApiTypes.ANY, 409: CONFLICT})
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
        """Make a new plan from an exported and edited file, the body of the request."""
        text = dict(request.data).get("file", "")
        edited = read_edited(text, name="The body")
        job = PLAN.start(edited.move(), requester=by_api(request.user), **edited.options)
        return accepted(job, plan=plan_of(job).pk)

    @extend_schema(
        parameters=[PlanFromFilesSerializer],
        request=dict.fromkeys(MEDIA_TYPES, OpenApiTypes.BINARY),
        responses=ACCEPTED,
    )
    @action(
        detail=False,
        methods=["post"],
        url_path="from-files",
        parser_classes=[ZipParser, TarParser, GzipParser],
    )
    def from_files(self, request: Request) -> Response:
        """Plan a tenant's move as an archive of os-migrate's YAML says, the body of the request."""
        query = PlanFromFilesSerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        asked, files = query.validated_data, dict(request.data)
        tenant = asked["tenant"] or tenant_of(files)
        move = move_of(cloud_named(asked["source"]), tenant, cloud_named(asked["destination"]))
        job = PLAN.start(replace(move, files=files), requester=by_api(request.user))
        return accepted(job, plan=plan_of(job).pk)
