"""Saved mappings: the mappings and options of a plan, by a name, for later plans."""

from collections.abc import Mapping
from typing import Any

from dashboard.errors import BadInput, NotFound
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


def saved_named(name: str) -> SavedMappings:
    """Return the saved mappings of that name. Raises ``NotFound``."""
    saved = SavedMappings.objects.filter(name=name.strip()).first()
    if saved is None:
        known = ", ".join(SavedMappings.objects.values_list("name", flat=True)[:20]) or "none"
        raise NotFound(f"There are no saved mappings {name!r}.", fix=f"There are: {known}.")
    return saved


def with_saved(
    name: str, choices: Mapping[str, str], options: Mapping[str, Any]
) -> tuple[dict[str, str], dict[str, Any]]:
    """Return mappings and options together with those that are saved by a name, "" for none.

    Those given win. Raises ``NotFound``.
    """
    if not name.strip():
        return dict(choices), dict(options)
    saved = saved_named(name)
    return {**saved.choices, **choices}, {**saved_options(saved), **options}


def saved_options(saved: SavedMappings) -> dict[str, Any]:
    """Return the saved options that plans still have."""
    return {
        option.name: saved.options[option.name]
        for option in PLAN_OPTIONS
        if option.name != ONLY and option.name in saved.options
    }
