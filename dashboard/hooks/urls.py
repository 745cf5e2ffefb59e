"""The address to which webhooks answer."""

from django.urls import path

from dashboard.hooks.answers import answer

urlpatterns = [
    path("hooks/<uuid:call_id>/<slug:token>/", answer, name="hook-answer"),
]
