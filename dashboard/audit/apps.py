"""The app of the audit trail."""

from django.apps import AppConfig
from django.db.models.signals import post_save
from typing_extensions import override


class AuditConfig(AppConfig):
    """Registers the app, and learns of each job that an act starts."""

    name = "dashboard.audit"
    label = "audit"
    verbose_name = "audit trail"
    default_auto_field = "django.db.models.BigAutoField"

    @override
    def ready(self) -> None:
        # Models cannot be imported before this.
        from dashboard.audit.recording import note_job
        from dashboard.audit.state_styles import STYLES
        from dashboard.jobs.models import Job
        from dashboard.jobs.views.state_styles import add_state_styles

        post_save.connect(note_job, sender=Job, dispatch_uid="audit.jobs")
        add_state_styles(STYLES)
