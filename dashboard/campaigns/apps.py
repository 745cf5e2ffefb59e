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
        from dashboard.campaigns.running.waking import wake_campaigns_of
        from dashboard.campaigns.views import job_links, state_styles
        from dashboard.jobs.events import job_finished
        from dashboard.jobs.links import add_job_links
        from dashboard.jobs.views.state_styles import add_state_styles

        job_finished.connect(wake_campaigns_of, dispatch_uid="campaigns.wake")
        add_job_links(job_links.campaign_links)
        add_state_styles(state_styles.STYLES)
