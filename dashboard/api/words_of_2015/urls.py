"""The addresses of 2015, at the root as they were."""

from django.urls import path

from dashboard.api.words_of_2015.events import EventsView
from dashboard.api.words_of_2015.hosts import HostView
from dashboard.api.words_of_2015.moves import ServerMoveView, TenantMoveView
from dashboard.api.words_of_2015.reset import ResetView
from dashboard.api.words_of_2015.resources import ResourcesView

app_name = "words-of-2015"

urlpatterns = [
    path("resources", ResourcesView.as_view(), name="resources"),
    path("events", EventsView.as_view(), name="events"),
    path("reset", ResetView.as_view({"post": "reset"}), name="reset"),
    path("tenants/<str:project_id>", TenantMoveView.as_view({"post": "migrate"}), name="tenant"),
    path("servers/<str:server_id>", ServerMoveView.as_view({"post": "migrate"}), name="server"),
    path(
        "hosts/<str:host>",
        HostView.as_view({"post": "evacuate", "delete": "reassign"}),
        name="host",
    ),
]
