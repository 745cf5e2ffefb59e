"""What the tenant page's buttons about maintenance do: each starts a job and goes to its page."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404

from dashboard.jobs.models import Job
from dashboard.jobs.requester import on_page
from dashboard.jobs.roles import Action
from dashboard.jobs.views.pages import PageRequest, action_view, start_and_redirect
from dashboard.migrations_app.maintenance.starting import (
    required_maintenance,
    start_entering,
    start_leaving,
)
from dashboard.migrations_app.models import Tenant

PAGE = "page"
RUNG_LABELS = {
    "lock_servers": "Lock the servers too, also for those who inherit a role",
    "freeze_quotas": "Freeze the quotas at what is in use, so that nothing can be added",
}


class MaintenanceForm(forms.Form):
    """What goes with maintenance. No field has to be filled in."""

    keep = forms.CharField(
        label="Who keeps access",
        required=False,
        help_text="Optional: users by name or id, with commas between. Pumphouse's own account "
        "always keeps it.",
    )
    hardening = forms.MultipleChoiceField(
        label="Besides",
        choices=RUNG_LABELS.items(),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.label_suffix = ""

    @property
    def kept(self) -> list[str]:
        """The users who keep access, from cleaned data."""
        names = self.cleaned_data["keep"].split(",")
        return [name.strip() for name in names if name.strip()]


@action_view(Action.MAINTAIN)
def enter(request: PageRequest, cloud_name: str, project_id: str) -> HttpResponse:
    """Put a tenant into maintenance."""
    tenant = _tenant(cloud_name, project_id)
    form = MaintenanceForm(request.POST)
    form.is_valid()

    def start() -> Job:
        return start_entering(
            tenant,
            keep=form.kept,
            hardening=form.cleaned_data.get("hardening", []),
            requester=on_page(request.user),
        )

    return start_and_redirect(request, start, otherwise=tenant)


@action_view(Action.MAINTAIN)
def leave(request: PageRequest, cloud_name: str, project_id: str) -> HttpResponse:
    """Take a tenant out of maintenance."""
    tenant = _tenant(cloud_name, project_id)

    def start() -> Job:
        maintenance = required_maintenance(tenant.cloud, project_id, tenant.name)
        return start_leaving(maintenance, requester=on_page(request.user))

    return start_and_redirect(request, start, otherwise=tenant)


def _tenant(cloud_name: str, project_id: str) -> Tenant:
    rows = Tenant.objects.select_related("cloud")
    return get_object_or_404(rows, cloud__name=cloud_name, project_id=project_id)
