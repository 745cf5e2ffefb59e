"""One server of a job, and its verbs."""

from rest_framework import serializers
from rest_framework.mixins import RetrieveModelMixin
from rest_framework.viewsets import GenericViewSet

from dashboard.api.verbs import with_verbs
from dashboard.jobs.models import JobServer
from dashboard.jobs.verbs.base import server_verbs


class JobServerSerializer(serializers.ModelSerializer[JobServer]):
    """A server of a job by the step that halts it: whether it is held, and until when."""

    title = serializers.CharField(source="__str__", read_only=True)

    class Meta:
        model = JobServer
        fields = ("id", "job", "title", "state", "held", "not_before", "started_at", "finished_at")


@with_verbs(server_verbs())
class JobServerViewSet(RetrieveModelMixin, GenericViewSet[JobServer]):
    """One server of a job. Its number is its ``id`` in the list of the job's servers."""

    queryset = JobServer.objects.select_related("job")
    serializer_class = JobServerSerializer
