"""Campaigns, and their verbs."""

from typing import Any

import django_filters
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

from dashboard.api.file_renderers import CSV, CsvRenderer
from dashboard.api.option_fields import OptionsBody
from dashboard.api.plans import TenantChoicesSerializer, chosen_of
from dashboard.api.responses import CONFLICT, NOT_FOUND
from dashboard.api.validation import RequestBody, valid
from dashboard.api.verbs import with_verbs
from dashboard.campaigns.models import Campaign
from dashboard.campaigns.planning.csv_files import read_csv, write_csv
from dashboard.campaigns.planning.drawing import Drawing, TenantDrawing, WaveDrawing, draw_up
from dashboard.campaigns.planning.wave_options import WAVE_OPTIONS
from dashboard.campaigns.report import report_csv, report_of
from dashboard.campaigns.verbs.base import campaign_verbs
from dashboard.errors import BadInput
from dashboard.hosts_app.clouds import cloud_named
from dashboard.hosts_app.models import Cloud
from dashboard.jobs.requester import by_api
from dashboard.jobs.roles import Action
from dashboard.migrations_app.planning.moves import known_tenant


class CampaignSerializer(serializers.ModelSerializer[Campaign]):
    """A campaign without its tenants, which its report has."""

    source = serializers.SlugRelatedField(slug_field="name", read_only=True)  # type: ignore[var-annotated,assignment]
    destination = serializers.SlugRelatedField(slug_field="name", read_only=True)  # type: ignore[var-annotated]
    created_by = serializers.SlugRelatedField(  # type: ignore[var-annotated]
        slug_field="username", read_only=True, allow_null=True
    )
    state = serializers.CharField(read_only=True, help_text="A job's state, draft, or paused.")

    class Meta:
        model = Campaign
        fields = (
            "id",
            "name",
            "source",
            "destination",
            "state",
            "hosts",
            "job",
            "paused_at",
            "waits_for",
            "waits_since",
            "created_by",
            "created_at",
        )


class WaveSerializer(OptionsBody):
    """A wave: its tenants in order, and its rules."""

    options = WAVE_OPTIONS
    name = serializers.CharField()
    tenants = TenantChoicesSerializer(many=True)


class CampaignRequestSerializer(RequestBody):
    """The campaign to draw up: with its waves, or with ``csv``, the text of a CSV file."""

    name = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    destination = serializers.CharField()
    hosts = serializers.ChoiceField(
        choices=Campaign.Hosts.choices, required=False, default=Campaign.Hosts.NEVER
    )
    waves = WaveSerializer(many=True, required=False, default=list)
    csv = serializers.CharField(required=False, default="", allow_blank=True)


class CampaignFilter(django_filters.FilterSet):
    """Filters of the list of campaigns."""

    source = django_filters.CharFilter(field_name="source__name")
    destination = django_filters.CharFilter(field_name="destination__name")

    class Meta:
        model = Campaign
        fields = ("name", "source", "destination")


@with_verbs(campaign_verbs())
class CampaignViewSet(ListModelMixin, RetrieveModelMixin, GenericViewSet[Campaign]):
    """All campaigns, newest first."""

    queryset = Campaign.objects.select_related("source", "destination", "created_by", "job")
    serializer_class = CampaignSerializer
    filterset_class = CampaignFilter
    action_permissions = {"create": Action.PLAN}

    @extend_schema(
        request=CampaignRequestSerializer,
        responses={201: CampaignSerializer, 404: NOT_FOUND, 409: CONFLICT},
    )
    def create(self, request: Request) -> Response:
        """Draw up a campaign. Nothing moves before it is started."""
        asked = valid(CampaignRequestSerializer, request)
        campaign = draw_up(_drawing(asked), by_api(request.user))
        return Response(CampaignSerializer(campaign).data, status=status.HTTP_201_CREATED)

    @extend_schema(responses={200: OpenApiTypes.OBJECT})
    @action(detail=True)
    def report(self, request: Request, **_kwargs: Any) -> Response:
        """Return how the campaign stands, with its waves, and each tenant in order."""
        return Response(report_of(self.get_object()))

    @extend_schema(operation_id="campaigns_report_csv", responses={(200, CSV): OpenApiTypes.STR})
    @action(detail=True, url_path="report-csv", renderer_classes=[JSONRenderer, CsvRenderer])
    def report_csv(self, request: Request, **_kwargs: Any) -> HttpResponse:
        """Return the report of the tenants as CSV."""
        return HttpResponse(report_csv(self.get_object()), content_type=CSV)

    @extend_schema(responses={(200, CSV): OpenApiTypes.STR})
    @action(detail=True, renderer_classes=[JSONRenderer, CsvRenderer])
    def export(self, request: Request, **_kwargs: Any) -> HttpResponse:
        """Return the campaign as the CSV file from which it could be drawn up again."""
        return HttpResponse(write_csv(self.get_object()), content_type=CSV)


def _drawing(asked: dict[str, Any]) -> Drawing:
    """Return what was asked for. Raises ``BadInput`` for both or neither of waves and CSV."""
    if bool(asked["waves"]) == bool(asked["csv"]):
        raise BadInput("Either waves or csv is needed.", fix="Give one of both.")
    clouds = {name: cloud_named(asked[name]) for name in ("source", "destination")}
    common = {"name": asked["name"], "hosts": asked["hosts"], **clouds}
    if asked["csv"]:
        return read_csv(asked["csv"], **common)
    waves = [_wave(wave, clouds["source"]) for wave in asked["waves"]]
    return Drawing(waves=waves, **common)


def _wave(asked: dict[str, Any], source: Cloud) -> WaveDrawing:
    tenants = []
    for each in asked["tenants"]:
        tenant, (choices, chosen) = known_tenant(source, each["tenant"]), chosen_of(each)
        tenants.append(TenantDrawing(tenant=tenant, options=chosen, choices=choices))
    options = {option.name: asked.get(option.name) for option in WAVE_OPTIONS}
    return WaveDrawing(name=asked["name"], tenants=tenants, options=options)
