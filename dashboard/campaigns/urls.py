"""Addresses of the pages about campaigns."""

from django.urls import path

from dashboard.campaigns.verbs.base import campaign_verbs
from dashboard.campaigns.views import campaigns, report, rules, selection, waves
from dashboard.jobs.views.verb_pages import verb_paths

CAMPAIGN = "campaigns/<int:campaign_id>/"

urlpatterns = [
    path("campaigns/", campaigns.campaign_list, name="campaigns"),
    path("campaigns/new/", selection.new_campaign, name="campaign-new"),
    path("campaigns/add-ticked/", waves.add_ticked, name="campaign-add-ticked"),
    path(CAMPAIGN, campaigns.campaign_page, name="campaign"),
    path(f"{CAMPAIGN}live/", campaigns.campaign_live, name="campaign-live"),
    path(f"{CAMPAIGN}report/", report.report_page, name="campaign-report-page"),
    path(f"{CAMPAIGN}servers.csv", report.servers_file, name="campaign-servers"),
    path(f"{CAMPAIGN}report.csv", campaigns.campaign_report, name="campaign-report"),
    path(f"{CAMPAIGN}report.json", campaigns.campaign_json, name="campaign-json"),
    path(f"{CAMPAIGN}export.csv", campaigns.campaign_export, name="campaign-export"),
    path(f"{CAMPAIGN}move-ticked/", waves.move_ticked, name="campaign-move-ticked"),
    path(f"{CAMPAIGN}waves/<int:wave_id>/", rules.wave_rules, name="campaign-wave"),
    *verb_paths(CAMPAIGN, campaign_verbs(), campaigns.campaign_or_404, kind="campaign"),
]
