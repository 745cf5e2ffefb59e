"""Which differences somebody has accepted: the same ones stay accepted at the next verify."""

from dashboard.migrations_app.models import AcceptedDifference, Plan, PlanDifference

Identity = tuple[str, ...]

_FIELDS = ("type", "source_id", "field", "source_value", "destination_value")


def identity_of(difference: PlanDifference | AcceptedDifference) -> Identity:
    """Return what makes a difference the same one: object, field and values."""
    return tuple(getattr(difference, name) for name in _FIELDS)


def acceptances_of(plan: Plan) -> dict[Identity, AcceptedDifference]:
    """Return what was accepted of differences between the plan's clouds, by what they are."""
    found = AcceptedDifference.objects.filter(
        source_cloud=plan.source,
        destination_cloud=plan.destination,
        source_id__in=plan.items.values("source_id"),
    )
    return {identity_of(each): each for each in found}


def new_acceptance(difference: PlanDifference, *, by: str, reason: str) -> AcceptedDifference:
    """Store that somebody accepts a difference."""
    plan = difference.plan
    same = {name: getattr(difference, name) for name in _FIELDS}
    return AcceptedDifference.objects.create(
        source_cloud=plan.source,
        destination_cloud=plan.destination,
        accepted_by=by,
        reason=reason,
        **same,
    )
