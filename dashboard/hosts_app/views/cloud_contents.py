"""What other apps show of clouds; each app adds its own when it is ready.

So the pages of clouds know nothing of the apps above them.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dashboard.hosts_app.models import Cloud
from dashboard.jobs.views.pages import PageRequest


@dataclass(frozen=True, kw_only=True)
class CloudContents:
    """What a cloud contains of one kind, such as tenants: a column of the list, a part of the page.

    ``counts`` returns the number for each of the given clouds by its primary key; a cloud may be
    missing. ``address`` is where they are listed. ``template`` shows them on the cloud's page; it
    gets ``cloud``, and as ``part`` what ``context`` returns.
    """

    title: str
    counts: Callable[[Iterable[Cloud]], Mapping[int, int]]
    address: Callable[[Cloud], str]
    template: str
    context: Callable[[Cloud, PageRequest], Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Count:
    """How many things of one kind a cloud contains, and where they are listed."""

    title: str
    number: int
    address: str


_contents: list[CloudContents] = []


def add_cloud_contents(contents: CloudContents) -> None:
    """Show ``contents`` on the pages of clouds too."""
    _contents.append(contents)


def titles() -> list[str]:
    """Return the titles of everything that apps show of clouds."""
    return [contents.title for contents in _contents]


def with_counts(clouds: Iterable[Cloud]) -> list[tuple[Cloud, list[Count]]]:
    """Return each cloud with what it contains, in the order of ``titles``."""
    rows = list(clouds)
    counted = [(contents, contents.counts(rows)) for contents in _contents]
    return [
        (
            cloud,
            [
                Count(
                    title=contents.title,
                    number=numbers.get(cloud.pk, 0),
                    address=contents.address(cloud),
                )
                for contents, numbers in counted
            ],
        )
        for cloud in rows
    ]


def parts_of(cloud: Cloud, request: PageRequest) -> list[dict[str, Any]]:
    """Return what the page of a cloud includes, each with its ``template``."""
    return [
        {"template": contents.template, **contents.context(cloud, request)}
        for contents in _contents
    ]
