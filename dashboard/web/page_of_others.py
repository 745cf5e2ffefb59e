"""Where a page of somebody else has its first file."""

from pathlib import Path

from dashboard.errors import BadInput

INDEX_PLACES = ("index.html", "static/index.html", "static/ajs/index.html")
"""The last one as pumphouse-ui of 2015 has it."""


def index_of(directory: str) -> Path:
    """Return the page in a directory. Raises ``BadInput`` where there is none."""
    found = (Path(directory) / place for place in INDEX_PLACES)
    page = next((path for path in found if path.is_file()), None)
    if page is None:
        raise BadInput(
            f"There is no index.html in {directory}.", fix="Correct PUMPHOUSE_UI_DIRECTORY."
        )
    return page
