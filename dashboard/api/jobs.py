"""Jobs: all long work, its steps and its log."""

from typing import Any

import django_filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet
from typing_extensions import override

from dashboard.api.permissions import require
from dashboard.api.phases import PhaseField
from dashboard.api.responses import ACCEPTED, accepted, job_address
from dashboard.api.validation import RequestBody, valid
from dashboard.jobs import operating
from dashboard.jobs.chain_rows import WORDS, rows_of, servers_of
from dashboard.jobs.kinds import permission_for
from dashboard.jobs.models import Job
from dashboard.jobs.progress import job_progress
from dashboard.jobs.report import JobReport
from dashboard.jobs.requester import by_api
from dashboard.jobs.roles import Action


class GroupProgressSerializer(serializers.Serializer[Any]):
    """The progress of the steps of one group."""

    group = serializers.CharField()
    total = serializers.IntegerField()
    done = serializers.IntegerField()
    failed = serializers.IntegerField()
    running = serializers.IntegerField()
    skipped = serializers.IntegerField()
    bytes_done = serializers.IntegerField()
    bytes_total = serializers.IntegerField()


class WaitingStepSerializer(serializers.Serializer[Any]):
    """A step that waits: for what, the state it was last seen in, and since when it is in that."""

    title = serializers.CharField()
    waiting_for = serializers.CharField()
    state = serializers.CharField()
    since = serializers.DateTimeField()


class RetryingStepSerializer(serializers.Serializer[Any]):
    """A step whose last attempt failed by something that passes, and when it is tried again."""

    title = serializers.CharField()
    attempts = serializers.IntegerField()
    error = serializers.CharField()
    fix = serializers.CharField()
    at = serializers.DateTimeField()


class JobProgressSerializer(GroupProgressSerializer):
    """The progress of a job.

    ``bytes_total`` is of the steps that have begun. ``seconds_left`` is null unless the job runs
    and all that is left of it can be estimated.
    """

    group = None  # type: ignore[assignment]
    bytes_per_second = serializers.FloatField()
    seconds_left = serializers.FloatField(allow_null=True)
    percent = serializers.IntegerField()
    groups = GroupProgressSerializer(many=True)
    current = serializers.ListField(child=serializers.CharField())
    waiting = WaitingStepSerializer(many=True)
    retrying = RetryingStepSerializer(many=True)


class JobSerializer(serializers.ModelSerializer[Job]):
    """A job without its progress."""

    hold_before = PhaseField(allow_null=True)
    servers_at_once = serializers.IntegerField(
        source="chains_at_once", read_only=True, allow_null=True
    )
    servers_at_once_why = serializers.CharField(
        source="why_at_once",
        read_only=True,
        help_text="Why it is this number, where that adapts; empty where somebody chose it.",
    )
    created_by = serializers.SlugRelatedField(  # type: ignore[var-annotated]
        slug_field="username", read_only=True, allow_null=True
    )
    address = serializers.SerializerMethodField()

    class Meta:
        model = Job
        fields = (
            "id",
            "address",
            "kind",
            "title",
            "subject",
            "state",
            "explanation",
            "params",
            "hold_before",
            "hold_until",
            "held_since",
            "servers_at_once",
            "servers_at_once_why",
            "cancel_requested",
            "created_by",
            "launched_from",
            "created_at",
            "started_at",
            "finished_at",
        )

    def get_address(self, job: Job) -> str:
        """Return the URL of the job."""
        return job_address(job.pk)


class JobDetailSerializer(JobSerializer):
    """A job with its progress."""

    progress = serializers.SerializerMethodField()

    class Meta:
        model = Job
        fields = (*JobSerializer.Meta.fields, "progress")

    @extend_schema_field(JobProgressSerializer)
    def get_progress(self, job: Job) -> Any:
        """Return the progress. Takes three queries, whatever the job's size."""
        return JobProgressSerializer(job_progress(job)).data


class HoldSerializer(RequestBody):
    """The phase to hold before, and optionally the time to continue by itself."""

    before = PhaseField()
    until = serializers.DateTimeField(required=False, allow_null=True, default=None)


class ServersAtOnceSerializer(RequestBody):
    """How many servers may be in cutover at once; with 0 the number adapts."""

    servers_at_once = serializers.IntegerField(min_value=0, max_value=operating.MOST_CHAINS)


