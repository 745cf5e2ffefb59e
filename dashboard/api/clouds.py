"""Clouds as of their last refresh."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from dashboard.api.responses import ACCEPTED, accepted
from dashboard.api.validation import ConfirmationSerializer, RequestBody, valid
from dashboard.api.verbs import with_verbs
from dashboard.hosts_app.discovery import start_host_discovery
from dashboard.hosts_app.environments.deletion import (
    environment_row_of,
    start_environment_deletion,
)
from dashboard.hosts_app.fuel.environments import start_environment_discovery
from dashboard.hosts_app.limits import chosen_limits, set_limits_to
from dashboard.hosts_app.models import Cloud, FuelEnvironment
from dashboard.hosts_app.verbs.base import cloud_verbs
from dashboard.jobs.requester import by_api
from dashboard.jobs.roles import Action


class EnvironmentSerializer(serializers.ModelSerializer[FuelEnvironment]):
    """The environment of Fuel that a cloud is in; ``id`` is its id in Fuel."""

    id = serializers.IntegerField(source="environment_id")

    class Meta:
        model = FuelEnvironment
        fields: tuple[str, ...] = (
            "fuel",
            "id",
            "name",
            "status",
            "release",
            "node_count",
            "is_gone",
            "news",
            "news_at",
            "seen_at",
        )


class CloudSerializer(serializers.ModelSerializer[Cloud]):
    """A cloud, without the location of its credentials."""

    environment = EnvironmentSerializer(read_only=True, allow_null=True)

    class Meta:
        model = Cloud
        fields = (
            "name",
            "origin",
            "auth_url",
            "region",
            "state",
            "explanation",
            "services",
            "can_copy_passwords",
            "checked_at",
            "environment",
        )


class LimitsSerializer(RequestBody):
    """How much a cloud may be asked for, as ``limits`` in the configuration has it.

    null: the configuration's hold.
    """

    limits = serializers.DictField(allow_null=True)


@with_verbs(cloud_verbs())
class CloudViewSet(ReadOnlyModelViewSet[Cloud]):
    """The clouds in the configuration, and those of the environments of Fuel."""

    queryset = Cloud.objects.select_related("environment")
    serializer_class = CloudSerializer
    lookup_field = "name"
    filterset_fields = ("state", "origin")
    action_permissions = {
        **dict.fromkeys(("discover_hosts", "discover_environments"), Action.DISCOVER),
        "delete_environment": Action.REASSIGN,
        "set_limits": Action.OPERATE,
    }

    @extend_schema(request=None, responses=ACCEPTED)
    @action(detail=True, methods=["post"], url_path="discover-hosts")
    def discover_hosts(self, request: Request, **_kwargs: Any) -> Response:
        """Refresh the cloud's hosts: their state, their servers and their room."""
        job = start_host_discovery(self.get_object(), requester=by_api(request.user))
        return accepted(job)

    @extend_schema(responses=LimitsSerializer)
    @action(detail=True)
    def limits(self, request: Request, **_kwargs: Any) -> Response:
        """Return the limits that an operator has set; null where the configuration's hold."""
        return Response({"limits": chosen_limits(self.get_object())})

    @extend_schema(request=LimitsSerializer, responses=LimitsSerializer)
    @limits.mapping.put
    def set_limits(self, request: Request, **_kwargs: Any) -> Response:
        """Set the limits of the cloud; workers take them up within seconds, also jobs that run."""
        asked = valid(LimitsSerializer, request)
        cloud = set_limits_to(self.get_object(), asked["limits"])
        return Response({"limits": chosen_limits(cloud)})

    @extend_schema(request=None, responses=ACCEPTED)
    @action(detail=False, methods=["post"], url_path="discover-environments")
    def discover_environments(self, request: Request, **_kwargs: Any) -> Response:
        """Refresh the environments of Fuel and the clouds in them."""
        job = start_environment_discovery(requester=by_api(request.user))
        return accepted(job)

    @extend_schema(request=ConfirmationSerializer, responses=ACCEPTED)
    @action(detail=True, methods=["post"], url_path="delete-environment")
    def delete_environment(self, request: Request, **_kwargs: Any) -> Response:
        """Delete the environment that the cloud is in from Fuel; it must have no nodes.

        ``confirmation`` is the environment's name.
        """
        asked = valid(ConfirmationSerializer, request)
        job = start_environment_deletion(
            environment_row_of(self.get_object()),
            requester=by_api(request.user),
            **asked,
        )
        return accepted(job)
