"""Saved mappings: the mappings and options of a plan, by a name, for later plans."""

from typing import Any

from dashboard.errors import BadInput
from dashboard.jobs.requester import Requester
from dashboard.migrations_app.models import Plan, SavedMappings
from dashboard.migrations_app.planning.options import ONLY, PLAN_OPTIONS, options_of

LONGEST_NAME = 80


def save_mappings(plan: Plan, name: str, requester: Requester) -> SavedMappings:
    """Save the mappings and options of a plan; those of the same name are replaced.

    What names single objects of the tenant by their ids stays out. Raises ``BadInput``.
    """
    name = name.strip()
    if not name or len(name) > LONGEST_NAME:
        raise BadInput(f"Saved mappings have a name of 1 to {LONGEST_NAME} characters.")
    ids = {f"{type_}:{id_}" for type_, id_ in plan.item_keys()}
    saved, _ = SavedMappings.objects.update_or_create(
        name=name,
        defaults={
            "choices": {key: to for key, to in plan.choices.items() if key not in ids},
            "options": {key: value for key, value in options_of(plan).items() if key != ONLY},
            "created_by": requester.user,
        },
    )
    return saved


def saved_options(saved: SavedMappings) -> dict[str, Any]:
    """Return the saved options that plans still have."""
    return {
        option.name: saved.options[option.name]
        for option in PLAN_OPTIONS
        if option.name != ONLY and option.name in saved.options
    }
