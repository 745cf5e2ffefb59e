"""Clouds: which there are and how they were last found."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from dashboard.api.answers import ACCEPTED, accepted
from dashboard.api.permissions import caller
from dashboard.hosts_app.hosts import start_host_discovery
from dashboard.hosts_app.models import Cloud
from dashboard.jobs.roles import Action
from dashboard.migrations_app.discovery import start_discovery


class CloudSerializer(serializers.ModelSerializer[Cloud]):
    """A cloud. Where its credentials are is not part of it."""

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
        )


class CloudViewSet(ReadOnlyModelViewSet[Cloud]):
    """The clouds that the configuration names."""

    queryset = Cloud.objects.all()
    serializer_class = CloudSerializer
    lookup_field = "name"
    filterset_fields = ("state", "origin")
    acts = dict.fromkeys(("discover", "discover_hosts"), Action.DISCOVER)

    @extend_schema(request=None, responses=ACCEPTED)
    @action(detail=True, methods=["post"])
    def discover(self, request: Request, **_kwargs: Any) -> Response:
        """Start a look at the cloud: its state, its services and its tenants."""
        job = start_discovery(self.get_object(), user=caller(request), launched_from="api")
        return accepted(job)

    @extend_schema(request=None, responses=ACCEPTED)
    @action(detail=True, methods=["post"], url_path="discover-hosts")
    def discover_hosts(self, request: Request, **_kwargs: Any) -> Response:
        """Start a look at the cloud's hosts: their state, their servers and their room."""
        job = start_host_discovery(self.get_object(), user=caller(request), launched_from="api")
        return accepted(job)
