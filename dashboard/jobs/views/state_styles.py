"""How states look on pages: an icon and a colour for each.

The engine knows the states of jobs and steps; each app adds its own when it is ready. A state
means the same wherever it is shown, so no two apps may give it different looks.
"""

from collections.abc import Mapping
from typing import NamedTuple


class StateStyle(NamedTuple):
    """An icon of the sprite in ``_icons.html`` and a colour class of the style sheet."""

    icon: str
    color: str


UNKNOWN = StateStyle("question", "quiet")
"""What a state looks like that no app knows, as one that only a newer OpenStack has."""

_styles: dict[str, StateStyle] = {
    "queued": StateStyle("clock", "quiet"),
    "pending": StateStyle("clock", "quiet"),
    "running": StateStyle("play", "busy"),
    "held": StateStyle("pause", "warn"),
    "done": StateStyle("check", "good"),
    "failed": StateStyle("cross", "bad"),
    "errored": StateStyle("bug", "bad"),
    "cancelled": StateStyle("stop", "quiet"),
    "skipped": StateStyle("skip", "quiet"),
}


def add_state_styles(styles: Mapping[str, StateStyle]) -> None:
    """Add the styles of an app's states. Raises ``ValueError`` for a state that looks different
    elsewhere."""
    for state, style in styles.items():
        if _styles.setdefault(state, style) != style:
            raise ValueError(f"State {state!r} is already shown as {_styles[state]}.")


def style_of(state: str) -> StateStyle:
    """Return how a state looks."""
    return _styles.get(state, UNKNOWN)