class ServerMoveSerializer(serializers.Serializer[Any]):
    """A server of a job: its state, what is done with it now, and how long it was down."""

    id = serializers.IntegerField(source="server.pk")
    title = serializers.CharField()
    state = serializers.ChoiceField(choices=[*WORDS])
    begins_at = serializers.DateTimeField(
        allow_null=True, help_text="When it may be halted at the earliest."
    )
    current = serializers.ListField(child=serializers.CharField())
    halted_at = serializers.DateTimeField(allow_null=True)
    runs_at = serializers.DateTimeField(allow_null=True)
    seconds_down = serializers.FloatField(allow_null=True)
    predicted_seconds = serializers.FloatField(allow_null=True)
    bytes_done = serializers.IntegerField()
    bytes_total = serializers.IntegerField()
    predicted_bytes = serializers.IntegerField(allow_null=True)


class JobFilter(django_filters.FilterSet):
    """Filters of the list of jobs."""

    class Meta:
        model = Job
        fields = ("kind", "state", "subject", "launched_from")


class JobViewSet(ReadOnlyModelViewSet[Job]):
    """All jobs, newest first."""

    queryset = Job.objects.select_related("created_by")
    filterset_class = JobFilter
    action_permissions = dict.fromkeys(
        ("cancel", "resume", "release", "hold", "dismiss", "servers_at_once"), Action.OPERATE
    )

    @override
    def get_serializer_class(self) -> type[JobSerializer]:
        # Progress is part of one job, but not of a list of them.
        return JobSerializer if self.action == "list" else JobDetailSerializer

    @extend_schema(request=None, responses=ACCEPTED)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, **_kwargs: Any) -> Response:
        """Cancel the job as soon as its running steps have stopped."""
        return accepted(operating.cancel(self.get_object(), requester=by_api(request.user)))

    @extend_schema(request=None, responses=ACCEPTED)
    @action(detail=True, methods=["post"])
    def dismiss(self, request: Request, **_kwargs: Any) -> Response:
        """Take a failed job from what needs somebody, until it goes on and fails again."""
        return accepted(operating.dismiss(self.get_object(), requester=by_api(request.user)))

    @extend_schema(request=None, responses=ACCEPTED)
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, **_kwargs: Any) -> Response:
        """Resume a failed, errored or cancelled job and retry its failed steps."""
        return accepted(operating.resume(self._to_continue(), requester=by_api(request.user)))

    @extend_schema(request=None, responses=ACCEPTED)
    @action(detail=True, methods=["post"])
    def release(self, request: Request, **_kwargs: Any) -> Response:
        """End the job's hold and continue it."""
        return accepted(operating.release_hold(self._to_continue(), requester=by_api(request.user)))

    @extend_schema(request=HoldSerializer, responses=ACCEPTED)
    @action(detail=True, methods=["post"])
    def hold(self, request: Request, **_kwargs: Any) -> Response:
        """Hold the job before a phase, until it is released or until a given time."""
        job = self.get_object()
        if job.hold_before is not None:  # another phase or time could end the hold that there is
            require(request, permission_for(job.kind))
        asked = valid(HoldSerializer, request)
        return accepted(operating.hold(job, requester=by_api(request.user), **asked))

    @extend_schema(request=ServersAtOnceSerializer, responses=ACCEPTED)
    @action(detail=True, methods=["post"], url_path="servers-at-once")
    def servers_at_once(self, request: Request, **_kwargs: Any) -> Response:
        """Set how many servers may be in cutover at once; with 0 the number adapts."""
        number = valid(ServersAtOnceSerializer, request)["servers_at_once"]
        job = self.get_object()
        return accepted(operating.limit_chains(job, at_once=number, requester=by_api(request.user)))

    @extend_schema(responses=ServerMoveSerializer(many=True), filters=False)
    @action(detail=True, filterset_class=None)
    def servers(self, request: Request, **_kwargs: Any) -> Response:
        """Return the servers that the job moves, in the order of the plan."""
        job = self.get_object()
        halts: Any = servers_of(job)
        page: Any = self.paginate_queryset(halts)
        rows = ServerMoveSerializer(rows_of(job, page), many=True)
        return self.get_paginated_response(rows.data)

    @extend_schema(responses={200: OpenApiTypes.OBJECT})
    @action(detail=True)
    def report(self, request: Request, **_kwargs: Any) -> Response:
        """Return downtime and bytes of each server, and what was predicted."""
        return Response(JobReport(self.get_object()).as_json())

    def _to_continue(self) -> Job:
        """Return the job, if the user may start one of its kind: continuing it does its work."""
        job = self.get_object()
        require(self.request, permission_for(job.kind))
        return job
