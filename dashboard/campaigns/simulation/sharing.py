"""Which tenants share something, and in which order they go. Pure."""

from collections.abc import Iterable, Mapping, Sequence

Link = tuple[str, str]
"""Two projects that share something; the first one owns it, where one of both does."""


def groups_of(order: Sequence[str], links: Iterable[Link]) -> Mapping[str, str]:
    """Return for each project that shares something the first one of its group in the order.

    Two of one group do not move at the same time: both would create what they share.
    """
    place = {project: number for number, project in enumerate(order)}
    first = {project: project for project in order}

    def find(project: str) -> str:
        while first[project] != project:
            project = first[project]
        return project

    shares = set()
    for one, other in links:
        if one in place and other in place and one != other:
            shares |= {one, other}
            early, late = sorted((find(one), find(other)), key=place.__getitem__)
            first[late] = early
    return {project: find(project) for project in order if project in shares}


def owners_first(order: Sequence[str], owned: Iterable[Link]) -> list[str]:
    """Return the order with each owner before those who use what it owns.

    Nothing else changes its place more than that needs. A circle of owners is cut somewhere.
    """
    needs: dict[str, list[str]] = {project: [] for project in order}
    for owner, user in owned:
        if owner in needs and user in needs and owner != user:
            needs[user].append(owner)
    found: dict[str, None] = {}

    def add(project: str, above: frozenset[str]) -> None:
        for owner in needs[project]:
            if owner not in found and owner not in above:
                add(owner, above | {project})
        found.setdefault(project)

    for project in order:
        add(project, frozenset())
    return list(found)
