"""What the button of a cloud does."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404

from dashboard.hosts_app.models import Cloud
from dashboard.jobs.requester import on_page
from dashboard.jobs.roles import Action
from dashboard.jobs.views.pages import PageRequest, action_view, start_and_redirect
from dashboard.migrations_app.discovery import start_discovery


@action_view(Action.DISCOVER)
def discover(request: PageRequest, name: str) -> HttpResponse:
    """Look at a cloud again."""
    cloud = get_object_or_404(Cloud, name=name)
    return start_and_redirect(
        request,
        lambda: start_discovery(cloud, requester=on_page(request.user)),
        otherwise=cloud,
    )
