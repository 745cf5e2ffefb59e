"""The steps and the log of a job."""

from typing import Any, TypeVar

import django_filters
from django.db.models import Model, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet
from typing_extensions import override

from dashboard.api.number_filters import WholeNumberFilter
from dashboard.api.permissions import require
from dashboard.api.phases import PhaseField
from dashboard.api.responses import ACCEPTED, accepted
from dashboard.api.validation import RequestBody, valid
from dashboard.jobs import operating
from dashboard.jobs.kinds import permission_for
from dashboard.jobs.models import Job, LogLine, Step
from dashboard.jobs.requester import by_api
from dashboard.jobs.roles import Action

Row = TypeVar("Row", bound=Model)


class StepSerializer(serializers.ModelSerializer[Step]):
    """A step."""

    phase = PhaseField()

    class Meta:
        model = Step
        fields = (
            "id",
            "job",
            "key",
            "action",
            "title",
            "group",
            "phase",
            "state",
            "attempt",
            "progress_done",
            "progress_total",
            "progress_unit",
            "error",
            "fix",
            "request_id",
            "skip_reason",
            "skipped_by",
            "started_at",
            "finished_at",
        )


class LogLineSerializer(serializers.ModelSerializer[LogLine]):
    """A line of a job's log; ``level`` is a level of Python's logging, and 25 is success."""

    class Meta:
        model = LogLine
        fields = ("id", "step", "level", "message", "created_at")


class SkipSerializer(RequestBody):
    """Why a step is skipped."""

    reason = serializers.CharField(max_length=200)


class StepFilter(django_filters.FilterSet):
    """Filters of a list of steps."""

    class Meta:
        model = Step
        fields = ("state", "group", "phase", "action")


class LogFilter(django_filters.FilterSet):
    """Filters of a log: lines after an id, of at least a level, or of one step."""

    after = WholeNumberFilter(field_name="pk", lookup_expr="gt")
    level = WholeNumberFilter(field_name="level", lookup_expr="gte")
    step = WholeNumberFilter(field_name="step")

    class Meta:
        model = LogLine
        fields = ("after", "level", "step")


class JobRows(ListAPIView[Row]):
    """The rows of the job that the URL names; 404 if there is none."""

    @override
    def filter_queryset(self, queryset: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
        job = get_object_or_404(Job, pk=self.kwargs["job_id"])
        return super().filter_queryset(queryset.filter(job=job))


class JobStepsView(JobRows[Step]):
    """The steps of a job, in order."""

    queryset = Step.objects.all()
    serializer_class = StepSerializer
    filterset_class = StepFilter


class JobLogView(JobRows[LogLine]):
    """The log of a job. Pass the last line's id as ``after`` to get only newer lines."""

    queryset = LogLine.objects.all()
    serializer_class = LogLineSerializer
    filterset_class = LogFilter


class StepViewSet(ReadOnlyModelViewSet[Step]):
    """The steps of all jobs."""

    queryset = Step.objects.select_related("job")
    serializer_class = StepSerializer
    filterset_class = StepFilter
    action_permissions = dict.fromkeys(("retry", "skip"), Action.OPERATE)

    @extend_schema(request=None, responses=ACCEPTED)
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, **_kwargs: Any) -> Response:
        """Retry a failed step; its job continues."""
        return accepted(operating.retry_step(self._to_continue(), requester=by_api(request.user)))

    @extend_schema(request=SkipSerializer, responses=ACCEPTED)
    @action(detail=True, methods=["post"])
    def skip(self, request: Request, **_kwargs: Any) -> Response:
        """Skip a step and the steps that depend on it; its job continues."""
        step = self._to_continue()
        reason = valid(SkipSerializer, request)["reason"]
        return accepted(operating.skip_step(step, reason=reason, requester=by_api(request.user)))

    def _to_continue(self) -> Step:
        """Return the step, if the user may start a job of its kind: either goes on with its job."""
        step = self.get_object()
        require(self.request, permission_for(step.job.kind))
        return step
