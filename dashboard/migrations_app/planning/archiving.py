"""The archive of plans: what is in it is apart from the list of current plans."""

from django.db.models import QuerySet
from django.utils import timezone

from dashboard.errors import WrongState
from dashboard.migrations_app.models import Plan

UNDER_WAY = (Plan.State.DRAFTING, Plan.State.EXECUTING)


def archive(plans: QuerySet[Plan]) -> None:
    """Put plans into the archive, all or none. Raises ``WrongState`` while one is under way."""
    if plan := plans.filter(state__in=UNDER_WAY).first():
        raise WrongState(f"Plan {plan.pk} is under way.", fix="Archive it when it has ended.")
    plans.filter(archived_at=None).update(archived_at=timezone.now())


def take_out(plans: QuerySet[Plan]) -> None:
    """Take plans out of the archive."""
    plans.update(archived_at=None)
