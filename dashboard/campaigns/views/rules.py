"""The rules of a wave on a page of their own: of a draft, and of a campaign that runs."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from dashboard.campaigns.models import Wave
from dashboard.campaigns.planning.rules import change_rules
from dashboard.campaigns.planning.wave_options import WAVE_OPTIONS, options_of
from dashboard.errors import PumphouseError
from dashboard.jobs.option_forms import OptionForm, posted_values
from dashboard.jobs.requester import on_page
from dashboard.jobs.roles import Action
from dashboard.jobs.views.pages import PageRequest, allowed_to, show_error


@require_http_methods(["GET", "POST"])
@allowed_to(Action.PLAN)
def wave_rules(request: PageRequest, campaign_id: int, wave_id: int) -> HttpResponse:
    """Show the rules of a wave, and change those that were sent with other values."""
    waves = Wave.objects.select_related("campaign__job")
    wave = get_object_or_404(waves, campaign=campaign_id, pk=wave_id)
    is_sent = request.method == "POST"
    if is_sent:
        try:
            change_rules(wave, _changed_rules(wave, request), on_page(request.user))
            return redirect(wave.campaign)
        except PumphouseError as error:
            show_error(request, error)
    form = OptionForm(
        "wave", WAVE_OPTIONS, data=request.POST if is_sent else None, initial=options_of(wave)
    )
    about = {"wave": wave, "campaign": wave.campaign, "rules": form, "section": "campaigns"}
    return render(request, "campaigns/rules.html", about, status=400 if is_sent else 200)


def _changed_rules(wave: Wave, request: PageRequest) -> dict[str, Any]:
    """Return what the form says otherwise than the wave; what it leaves empty is the default."""
    before = options_of(wave)
    posted = posted_values(WAVE_OPTIONS, request.POST)
    given = {option.name: option.clean(posted[option.name]) for option in WAVE_OPTIONS}
    return {name: value for name, value in given.items() if value != before[name]}
