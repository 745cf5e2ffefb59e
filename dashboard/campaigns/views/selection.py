"""Drawing up a campaign on pages: from the tenants ticked, or from a CSV file."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from dashboard.campaigns.models import LONGEST_NAME, Campaign
from dashboard.campaigns.planning.csv_files import read_csv
from dashboard.campaigns.planning.drawing import Drawing, TenantDrawing, WaveDrawing, draw_up
from dashboard.campaigns.planning.wave_options import WAVE_OPTIONS
from dashboard.errors import BadInput, PumphouseError
from dashboard.hosts_app.models import Cloud
from dashboard.jobs.option_forms import OptionForm, posted_values
from dashboard.jobs.requester import on_page
from dashboard.jobs.roles import Action
from dashboard.jobs.views.pages import PageRequest, allowed_to, show_error
from dashboard.migrations_app.models import Tenant
from dashboard.migrations_app.views.ticked import ticked_tenants

FIRST_WAVE = "wave 1"
LONGEST_FILE = 2_000_000


class CampaignForm(forms.Form):
    """What a campaign is called, between which clouds, and its file if it is made from one."""

    name = forms.CharField(max_length=LONGEST_NAME)
    source = forms.ModelChoiceField(Cloud.objects.none(), empty_label=None)
    destination = forms.ModelChoiceField(Cloud.objects.none(), empty_label=None)
    hosts = forms.ChoiceField(
        label="Hosts, where the destination has no room", choices=Campaign.Hosts.choices
    )
    file = forms.FileField(
        label="CSV file",
        required=False,
        help_text="A line for each tenant. With a file, neither ticks nor the rules below count.",
    )

    def __init__(self, *args: Any, tenants: Sequence[Tenant], **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        clouds = Cloud.objects.exclude(state=Cloud.State.VANISHED)
        for name in ("source", "destination"):
            self.fields[name].queryset = clouds  # type: ignore[attr-defined]
        if tenants:
            self.fields.pop("file")
            source = self.fields["source"]
            source.queryset = clouds.filter(pk__in={each.cloud_id for each in tenants})  # type: ignore[attr-defined]


@require_http_methods(["GET", "POST"])
@allowed_to(Action.PLAN)
def new_campaign(request: PageRequest) -> HttpResponse:
    """Show the form for a campaign of the tenants ticked, and draw it up when it is sent.

    The list of tenants posts only the ticks: then the form is shown first.
    """
    tenants = ticked_tenants(request)
    is_sent = request.method == "POST" and "name" in request.POST
    form = CampaignForm(
        request.POST if is_sent else None, request.FILES if is_sent else None, tenants=tenants
    )
    if is_sent and form.is_valid():
        try:
            return redirect(draw_up(_drawing(request, form, tenants), on_page(request.user)))
        except PumphouseError as error:
            show_error(request, error)
    request.only_asks = not is_sent  # type: ignore[attr-defined]
    about = {
        "form": form,
        "rules": OptionForm("wave", WAVE_OPTIONS, data=request.POST if is_sent else None),
        "tenants": tenants,
        "servers": sum(tenant.servers for tenant in tenants),
        "section": "campaigns",
    }
    return render(request, "campaigns/new.html", about, status=400 if is_sent else 200)


def _drawing(request: PageRequest, form: CampaignForm, tenants: Sequence[Tenant]) -> Drawing:
    """Return the campaign that the form describes. Raises ``BadInput``."""
    given = form.cleaned_data
    common = {key: given[key] for key in ("name", "source", "destination", "hosts")}
    if given.get("file"):
        return read_csv(_text_of(given["file"]), **common)
    if not tenants:
        raise BadInput("The campaign has no tenants.", fix="Choose a file, or tick some tenants.")
    wave = WaveDrawing(
        name=FIRST_WAVE,
        tenants=[TenantDrawing(tenant=tenant) for tenant in tenants],
        options=posted_values(WAVE_OPTIONS, request.POST),
    )
    return Drawing(waves=[wave], **common)


def _text_of(file: "UploadedFile[Any]") -> str:
    if (file.size or 0) > LONGEST_FILE:
        raise BadInput(f"The file has more than {LONGEST_FILE} bytes.", fix="Split it.")
    try:
        return bytes(file.read()).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput("The file is not UTF-8 text.", fix="Save it as UTF-8.") from None
