"""``GET /resources``: what both clouds have, read now."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import BoundedSemaphore
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from dashboard import secrets
from dashboard.api.permissions import RolePermission
from dashboard.clients.openstack import CloudSession, Json
from dashboard.errors import PumphouseError, Retryable
from dashboard.hosts_app.clouds import PAIRS, access_of, configured_settings, side_named
from dashboard.hosts_app.models import Cloud
from dashboard.migrations_app.cloud_items import items_of

MOST_AT_A_TIME = 2
RETRY_SECONDS = 5
_turns = BoundedSemaphore(MOST_AT_A_TIME)


class CloudObjectSerializer(serializers.Serializer[Any]):
    """An object of a cloud; ``data`` depends on its type."""

    id = serializers.CharField()
    cloud = serializers.CharField(help_text="source or destination")
    type = serializers.CharField()
    data = serializers.DictField()  # type: ignore[assignment]


class CloudContentsSerializer(serializers.Serializer[Any]):
    """A cloud; ``error`` says why nothing of it is there, if it does not answer."""

    urls = serializers.DictField(allow_null=True)
    resources = CloudObjectSerializer(many=True)
    error = serializers.CharField(required=False)


class ResourcesSerializer(serializers.Serializer[Any]):
    """Both clouds. ``reset`` is whether ``POST /reset`` is allowed by the configuration."""

    reset = serializers.BooleanField()
    hosts = serializers.ListField()
    events = serializers.ListField()
    source = CloudContentsSerializer(required=False)  # type: ignore[assignment]
    destination = CloudContentsSerializer(required=False)


class ResourcesView(APIView):
    """What both clouds have."""

    permission_classes = [RolePermission]

    @extend_schema(operation_id="resources_2015", responses=ResourcesSerializer)
    def get(self, _request: Request) -> Response:
        """Read both clouds and return their objects. A cloud that is unknown is not there."""
        if not _turns.acquire(blocking=False):
            raise Retryable("Others are reading the clouds right now.", retry_after=RETRY_SECONDS)
        try:
            sides = _both_sides()
        finally:
            _turns.release()
        reset = configured_settings().clouds_reset
        return Response({"reset": reset, "hosts": [], "events": [], **sides})


def _both_sides() -> dict[str, Json]:
    """Return each known cloud by what it is called; both are read at the same time."""
    known = dict(_known_clouds())
    with ThreadPoolExecutor(len(PAIRS[0])) as threads:
        sides = {name: _side(cloud, name, threads) for name, cloud in known.items()}
        return {name: finish() for name, finish in sides.items()}


def _known_clouds() -> Iterator[tuple[str, Cloud]]:
    for name in PAIRS[0]:
        with suppress(PumphouseError):
            yield name, side_named(name)


def _side(cloud: Cloud, name: str, threads: ThreadPoolExecutor) -> Callable[[], Json]:
    """Begin to read a cloud, and return what waits for its end; threads ask no database."""
    try:
        access = access_of(cloud)
    except PumphouseError as error:
        unread = _unread(None, str(error))
        return lambda: unread
    urls, reading = access.urls or None, threads.submit(items_of, CloudSession(access), name)

    def finish() -> Json:
        try:
            return {"urls": urls, "resources": reading.result()}
        except PumphouseError as error:
            return _unread(urls, str(error))

    return finish


def _unread(urls: Any, error: str) -> Json:
    return {"urls": urls, "resources": [], "error": secrets.mask(error)}
