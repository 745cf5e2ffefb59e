"""Hosts, host actions, and their plans."""

from typing import Any

import django_filters
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.generics import ListAPIView, get_object_or_404
from rest_framework.mixins import RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet, ReadOnlyModelViewSet
from typing_extensions import override

from dashboard.api.host_fields import (
    HostActionSerializer,
    HostMaintenanceSerializer,
    HostPlanRequestSerializer,
    HostPlanSerializer,
    HostSerializer,
)
from dashboard.api.permissions import RolePermission, require
from dashboard.api.responses import ACCEPTED, accepted
from dashboard.api.validation import ConfirmationSerializer, valid
from dashboard.hosts_app.maintenance import start_maintenance
from dashboard.hosts_app.models import Cloud, Host, HostPlan
from dashboard.hosts_app.plans.host_action import all_host_actions, host_action_named
from dashboard.hosts_app.plans.host_plans import start_host_action, start_host_plan
from dashboard.hosts_app.plans.stored_plans import planning_of
from dashboard.jobs.requester import by_api
from dashboard.jobs.roles import Action


class HostFilter(django_filters.FilterSet):
    """Filters of the list of hosts."""

    cloud = django_filters.CharFilter(field_name="cloud__name")

    class Meta:
        model = Host
        fields = ("cloud", "name", "is_up", "is_enabled")


class HostListView(ListAPIView[Host]):
    """The compute hosts of all clouds. POST ``clouds/NAME/discover-hosts/`` refreshes them."""

    queryset = Host.objects.select_related("cloud")
    serializer_class = HostSerializer
    filterset_class = HostFilter


class HostViewSet(RetrieveModelMixin, GenericViewSet[Host]):
    """One host of one cloud, and what can be done to it."""

    queryset = Host.objects.select_related("cloud")
    serializer_class = HostSerializer
    lookup_field = "name"
    lookup_value_regex = "[^/]+"
    action_permissions = {"maintenance": Action.MAINTAIN, "plans": Action.PLAN}

    @override
    def get_object(self) -> Host:
        hosts = self.get_queryset().filter(cloud__name=self.kwargs["cloud"])
        return get_object_or_404(hosts, name=self.kwargs["name"])

    @extend_schema(request=HostMaintenanceSerializer, responses=ACCEPTED)
    @action(detail=True, methods=["post"])
    def maintenance(self, request: Request, **_kwargs: Any) -> Response:
        """Close the host to new servers, or open it again."""
        host, asked = self.get_object(), valid(HostMaintenanceSerializer, request)
        job = start_maintenance(
            host.cloud, host.name, to=asked["to"], requester=by_api(request.user)
        )
        return accepted(job)

    @extend_schema(request=HostPlanRequestSerializer, responses=ACCEPTED)
    @action(detail=True, methods=["post"])
    def plans(self, request: Request, **_kwargs: Any) -> Response:
        """Plan a host action; Location is the plan's address."""
        asked = valid(HostPlanRequestSerializer, request)
        if host_action_named(asked["action"]).of_computes:
            self.get_object()
        cloud = get_object_or_404(Cloud, name=self.kwargs["cloud"])
        plan = start_host_plan(cloud, self.kwargs["name"], requester=by_api(request.user), **asked)
        address = reverse("api:host-plan-detail", args=[plan.pk])
        return accepted(planning_of(plan), location=address, plan=plan.pk)


class HostActionsView(APIView):
    """The host actions."""

    permission_classes = [RolePermission]

    @extend_schema(operation_id="host_actions_list", responses=HostActionSerializer(many=True))
    def get(self, _request: Request) -> Response:
        """Return every host action with its options and the role that it needs."""
        return Response(HostActionSerializer(all_host_actions().values(), many=True).data)


class HostPlanFilter(django_filters.FilterSet):
    """Filters of the list of plans."""

    cloud = django_filters.CharFilter(field_name="cloud__name")

    class Meta:
        model = HostPlan
        fields = ("cloud", "host", "action", "state")


class HostPlanViewSet(ReadOnlyModelViewSet[HostPlan]):
    """The plans of host actions, newest first."""

    queryset = HostPlan.objects.select_related("cloud")
    serializer_class = HostPlanSerializer
    filterset_class = HostPlanFilter
    action_permissions = {"start": Action.MAINTAIN}

    @extend_schema(request=ConfirmationSerializer, responses=ACCEPTED)
    @action(detail=True, methods=["post"])
    def start(self, request: Request, **_kwargs: Any) -> Response:
        """Do what the plan says, once. ``confirmation`` is the plan's ``to_type``."""
        plan = self.get_object()
        require(request, host_action_named(plan.action).permission)
        asked = valid(ConfirmationSerializer, request)
        job = start_host_action(plan, requester=by_api(request.user), **asked)
        return accepted(job, plan=plan.pk)
