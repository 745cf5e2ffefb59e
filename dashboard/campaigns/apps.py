"""Campaigns: an ordered drain of many tenants."""

from django.apps import AppConfig
from typing_extensions import override


class CampaignsConfig(AppConfig):
    """Registers the app and what other apps show of it."""

    name = "dashboard.campaigns"
    label = "campaigns"
    verbose_name = "campaigns"
    default_auto_field = "django.db.models.BigAutoField"

    @override
    def ready(self) -> None:
        # Models cannot be imported before this.
        from dashboard.campaigns.running.settling import settle_tenants_of
        from dashboard.campaigns.running.waking import wake_campaigns_of
        from dashboard.campaigns.views import home, job_links, state_styles
        from dashboard.jobs.events import job_finished
        from dashboard.jobs.job_lists import count_as_waiting
        from dashboard.jobs.links import add_job_links
        from dashboard.jobs.views.home_panels import add_home_panel
        from dashboard.jobs.views.state_styles import add_state_styles

        job_finished.connect(wake_campaigns_of, dispatch_uid="campaigns.wake")
        job_finished.connect(settle_tenants_of, dispatch_uid="campaigns.settle")
        count_as_waiting(home.waiting_hosts)
        add_home_panel("campaigns/_panel.html", home.campaign_panel)
        add_job_links(job_links.campaign_links)
        add_state_styles(state_styles.STYLES)
