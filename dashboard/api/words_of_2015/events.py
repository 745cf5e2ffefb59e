"""``GET /events``: what happens, as server-sent events."""

from datetime import datetime

from django.http import HttpResponse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from dashboard.api.permissions import RolePermission
from dashboard.api.words_of_2015.event_feed import EventFeed
from dashboard.errors import BadInput
from dashboard.jobs.time_zones import in_utc
from dashboard.web.long_answers import listen

CONTENT_TYPE = "text/event-stream"
RETRY = b"retry: 3000\n\n"
"""How many milliseconds a client waits before it asks again."""


class EventStreamRenderer(JSONRenderer):
    """Accepts who asks for events; errors are JSON, as everywhere."""

    media_type = CONTENT_TYPE
    format = "events"


class EventsView(APIView):
    """What happens in jobs, with the names and bodies of 2015."""

    permission_classes = [RolePermission]
    renderer_classes = [JSONRenderer, EventStreamRenderer]
    schema = None

    def get(self, request: Request) -> HttpResponse:
        """Return what has happened since ``Last-Event-ID``, then what happens from now on."""
        feed = EventFeed(_since(request.headers.get("Last-Event-ID", "")))
        answer = HttpResponse(RETRY + feed.new(), content_type=CONTENT_TYPE)
        # a compressed or collected answer would come late
        answer["Content-Encoding"] = "identity"
        answer["X-Accel-Buffering"] = "no"
        listen(request.META, feed)
        return answer


def _since(text: str) -> datetime:
    """Return the time of the last event that a client has got, now for a new client."""
    try:
        found = parse_datetime(text) if text else timezone.now()
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or in_utc(found) is None:
        raise BadInput(
            "Last-Event-ID is no id of an event.", fix="Send the id of the last event, or none."
        )
    return found
