"""What other apps show on the home page, between what needs somebody and what runs."""

from collections.abc import Callable
from typing import Any

from dashboard.jobs.views.pages import PageRequest

Panel = Callable[[PageRequest], dict[str, Any]]
_panels: list[tuple[str, Panel]] = []


def add_home_panel(template: str, context: Panel) -> None:
    """Show a template on the home page with what ``context`` returns, nothing if that is empty."""
    _panels.append((template, context))


def home_panels(request: PageRequest) -> list[tuple[str, dict[str, Any]]]:
    """Return the templates that have something to show, with their contexts."""
    shown = [(template, context(request)) for template, context in _panels]
    return [(template, about) for template, about in shown if about]
