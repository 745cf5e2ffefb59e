"""The graph of a job: one node for each group of steps, laid out by their dependencies.

Plain geometry; the template draws it as SVG. Fifteen nodes say more than fifteen hundred steps.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.db.models import F, Min

from dashboard.jobs.models import Dependency, Step
from dashboard.jobs.progress import GroupProgress

NODE_WIDTH = 176
NODE_HEIGHT = 56
BAR_WIDTH = NODE_WIDTH - 24
GAP_ACROSS = 32
GAP_DOWN = 14
MARGIN = 8

Edge = tuple[str, str]


@dataclass(frozen=True)
class Node:
    """A group of steps and the top left corner of its box."""

    group: str
    x: int
    y: int
    width: int = NODE_WIDTH
    height: int = NODE_HEIGHT
    bar_width: int = BAR_WIDTH

    @property
    def middle(self) -> int:
        """The height at which lines start and end."""
        return self.y + NODE_HEIGHT // 2


@dataclass(frozen=True)
class Layout:
    """Where the boxes are, and the paths of the lines between them."""

    nodes: Sequence[Node]
    paths: Sequence[str]
    width: int
    height: int


@dataclass(frozen=True)
class Box:
    """A node with its progress. ``state`` is that of its most urgent step."""

    node: Node
    progress: GroupProgress

    @property
    def state(self) -> str:
        """The state of the group: failed before running before done before pending."""
        progress = self.progress
        if progress.failed:
            return "failed"
        if progress.running:
            return "running"
        return "done" if progress.finished == progress.total else "pending"

    @property
    def filled(self) -> int:
        """The width of the bar of finished steps."""
        return self.progress.finished * BAR_WIDTH // max(self.progress.total, 1)


def boxes(layout: "Layout", groups: Iterable[GroupProgress]) -> list[Box]:
    """Return the layout's nodes with their progress."""
    progress = {group.group: group for group in groups}
    return [Box(node, progress[node.group]) for node in layout.nodes if node.group in progress]


@lru_cache(maxsize=64)
def layout_of(job_id: int, step_count: int) -> Layout:
    """Lay out the groups of a job that has so many steps.

    Cached: an open page asks every two seconds, and a large job has many edges. Steps are only ever
    added, so the layout is valid as long as their number is the same.
    """
    steps = Step.objects.filter(job_id=job_id)
    firsts = steps.values_list("group").annotate(first=Min("ordinal")).order_by("first")
    groups = [group for group, _ in firsts]
    edges = (
        Dependency.objects.filter(step__job_id=job_id)
        .exclude(step__group=F("needs__group"))
        .values_list("needs__group", "step__group")
        .distinct()
    )
    return lay_out(groups, edges)


def lay_out(groups: Sequence[str], edges: Iterable[Edge]) -> Layout:
    """Put each group in the column after the last of those that it waits for.

    ``groups`` are in the order of their first steps. Groups may wait for each other in a circle (a
    port needs its server, which needs its network's ports): lines that go back are not drawn.
    """
    order = {group: index for index, group in enumerate(groups)}
    forward = {(first, then) for first, then in edges if order[first] < order[then]}
    columns = _columns(groups, forward)
    nodes = list(_nodes(columns))
    places = {node.group: node for node in nodes}
    return Layout(
        nodes=nodes,
        paths=[_path(places[a], places[b]) for a, b in sorted(_shortest(forward))],
        width=max((node.x + NODE_WIDTH + MARGIN for node in nodes), default=0),
        height=max((node.y + NODE_HEIGHT + MARGIN for node in nodes), default=0),
    )


def _columns(groups: Sequence[str], edges: set[Edge]) -> list[list[str]]:
    rank: dict[str, int] = {}
    for group in groups:
        rank[group] = max((rank[first] + 1 for first, then in edges if then == group), default=0)
    columns: list[list[str]] = []
    for column in range(max(rank.values(), default=-1) + 1):
        mine = [group for group in groups if rank[group] == column]
        columns.append(_beside(mine, columns, edges))
    return columns


def _beside(mine: list[str], before: Sequence[Sequence[str]], edges: set[Edge]) -> list[str]:
    """Order a column by where its lines come from, so that fewer of them cross."""
    height = {group: row - len(column) / 2 for column in before for row, group in enumerate(column)}

    def mean(group: str) -> float:
        sources = [height[first] for first, then in edges if then == group]
        return sum(sources) / len(sources) if sources else 0.0

    return sorted(mine, key=mean)


def _nodes(columns: Sequence[Sequence[str]]) -> Iterable[Node]:
    tallest = max((len(column) for column in columns), default=0)
    for number, column in enumerate(columns):
        # columns are centred: most have few groups
        top = MARGIN + (tallest - len(column)) * (NODE_HEIGHT + GAP_DOWN) // 2
        for row, group in enumerate(column):
            x = MARGIN + number * (NODE_WIDTH + GAP_ACROSS)
            yield Node(group, x, top + row * (NODE_HEIGHT + GAP_DOWN))


def _shortest(edges: set[Edge]) -> set[Edge]:
    """Return the edges without those that a chain of other edges implies."""
    after: dict[str, set[str]] = {}
    for first, then in edges:
        after.setdefault(first, set()).add(then)

    def reaches(start: str, goal: str) -> bool:
        return any(step == goal or reaches(step, goal) for step in after.get(start, ()))

    return {
        (first, then)
        for first, then in edges
        if not any(reaches(other, then) for other in after[first] - {then})
    }


def _path(start: Node, end: Node) -> str:
    left = start.x + NODE_WIDTH
    bend = (end.x - left) // 2
    return (
        f"M{left} {start.middle} C{left + bend} {start.middle}"
        f" {end.x - bend} {end.middle} {end.x} {end.middle}"
    )
