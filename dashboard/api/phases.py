"""Phases in the API: by their word, not by their number."""

from typing import Any

from rest_framework import serializers

from dashboard.jobs.states import Phase

WORDS = {phase.label.lower(): phase for phase in Phase}
CHOICES = [(word, phase.label) for word, phase in WORDS.items()]


class PhaseField(serializers.ChoiceField):
    """A phase as ``prepare``, ``cutover`` or ``complete``."""

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=CHOICES, **options)

    def to_internal_value(self, data: Any) -> Phase:  # type: ignore[override]
        """Return the phase of a word."""
        return WORDS[super().to_internal_value(data)]

    def to_representation(self, value: int) -> str:  # type: ignore[override]
        """Return the word of a phase."""
        return Phase(value).label.lower()
