"""The waves of campaigns, and their rules."""

from typing import Any

import django_filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet
from typing_extensions import override

from dashboard.api.number_filters import WholeNumberFilter
from dashboard.api.option_fields import OptionsBody
from dashboard.api.responses import CONFLICT, NOT_FOUND
from dashboard.api.validation import valid
from dashboard.campaigns.models import Wave
from dashboard.campaigns.planning.rules import change_rules
from dashboard.campaigns.planning.wave_options import WAVE_OPTIONS, options_of
from dashboard.jobs.requester import by_api
from dashboard.jobs.roles import Action


class WaveRulesSerializer(OptionsBody):
    """A wave with its rules. A change names those that change; null stands for the default."""

    options = WAVE_OPTIONS
    id = serializers.IntegerField(read_only=True)
    campaign = serializers.IntegerField(read_only=True)
    ordinal = serializers.IntegerField(read_only=True)
    name = serializers.CharField(read_only=True)

    @override
    def to_representation(self, instance: Wave) -> dict[str, Any]:
        about = {"id": instance.pk, "campaign": instance.campaign_id, "name": instance.name}
        row = {**about, "ordinal": instance.ordinal, **options_of(instance)}
        return dict(super().to_representation(row))


class WaveFilter(django_filters.FilterSet):
    """Filters of the list of waves."""

    campaign = WholeNumberFilter(field_name="campaign")

    class Meta:
        model = Wave
        fields = ("campaign", "name")


class WaveViewSet(ListModelMixin, RetrieveModelMixin, GenericViewSet[Wave]):
    """The waves of all campaigns, in their order."""

    queryset = Wave.objects.select_related("campaign__job")
    serializer_class = WaveRulesSerializer
    filterset_class = WaveFilter
    action_permissions = {"partial_update": Action.PLAN}

    @extend_schema(
        request=WaveRulesSerializer,
        responses={200: WaveRulesSerializer, 404: NOT_FOUND, 409: CONFLICT},
    )
    def partial_update(self, request: Request, **_kwargs: Any) -> Response:
        """Change rules of a wave, also while its campaign runs: what has begun goes on."""
        asked = valid(WaveRulesSerializer, request, partial=True)
        values = {
            option.name: option.clean(asked[option.name])
            for option in WAVE_OPTIONS
            if option.name in asked
        }
        change_rules(self.get_object(), values, by_api(request.user))
        return Response(WaveRulesSerializer(self.get_object()).data)
