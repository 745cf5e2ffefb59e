"""Putting ticked tenants into a wave: from the list of tenants, and on a campaign's page."""

from django import forms
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from dashboard.campaigns.models import LONGEST_NAME, Campaign
from dashboard.campaigns.planning.moving import add_to_wave, move_to_wave
from dashboard.errors import PumphouseError
from dashboard.jobs.requester import on_page
from dashboard.jobs.roles import Action
from dashboard.jobs.states import JobState
from dashboard.jobs.views.pages import PageRequest, action_view, run_and_redirect, show_error
from dashboard.migrations_app.views.ticked import TICKED, ticked_tenants
from dashboard.whole_numbers import whole_number


class WaveForm(forms.Form):
    """Which campaign, and which of its waves."""

    campaign = forms.ModelChoiceField(
        Campaign.objects.filter(Q(job=None) | ~Q(job__state=JobState.DONE)), empty_label=None
    )
    wave = forms.CharField(
        max_length=LONGEST_NAME,
        help_text="Its name. A new name is a wave behind all others.",
        required=False,
    )


@action_view(Action.PLAN)
def add_ticked(request: PageRequest) -> HttpResponse:
    """Ask to which wave the tenants ticked on the list are added; add them when that was sent."""
    tenants = ticked_tenants(request)
    is_sent = "campaign" in request.POST
    form = WaveForm(request.POST if is_sent else None, label_suffix="")
    if is_sent and form.is_valid():
        campaign = form.cleaned_data["campaign"]
        try:
            add_to_wave(campaign, form.cleaned_data["wave"], tenants, on_page(request.user))
            return redirect(campaign)
        except PumphouseError as error:
            show_error(request, error)
    request.only_asks = not is_sent  # type: ignore[attr-defined]
    about = {
        "form": form,
        "tenants": tenants,
        "campaigns": form.fields["campaign"].queryset.exists(),  # type: ignore[attr-defined]
        "servers": sum(tenant.servers for tenant in tenants),
        "section": "campaigns",
    }
    return render(request, "campaigns/add.html", about, status=400 if is_sent else 200)


@action_view(Action.PLAN)
def move_ticked(request: PageRequest, campaign_id: int) -> HttpResponse:
    """Move the tenants ticked on a campaign's page to another wave."""
    campaign = get_object_or_404(Campaign.objects.select_related("job"), pk=campaign_id)
    numbers = [whole_number(text) for text in request.POST.getlist(TICKED)]
    tenants = list(campaign.tenants.filter(pk__in=[number for number in numbers if number]))
    wave = request.POST.get("new_wave", "").strip() or request.POST.get("wave", "")
    return run_and_redirect(
        request,
        lambda: move_to_wave(campaign, wave, tenants, on_page(request.user)),
        to=campaign,
        done=f"Moved to {wave}: {', '.join(tenant.name for tenant in tenants[:20])}.",
    )
