"""rich's console for texts of others: names in clouds, paths, what a service has answered."""

from collections.abc import Iterable
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from typing_extensions import override

from dashboard.visible_text import visible


class SafeTerminal(Console):
    """A console on which a text has neither markup nor control characters: it is shown as it is.

    What is laid out in columns has its control characters replaced before: they change its width.
    """

    def __init__(self, **more: Any) -> None:
        super().__init__(markup=False, emoji=False, highlight=False, **more)

    @override
    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        for text, style, control in super().render(renderable, options):
            # what rich itself sends to the terminal, as to move the cursor
            yield Segment(text if control else visible(text), style, control)
