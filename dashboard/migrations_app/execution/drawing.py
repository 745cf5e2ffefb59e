"""The steps of an execution as a graph in Graphviz's language, DOT: for people to look at."""

from collections.abc import Iterable, Iterator, Sequence

from dashboard.jobs.kinds import StepSpec
from dashboard.jobs.states import Phase

HEAD = """digraph plan {
  rankdir=LR;
  graph [fontname="sans-serif"];
  node [shape=box, style=rounded, fontname="sans-serif"];
"""


def as_dot(steps: Sequence[StepSpec], *, title: str) -> str:
    """Return a graph of the steps, a frame around each phase.

    A solid edge leads to a step that needs the other, a dashed one to a step that comes after it.
    """
    phases = "".join(_phase(phase, steps) for phase in Phase)
    edges = "".join(f"  {edge};\n" for step in steps for edge in _edges(step, _keys(steps)))
    return f"{HEAD}  label={_quoted(title)};\n{phases}{edges}}}\n"


def _phase(phase: Phase, steps: Iterable[StepSpec]) -> str:
    nodes = [
        f"    {_quoted(step.key)} [label={_quoted(step.title)}];\n"
        for step in steps
        if step.phase == phase
    ]
    if not nodes:
        return ""
    name = _quoted(f"cluster_{phase.name.lower()}")
    return f"  subgraph {name} {{\n    label={_quoted(phase.label)};\n{''.join(nodes)}  }}\n"


def _edges(step: StepSpec, known: set[str]) -> Iterator[str]:
    """Yield the edges to a step, from those that are steps of the same graph."""
    for keys, style in ((step.needs, ""), (step.after, " [style=dashed]")):
        for key in keys:
            if key in known:
                yield f"{_quoted(key)} -> {_quoted(step.key)}{style}"


def _keys(steps: Iterable[StepSpec]) -> set[str]:
    return {step.key for step in steps}


def _quoted(text: str) -> str:
    """Return a text in quotes, on one line; DOT knows no other escape than that of the quote."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{" ".join(escaped.split())}"'
