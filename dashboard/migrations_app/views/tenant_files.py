"""A tenant as files of os-migrate: downloaded, edited, and uploaded for a plan."""

from django.http import HttpResponse
from django.shortcuts import redirect

from dashboard.errors import BadInput, NotFound, PumphouseError
from dashboard.hosts_app.models import Cloud
from dashboard.jobs.requester import on_page
from dashboard.jobs.roles import Action
from dashboard.jobs.views.pages import PageRequest, action_view, show_error
from dashboard.migrations_app.models import Tenant, plan_of
from dashboard.migrations_app.planning.moves import Move
from dashboard.migrations_app.planning.os_migrate.archives import LONGEST, texts_of
from dashboard.migrations_app.planning.os_migrate.moving import exported_archive
from dashboard.migrations_app.verbs.plan import PlanMove
from dashboard.migrations_app.views.tenants import tenant_or_404
from dashboard.whole_numbers import whole_number


def download(request: PageRequest, cloud_name: str, project_id: str) -> HttpResponse:
    """Return the archive of the last export of a tenant."""
    tenant = tenant_or_404(cloud_name, project_id)
    try:
        return archive_response(tenant)
    except PumphouseError as error:
        show_error(request, error)
        return redirect(tenant)


def archive_response(tenant: Tenant) -> HttpResponse:
    """Return the response with a tenant's archive. Raises ``NotFound`` without an export."""
    name, content = exported_archive(tenant)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type="application/zip", headers=headers)


@action_view(Action.PLAN)
def upload(request: PageRequest, cloud_name: str, project_id: str) -> HttpResponse:
    """Plan the tenant's move as an uploaded archive says, or show what is wrong with it."""
    tenant = tenant_or_404(cloud_name, project_id)
    try:
        move = Move(tenant=tenant, destination=_destination(request), files=_sent(request))
        job = PlanMove().start(move, requester=on_page(request.user))
    except PumphouseError as error:
        show_error(request, error)
        return redirect(tenant)
    return redirect(plan_of(job))


def _destination(request: PageRequest) -> Cloud:
    number = whole_number(request.POST.get("destination", ""))
    cloud = Cloud.objects.filter(pk=number).first() if number else None
    if cloud is None:
        raise NotFound("There is no such cloud.", fix="Choose the destination from the list.")
    return cloud


def _sent(request: PageRequest) -> dict[str, str]:
    file = request.FILES.get("file")
    if file is None or not file.name:
        raise BadInput("No file was chosen.", fix="Choose a zip or tar of os-migrate's files.")
    return texts_of(file.read(LONGEST + 1), name=file.name)
