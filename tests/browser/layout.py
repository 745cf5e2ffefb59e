"""What of a page's layout tests measure."""

from playwright.sync_api import Page

CUT = """[...document.querySelectorAll(".scroll")]
    .filter(box => box.scrollWidth > box.clientWidth)
    .map(box => `${box.ariaLabel}: ${box.scrollWidth - box.clientWidth}`)"""
NAMELESS = """[...document.querySelectorAll("tbody td")]
    .filter(cell => cell.textContent.trim() && !cell.querySelector("button, .button"))
    .filter(cell => getComputedStyle(cell, "::before").content.length < 3)
    .map(cell => cell.textContent.trim())"""


ALIGNED = """[...document.querySelectorAll("tbody td")]
    .every(cell => getComputedStyle(cell).textAlign === "left")"""


def cut_tables(page: Page) -> list[str]:
    """Return the names of the tables that do not fit, with how many pixels they are too wide.

    What can be opened is opened before.
    """
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    return [str(name) for name in page.evaluate(CUT)]


def is_aligned(page: Page) -> bool:
    """Return whether all cells, also numbers, begin beside their columns' names."""
    return bool(page.evaluate(ALIGNED))


def nameless_cells(page: Page) -> list[str]:
    """Return the texts of cells that do not name their column where rows are shown as lists."""
    return [str(text) for text in page.evaluate(NAMELESS)]
