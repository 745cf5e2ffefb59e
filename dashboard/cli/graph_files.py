"""Writes the graph of a plan to a file."""

from argparse import ArgumentParser
from pathlib import Path

from dashboard.cli.console import Console
from dashboard.clients.short_process import run_for
from dashboard.errors import BadInput
from dashboard.migrations_app.execution.drawing import as_dot
from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.verbs.execute import planned_steps
from dashboard.text_files import new_file, write_text

SVG = ".svg"
DEFAULT_FILE = "flow.dot"
"""As in 2015."""
DRAWING_SECONDS = 300.0


def add_dump(parser: ArgumentParser) -> None:
    """Add the option that names the file."""
    parser.add_argument(
        "--dump",
        nargs="?",
        const=DEFAULT_FILE,
        metavar="FILE",
        help="write the graph of the plan's steps to a new file: DOT, or SVG if it ends in .svg "
        f"(default {DEFAULT_FILE})",
    )


def graph_file(name: str | None) -> Path | None:
    """Return the file to write to, None for no name.

    Raises ``BadInput`` when there is something, and for SVG without Graphviz.
    """
    if not name:
        return None
    path = new_file(name)
    if path.suffix == SVG:
        _run_dot("-V")
    return path


def write_graph(plan: Plan, path: Path, console: Console) -> None:
    """Write what executing the plan would do. Raises ``BadInput`` when that fails."""
    dot = as_dot(planned_steps(plan), title=str(plan))
    if path.suffix == SVG:
        _run_dot("-Tsvg", "-o", str(path), given=dot)
    else:
        write_text(path, dot)
    console.print(f"Wrote the graph of plan {plan.pk} to {path}.")


def _run_dot(*arguments: str, given: str = "") -> None:
    try:
        ended = run_for(["dot", *arguments], seconds=DRAWING_SECONDS, given=given, with_errors=True)
    except OSError:
        raise BadInput(
            "SVG is drawn by Graphviz, whose program dot is not installed here.",
            fix="Install Graphviz, or name a file that ends in .dot.",
        ) from None
    if ended.code is None:
        raise BadInput(
            f"Graphviz has not drawn the graph within {DRAWING_SECONDS:.0f} s.",
            fix="Name a file that ends in .dot.",
        )
    if ended.code:
        raise BadInput(f"Graphviz cannot draw the graph: {ended.output.strip()}")
